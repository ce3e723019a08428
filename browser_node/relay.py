"""The node's relay: two ends of a splice that follow frame headers, so that we can listen and speak.

What the ends do with bytes stands in `relay_ends`, what is ours to answer in `cdp`. Whatever we say to the client must
stand between two messages of the browser.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from browser_node import cdp
from browser_node.cdp import CdpError, Command
from browser_node.frames import Opcode, close_frame, frame, masked_frame
from browser_node.relay_ends import VIEW_LIMIT as VIEW_LIMIT  # noqa: PLC0414 - importers know it from here
from browser_node.relay_ends import WE_ARE_FULL, BrowserEnd, ClientEnd
from splice.ends import HIGH_WATER

logger = logging.getLogger(__name__)

MESSAGE_SECONDS = 1.0  # for the browser to end its current message before a goodbye; then the client is cut
GOODBYE_SECONDS = 1.0  # for the client to answer a goodbye
COMMAND_LIMIT = 32  # unanswered ones; a client that calls more is not read until some are answered
QUEUE_LIMIT = 256 * 1024  # bytes of ours that wait for a slow client before it is not read either
EVENT_LIMIT = 1024 * 1024  # the same before events are dropped
HELD_LIMIT = 256  # input commands that wait for a person's hands to rest; a client that sends more is not read
LOOK_SECONDS = 0.01  # between two looks whether the client's present message is over

OnCommand = Callable[[str, dict[str, Any]], Awaitable[Mapping[str, Any] | CdpError]]
Farewell = Callable[[], tuple[int, str]]
Rewrite = Callable[[bytes], bytes]


class Listener(Protocol):
    """Hears a client and its browser talk; called synchronously, must not raise."""

    def said(self, payload: bytes) -> None:
        """A text message on its way to the browser; of a long one, its beginning."""

    def answered(self, beginning: bytes) -> None:
        """The first bytes of a text message on its way to the client."""


class Relay:
    """One client's connection to one browser: the `relay` of a splice message.

    `on_command(connection, message)` answers `BrowserGrid.*` with a result, or gives or raises a CdpError.
    `farewell()` tells with which code and reason a client is left when the browser goes unexpectedly.
    `on_activity()` is called for input events and, while `frozen`, for every message of the client.
    `rewrite(payload)` answers what the browser is told instead of a message that says where downloads go.
    """

    def __init__(
        self,
        connection: str,
        on_command: OnCommand | None,
        farewell: Farewell,
        on_activity: Callable[[], None] | None = None,
        rewrite: Rewrite | None = None,
    ) -> None:
        self.connection = connection
        self.rewrite = rewrite
        self.listener: Listener | None = None  # may come and go at any time
        self.on_command, self.farewell, self.on_activity = on_command, farewell, on_activity
        self.opened_at = time.time()
        self.frozen = False
        self.inputs = 0
        self.holds_inputs = False  # those of the client wait: a person does something
        self.client, self.browser = ClientEnd(self), BrowserEnd(self)
        self.is_open = False
        self.is_closing = False  # from then on the client reaches the browser no more
        self.has_left = False  # we said goodbye: nothing may follow it
        self.has_words = False  # to say at the next boundary
        self.instead = b""  # for the browser, in place of the frame that `hear` was just given
        self._goodbye = b""
        self._session: str | None = None
        self._queue: deque[bytes] = deque()
        self._queued = 0
        self._commands: set[asyncio.Task[Any] | None] = set()
        self._held: deque[bytes] = deque()

    @property
    def bytes_up(self) -> int:
        """Read from the client so far."""
        return self.client.count

    @property
    def bytes_down(self) -> int:
        """Read from the browser so far."""
        return self.browser.count

    def ends(self) -> "tuple[ClientEnd, BrowserEnd]":
        """The two ends; a relay serves one splice."""
        return self.client, self.browser

    def opened(self) -> None:
        """Both ends are in place."""
        self.is_open = True
        self.opened_at = time.time()
        self.flush()

    def send_event(self, method: str, params: Mapping[str, Any]) -> bool:
        """Tell the client, on the CDP session that last called us. False: it is leaving, or too far behind."""
        if self.is_closing or self._queued > EVENT_LIMIT:
            return False
        self.speak(frame(Opcode.TEXT, cdp.event(method, params, self._session)))
        return True

    def close(self, code: int, reason: str) -> None:
        """Close the client's WebSocket as soon as the browser's current message is over, then both connections."""
        if self.is_closing:
            return
        self.is_closing = True
        self._goodbye = close_frame(code, reason)
        self.has_words = True
        self.stop_commands()
        if self.is_open and self.browser.is_between_messages:
            self.flush()
        elif self.is_open:
            asyncio.get_running_loop().call_later(MESSAGE_SECONDS, self._cut)

    def speak(self, data: bytes) -> None:
        """Send the client a whole frame at the next message boundary."""
        self._queue.append(data)
        self._queued += len(data)
        self.has_words = True
        if self.is_open and self.browser.is_between_messages:
            self.flush()
        else:
            self._regulate()

    def flush(self) -> None:
        """Called between two messages of the browser: say what waits, as far as the client takes it."""
        out = self.client.transport
        while self._queue and (self._goodbye or out.get_write_buffer_size() < HIGH_WATER):
            data = self._queue.popleft()
            self._queued -= len(data)
            out.write(data)
        if self._goodbye:
            self._say_goodbye()
        self.has_words = bool(self._queue) or self.has_left
        self._regulate()

    def hear(self, payload: bytes) -> bool:
        """Look at a message of the client; true when it is ours and must not reach the browser."""
        if self.is_closing:
            return True
        is_input = cdp.INPUT in payload
        self.inputs += is_input
        if (is_input or self.frozen) and self.on_activity:
            self.on_activity()
        command = cdp.parse(payload) if cdp.OURS in payload else None
        if command is None and is_input and (self.holds_inputs or self._held):
            self._held.append(payload)
            self._regulate()
            return True
        if command is None:
            return self._pass(payload)
        if command.is_close:
            self.speak(frame(Opcode.TEXT, cdp.result(command, {})))
            self.close(1000, "")
        else:
            self._session = command.session
            task = asyncio.get_running_loop().create_task(self._answer(command))
            self._commands.add(task)
            self._regulate()
        return True

    def let_inputs_go(self) -> None:
        """The person's hands rest: what waited goes to the browser, between two messages of the client."""
        self.holds_inputs = False
        if self.client.is_between_messages:
            while self._held and not self.is_closing:
                payload = self._held.popleft()
                whole = self.instead if self._pass(payload) else masked_frame(Opcode.TEXT, payload)
                self.instead = b""
                self.client.forward(memoryview(whole))
            self._regulate()
        elif self._held:
            asyncio.get_running_loop().call_later(LOOK_SECONDS, self._let_inputs_go_later)

    def _let_inputs_go_later(self) -> None:
        if not (self.holds_inputs or self.is_closing or self.client.is_lost):
            self.let_inputs_go()

    def _pass(self, payload: bytes) -> bool:
        """A message for the browser; true when it gets another instead."""
        if self.listener is not None:
            self.listener.said(payload)
        if self.rewrite is None or cdp.DOWNLOADS not in payload:
            return False
        self.instead = masked_frame(Opcode.TEXT, self.rewrite(payload))
        return True

    def hear_control(self, opcode: int, payload: bytes) -> bool:
        """Look at a control frame of the client; true when we answer it for the browser."""
        if opcode == Opcode.CLOSE and self.is_closing:
            self.client.transport.close()
            return True
        if not self.frozen or opcode == Opcode.PONG:
            return False
        if opcode == Opcode.PING:
            self.speak(frame(Opcode.PONG, payload))
            return True
        self.close(int.from_bytes(payload[:2], "big") if len(payload) > 1 else 1000, "")
        if self.has_left:
            self.client.transport.close()
        return True

    def browser_lost(self) -> None:
        """The browser's connection is gone; what it had sent is on its way to the client."""
        if self.has_left:
            return  # the client has its time to answer
        if self.browser.has_said_goodbye:
            self.client.transport.close()
        elif self.browser.is_between_messages:
            self.close(*self.farewell())
        else:
            self._cut()

    def _say_goodbye(self) -> None:
        self.client.transport.write(self._goodbye)
        self._goodbye = b""
        self.has_left = True
        self.browser.transport.abort()
        asyncio.get_running_loop().call_later(GOODBYE_SECONDS, self._cut_client)

    def _cut_client(self) -> None:
        if not self.client.is_lost:
            self.client.transport.abort()

    def _cut(self) -> None:
        """No boundary came in time: the client sees a broken connection (1006)."""
        if not self.has_left:
            self._cut_client()

    async def _answer(self, command: Command) -> None:
        try:
            if self.on_command is None:
                raise cdp.not_found(command.method)
            value = await self.on_command(self.connection, command.message)
            if isinstance(value, CdpError):
                raise value
            text = cdp.result(command, value)
        except CdpError as problem:
            text = cdp.error(command, problem)
        except Exception:
            logger.exception("%s failed", command.method)
            text = cdp.error(command, CdpError(cdp.SERVER_ERROR, "Internal error"))
        self._commands.discard(asyncio.current_task())
        self.speak(frame(Opcode.TEXT, text))

    def stop_commands(self) -> None:
        """Nobody is there to answer any more."""
        for task in filter(None, self._commands):
            task.cancel()
        self._commands.clear()

    def _regulate(self) -> None:
        """A client that does not take our answers is not asked for more questions."""
        if self.is_open and not self.client.is_lost:
            is_full = self._queued > QUEUE_LIMIT or len(self._commands) >= COMMAND_LIMIT
            is_full |= len(self._held) >= HELD_LIMIT
            (self.client.hold if is_full and not self.is_closing else self.client.release)(WE_ARE_FULL)
