"""The two ends of a relay: bytes in, bytes on, frame headers followed.

Client → browser, only text messages of at most `VIEW_LIMIT` bytes are looked into, whole or in fragments; longer ones
and binary ones pass. Browser → client, frames are counted to know where a message ends. A listener, where there is one,
is shown the first `PEEK` bytes of what else passes. What is done with what is seen stands in `relay`.
"""

from typing import TYPE_CHECKING

from browser_node.frames import Opcode, header_size, payload_size, unmask
from splice.ends import End

if TYPE_CHECKING:
    from browser_node.relay import Relay

VIEW_LIMIT = 64 * 1024
CONTROL_LIMIT = 125  # RFC 6455 §5.5; a longer control frame is not waited for: Chromium refuses it
PEEK = 192  # enough for an id and an error, and for the session and the target of Target.attachedToTarget

WE_ARE_FULL = 2  # a reason to hold an end, beside splice.ends.PEER_IS_FULL


class BrowserEnd(End):
    """Browser → client: passes everything, and knows where messages end."""

    __slots__ = ("beginning", "has_said_goodbye", "head", "is_inside", "lacking", "left", "relay")

    def __init__(self, relay: "Relay") -> None:
        super().__init__()
        self.relay = relay
        self.left = 0  # bytes of the current frame still to come
        self.head = b""  # the beginning of a header that was cut by a read
        self.is_inside = False  # between the fragments of one message
        self.has_said_goodbye = False
        self.beginning = b""  # of a message, for the listener, as far as it was read
        self.lacking = 0  # bytes of it that the next read brings

    @property
    def is_between_messages(self) -> bool:
        """Whether a frame of ours may be sent now."""
        return not self.left and not self.head and not self.is_inside and not self.has_said_goodbye

    def take(self, data: memoryview) -> None:
        size = len(data)
        if self.lacking:
            self._show(data[: self.lacking], self.lacking)
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
                    if self.relay.listener is not None:
                        start = 2 if second < 126 else 4
                        self._show(data[start : start + PEEK], min(PEEK, end - start))
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

    def unseen(self) -> int:
        return 0 if self.lacking or self.relay.has_words else self.left

    def passed(self, size: int) -> None:
        self.left -= size

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
                first, start = cut[0], start + header_size(cut[1])
                position = start + payload_size(cut)
            else:
                first, length = data[position], data[position + 1] & 127
                start = position + header_size(length)
                position = start + (length if length < 126 else payload_size(data[position : position + 10]))
            opcode = first & 15
            if opcode == Opcode.TEXT and self.relay.listener is not None:
                self._show(data[start : min(position, start + PEEK)], min(PEEK, position - start))
            if opcode < Opcode.CLOSE:
                self.is_inside = not first & 128
            elif opcode == Opcode.CLOSE:
                self.has_said_goodbye = True
            if position <= size and not self.is_inside:
                boundary = position
        self.left = position - size
        return boundary

    def _show(self, part: memoryview, whole: int) -> None:
        """Let the listener see how a message begins, as soon as all of these bytes are there."""
        self.beginning += bytes(part)
        self.lacking = whole - len(part)
        if not self.lacking:
            beginning, self.beginning = self.beginning, b""
            if self.relay.listener is not None:
                self.relay.listener.answered(beginning)


class ClientEnd(End):
    """Client → browser: looks into short text messages, and keeps from the browser what is ours."""

    __slots__ = ("is_unseen", "kept", "left", "need", "partial", "payload", "relay")

    def __init__(self, relay: "Relay") -> None:
        super().__init__()
        self.relay = relay
        self.left = 0  # bytes still to come of a frame that passes unseen
        self.partial = bytearray()  # the beginning of a frame that is to be seen whole
        self.need = 0  # how much of it must be there before another look is worth it
        self.kept = bytearray()  # fragments of a message that is being looked at, as they came; many may be empty
        self.payload = bytearray()  # and what they say
        self.is_unseen = False  # within a message whose other fragments pass, too

    @property
    def is_between_messages(self) -> bool:
        """Whether the browser may be told something else now."""
        return not self.left and not self.is_unseen

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
                elif self.relay.instead:
                    self._forward_instead()
                return
        self._walk(data)

    def unseen(self) -> int:
        return 0 if self.relay.is_closing else self.left

    def passed(self, size: int) -> None:
        self.left -= size

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
            length = end - position - head
            passes = self._passes(opcode, length, is_last=is_last) if is_data else length > CONTROL_LIMIT
            if passes and opcode == Opcode.TEXT and self.relay.listener is not None:
                beginning = data[position + head : min(end, position + head + PEEK)]
                self.relay.listener.said(unmask(beginning, bytes(data[position + head - 4 : position + head])))
            if not passes and end > size:
                return self._keep_partial(data, sent, position, end - position)
            if not passes and self._swallows(data[position:end], head, opcode, is_last=is_last):
                self.forward(data[sent:position])
                self._forward_instead()
                sent = end
            elif self.kept and is_data:
                self.forward(data[sent:position])
                self._give_up_kept()
                sent = position
            position = end
        self.left = position - size
        return self.forward(data[sent:])

    def _forward_instead(self) -> None:
        instead, self.relay.instead = self.relay.instead, b""
        if instead:
            self.forward(memoryview(instead))

    def _passes(self, opcode: int, length: int, *, is_last: bool) -> bool:
        """Whether a data frame goes on unseen, together with the rest of its message."""
        is_text = opcode == (Opcode.CONTINUATION if self.kept else Opcode.TEXT)
        is_short = len(self.payload) + length <= VIEW_LIMIT and len(self.kept) <= 2 * VIEW_LIMIT
        if not self.is_unseen and is_text and is_short:
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
