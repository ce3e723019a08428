"""What an application is to be told about one connection, in order.

An asyncio.Queue does the same for two kilobytes a connection; a thousand idle ones would notice.
"""

import asyncio
from collections.abc import MutableMapping
from typing import Any

Message = MutableMapping[str, Any]  # the values are the ASGI specification's


class Events:
    """Messages that wait for the application's `receive`."""

    __slots__ = ("loop", "messages", "waiters")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.messages: list[Message] = []
        self.waiters: list[asyncio.Future[None]] = []

    def put(self, message: Message) -> None:
        """Never waits: an application is told a handful of things."""
        self.messages.append(message)
        for waiter in self.waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def get(self) -> Message:
        """The oldest; a cancelled call takes nothing away."""
        while not self.messages:
            waiter = self.loop.create_future()
            self.waiters.append(waiter)
            try:
                await waiter
            finally:
                self.waiters.remove(waiter)
        return self.messages.pop(0)
