"""What the server says about one caller, read by one task alone: kept in order, and watched for the farewell."""

import asyncio
from collections.abc import Awaitable, Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

from apps.gateway.refusals import Message, Receive

T = TypeVar("T")

FAREWELLS = frozenset({"websocket.disconnect", "http.disconnect"})
KEPT = 8  # messages nobody took yet; more stay with the server, whose client then has to wait


class Inbox:
    """`async with`; `receive` gives what the server said, in order; `left` is set once the caller is gone."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._messages: asyncio.Queue[Message] = asyncio.Queue(KEPT)
        self._reading: asyncio.Task[None] | None = None
        self.left = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._reading = asyncio.get_running_loop().create_task(self._read())
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)

    async def receive(self) -> Message:
        return await self._messages.get()

    async def unless_left(self, work: Coroutine[Any, Any, T]) -> T | None:
        """What the work gives; None, and the work stopped, when the caller is gone first."""
        task = asyncio.get_running_loop().create_task(work)
        leaving = asyncio.get_running_loop().create_task(self.left.wait())
        try:
            await asyncio.wait(_both(task, leaving), return_when=asyncio.FIRST_COMPLETED)
            return task.result() if task.done() else None
        finally:
            for each in (task, leaving):
                each.cancel()
            await asyncio.gather(task, leaving, return_exceptions=True)

    async def _read(self) -> None:
        while not self.left.is_set():
            message = await self._receive()
            if message["type"] in FAREWELLS:
                self.left.set()
            if not message["type"].startswith("http."):  # a GET has no body that we read
                await self._messages.put(message)


def _both(*tasks: Awaitable[Any]) -> "set[asyncio.Future[Any]]":
    return {asyncio.ensure_future(task) for task in tasks}
