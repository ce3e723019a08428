"""The node's relay: two ends of a splice that follow frame headers, so that we can listen and speak.

Client → browser, only text messages of at most `VIEW_LIMIT` bytes are looked into, whole or in fragments; longer ones
and binary ones pass unseen. Browser → client, nothing is looked into: frames are counted only to know where a message
ends, since whatever we say must stand between two of them. What is ours to answer stands in `cdp`.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from browser_node import cdp
from browser_node.cdp import CdpError, Command
from browser_node.frames import Opcode, close_frame, frame, header_size, payload_size, unmask
from splice.ends import HIGH_WATER, End

logger = logging.getLogger(__name__)

VIEW_LIMIT = 64 * 1024
MESSAGE_SECONDS = 1.0  # for the browser to end its current message before a goodbye; then the client is cut
GOODBYE_SECONDS = 1.0  # for the client to answer a goodbye
COMMAND_LIMIT = 32  # unanswered ones; a client that calls more is not read until some are answered
QUEUE_LIMIT = 256 * 1024  # bytes of ours that wait for a slow client before it is not read either
EVENT_LIMIT = 1024 * 1024  # the same before events are dropped

WE_ARE_FULL = 2  # a reason to hold an end, beside splice.ends.PEER_IS_FULL

OnCommand = Callable[[str, dict[str, Any]], Awaitable[Mapping[str, Any] | CdpError]]
Farewell = Callable[[], tuple[int, str]]


class Relay:
    """One client's connection to one browser: the `relay` of a splice message.

    `on_command(connection, message)` answers `BrowserGrid.*` with a result, or gives or raises a CdpError.
    `farewell()` tells with which code and reason a client is left when the browser goes unexpectedly.
    `on_activity()` is called for input events and, while `frozen`, for every message of the client.
    """

    def __init__(
        self,
        connection: str,
        on_command: OnCommand | None,
        farewell: Farewell,
        on_activity: Callable[[], None] | None = None,
    ) -> None:
        self.connection = connection
        self.on_command, self.farewell, self.on_activity = on_command, farewell, on_activity
        self.opened_at = time.time()
        self.frozen = False
        self.inputs = 0
        self.client, self.browser = ClientEnd(self), BrowserEnd(self)
        self.is_open = False
        self.is_closing = False  # from then on the client reaches the browser no more
        self.has_left = False  # we said goodbye: nothing may follow it
        self.has_words = False  # to say at the next boundary
        self._goodbye = b""
        self._session: str | None = None
        self._queue: deque[bytes] = deque()
        self._queued = 0
        self._commands: set[asyncio.Task[Any] | None] = set()

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
        if command is None:
            return False
        if command.is_close:
            self.speak(frame(Opcode.TEXT, cdp.result(command, {})))
            self.close(1000, "")
        else:
            self._session = command.session
            task = asyncio.get_running_loop().create_task(self._answer(command))
            self._commands.add(task)
            self._regulate()
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
            (self.client.hold if is_full and not self.is_closing else self.client.release)(WE_ARE_FULL)


class BrowserEnd(End):
    """Browser → client: passes everything, and knows where messages end."""

    __slots__ = ("has_said_goodbye", "head", "is_inside", "left", "relay")

    def __init__(self, relay: Relay) -> None:
        super().__init__()
        self.relay = relay
        self.left = 0  # bytes of the current frame still to come
        self.head = b""  # the beginning of a header that was cut by a read
        self.is_inside = False  # between the fragments of one message
        self.has_said_goodbye = False

    @property
    def is_between_messages(self) -> bool:
        """Whether a frame of ours may be sent now."""
        return not self.left and not self.head and not self.is_inside and not self.has_said_goodbye

    def take(self, data: memoryview) -> None:
        size = len(data)
        if not self.relay.has_words:
            if self.left > size:
                self.left -= size
            elif not (self.left or self.head or self.is_inside) and size > 3 and data[0] == 0x81:
                # By far most reads are one text message, or the beginning of one. The rest goes the long way.
                second = data[1]
                end = 2 + second if second < 126 else 4 + (data[2] << 8 | data[3]) if second == 126 else 0
                if end < size:
                    self._follow(data)
                else:
                    self.left = end - size
            else:
                self._follow(data)
            self.forward(data)
        elif not self.relay.has_left:
            boundary = max(self._follow(data), 0)
            self.forward(data[:boundary])
            if boundary:
                self.relay.flush()
            if not self.relay.has_left:
                self.forward(data[boundary:])

    def peer_lost(self) -> None:
        self.relay.stop_commands()
        super().peer_lost()

    def _follow(self, data: memoryview) -> int:
        """Walk over frame headers; the last place in `data` where a message is over, or -1."""
        position, size = self.left, len(data)
        boundary = position if 0 < position <= size and not self.is_inside else -1
        while position < size:
            if self.head or size - position < 10:
                start = position - len(self.head)
                cut = self.head + bytes(data[position : position + 10 - len(self.head)])
                if len(cut) < 2 or len(cut) < header_size(cut[1]):
                    self.head, self.left = cut, 0
                    return boundary
                self.head = b""
                first, position = cut[0], start + header_size(cut[1]) + payload_size(cut)
            else:
                first, length = data[position], data[position + 1] & 127
                if length < 126:
                    position += 2 + length
                else:
                    position += header_size(length) + payload_size(data[position : position + 10])
            opcode = first & 15
            if opcode < Opcode.CLOSE:
                self.is_inside = not first & 128
            elif opcode == Opcode.CLOSE:
                self.has_said_goodbye = True
            if position <= size and not self.is_inside:
                boundary = position
        self.left = position - size
        return boundary


class ClientEnd(End):
    """Client → browser: looks into short text messages, and keeps from the browser what is ours."""

    __slots__ = ("is_unseen", "kept", "left", "need", "partial", "payload", "relay")

    def __init__(self, relay: Relay) -> None:
        super().__init__()
        self.relay = relay
        self.left = 0  # bytes still to come of a frame that passes unseen
        self.partial = bytearray()  # the beginning of a frame that is to be seen whole
        self.need = 0  # how much of it must be there before another look is worth it
        self.kept = bytearray()  # fragments of a message that is being looked at, as they came
        self.payload = bytearray()  # and what they say
        self.is_unseen = False  # within a message whose other fragments pass, too

    def forward(self, data: memoryview) -> None:
        if not self.relay.is_closing:
            super().forward(data)

    def take(self, data: memoryview) -> None:
        size = len(data)
        if self.left >= size:
            self.left -= size
            self.forward(data)
            return
        if self.partial:
            self.partial += data
            if len(self.partial) < self.need:
                return
            data, self.partial = memoryview(self.partial), bytearray()
        elif not self.left and size > 8 and data[0] == 0x81 and not self.kept and not self.is_unseen:
            # By far most reads are one short text message. Anything unusual goes the long way.
            second = data[1]
            start = 6 if second < 254 else 8
            length = second & 127 if second < 254 else data[2] << 8 | data[3]
            if 128 < second < 255 and start + length == size:
                if not self.relay.hear(unmask(data[start:], bytes(data[start - 4 : start]))):
                    self.forward(data)
                return
        self._walk(data)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self.relay.browser.is_between_messages:
            self.relay.flush()

    def peer_lost(self) -> None:
        self.relay.stop_commands()
        self.relay.browser_lost()

    def _walk(self, data: memoryview) -> None:
        """Frame by frame; what passes is forwarded in pieces as long as possible."""
        position, sent, size = self.left, 0, len(data)
        self.left = 0
        while position < size:
            head = header_size(data[position + 1]) if size - position > 1 else 2
            if size - position < head:
                return self._keep_partial(data, sent, position, head)
            end = position + head + payload_size(data[position : position + head])
            opcode, is_last = data[position] & 15, bool(data[position] & 128)
            is_data = opcode < Opcode.CLOSE
            passes = is_data and self._passes(opcode, end - position - head, is_last=is_last)
            if not passes and end > size:
                return self._keep_partial(data, sent, position, end - position)
            if not passes and self._swallows(data[position:end], head, opcode, is_last=is_last):
                self.forward(data[sent:position])
                sent = end
            elif self.kept and is_data:
                self.forward(data[sent:position])
                self._give_up_kept()
                sent = position
            position = end
        self.left = position - size
        return self.forward(data[sent:])

    def _passes(self, opcode: int, length: int, *, is_last: bool) -> bool:
        """Whether a data frame goes on unseen, together with the rest of its message."""
        is_text = opcode == (Opcode.CONTINUATION if self.kept else Opcode.TEXT)
        if not self.is_unseen and is_text and len(self.payload) + length <= VIEW_LIMIT:
            return False
        self.is_unseen = not is_last
        return True

    def _swallows(self, whole: memoryview, head: int, opcode: int, *, is_last: bool) -> bool:
        """Whether a whole frame stays here: for now, as a fragment, or for good, as ours."""
        plain = unmask(whole[head:], bytes(whole[head - 4 : head])) if whole[1] & 128 else bytes(whole[head:])
        if opcode >= Opcode.CLOSE:
            return self.relay.hear_control(opcode, plain)
        if not is_last:
            self.kept += whole
            self.payload += plain
            return True
        if not self.relay.hear(bytes(self.payload) + plain):
            return False
        self.kept, self.payload = bytearray(), bytearray()
        return True

    def _give_up_kept(self) -> None:
        """The fragments are the browser's after all."""
        kept, self.kept, self.payload = self.kept, bytearray(), bytearray()
        self.forward(memoryview(kept))

    def _keep_partial(self, data: memoryview, sent: int, position: int, need: int) -> None:
        self.forward(data[sent:position])
        self.partial, self.need = bytearray(data[position:]), need
