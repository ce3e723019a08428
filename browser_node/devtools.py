"""A small flat CDP client over one socket to a browser: commands out, replies matched by id, events to listeners.

Chromium's own rules apply: no size limit, no compression, and no pings, since a stopped browser answers none. What we
ask of a browser stands in `supervisor`.
"""

import asyncio
import contextlib
import itertools
import json
import logging
import socket
from collections.abc import Callable
from typing import Any

import websockets
from websockets.asyncio.client import ClientConnection

logger = logging.getLogger(__name__)

OnEvent = Callable[[str, dict[str, Any], str], None]  # method, params, session (empty: the browser itself)

_OPEN_SECONDS = 10.0
_CLOSE_SECONDS = 0.2


class DevtoolsError(Exception):
    """The browser refused a command, did not answer it in time, or the connection is gone."""


class Devtools:
    """Use `open`; replies may arrive out of order; the end of the socket fails everything that waits."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._listeners: tuple[OnEvent, ...] = ()
        self._reading = asyncio.get_running_loop().create_task(self._read())

    @classmethod
    async def open(cls, connected: socket.socket, path: str) -> "Devtools":
        """Raises DevtoolsError."""
        try:
            connection = await websockets.connect(
                f"ws://127.0.0.1{path}",
                sock=connected,
                max_size=None,
                compression=None,
                ping_interval=None,
                user_agent_header=None,
                proxy=None,
                open_timeout=_OPEN_SECONDS,
                close_timeout=_CLOSE_SECONDS,
            )
        except (OSError, TimeoutError, websockets.WebSocketException) as error:
            connected.close()
            raise DevtoolsError(f"no connection to the browser: {error}") from error
        return cls(connection)

    @property
    def is_closed(self) -> bool:
        return self._reading.done()

    async def wait_closed(self) -> None:
        await asyncio.shield(self._reading)

    def listen(self, callback: OnEvent) -> Callable[[], None]:
        """`callback(method, params, session)` hears every event, in order and at once: it must neither wait nor raise.

        Answers the call that undoes it.
        """
        self._listeners += (callback,)

        def undo() -> None:
            self._listeners = tuple(listener for listener in self._listeners if listener is not callback)

        return undo

    async def send(
        self, method: str, params: dict[str, Any] | None = None, *, session: str = "", seconds: float = 10.0
    ) -> dict[str, Any]:
        """The result of one command. Raises DevtoolsError."""
        if self.is_closed:
            raise DevtoolsError(f"{method}: the connection to the browser is gone")
        number = next(self._ids)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        message: dict[str, Any] = {"id": number, "method": method, "params": params or {}}
        if session:
            message["sessionId"] = session
        try:
            async with asyncio.timeout(seconds):
                await self._connection.send(json.dumps(message))
                reply = await answer
        except TimeoutError as error:
            raise DevtoolsError(f"{method}: no answer within {seconds:g} s") from error
        except websockets.ConnectionClosed as error:
            raise DevtoolsError(f"{method}: the connection to the browser is gone") from error
        finally:
            self._waiting.pop(number, None)
        if "error" in reply:
            raise DevtoolsError(f"{method}: {reply['error'].get('message', 'refused')}")
        result: dict[str, Any] = reply.get("result", {})
        return result

    async def close(self) -> None:
        """Never waits for the browser, which may be stopped."""
        self._connection.transport.abort()
        self._reading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reading

    async def _read(self) -> None:
        try:
            async for text in self._connection:
                message = json.loads(text)
                answer = self._waiting.get(message.get("id"))
                if answer is None:
                    self._tell(message)
                elif not answer.done():
                    answer.set_result(message)
        except (websockets.ConnectionClosed, OSError):
            pass  # the owner learns of it by wait_closed
        finally:
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(DevtoolsError("the connection to the browser is gone"))

    def _tell(self, message: dict[str, Any]) -> None:
        method = message.get("method")
        if method is None:
            return  # the answer to a command that nobody waits for any longer
        for listener in self._listeners:
            try:
                listener(method, message.get("params", {}), message.get("sessionId", ""))
            except Exception:
                logger.exception("a listener failed at %s", method)
