"""The two ends of a splice: what one reads, the other writes.

An end is blind to frames; a relay (the node's) derives ends of its own that follow them. What comes in bulk and needs
nobody's look, the kernel moves by itself. Who closes whom and when a stalled direction is given up stands in `pair`.
"""

from __future__ import annotations

import asyncio
from functools import cache
from typing import TYPE_CHECKING, ClassVar, Protocol

from splice.pipe import Pipe
from splice.sockets import descriptor

if TYPE_CHECKING:
    from splice.pair import Pair

CHUNK = 64 * 1024
HIGH_WATER = 64 * 1024  # of bytes that wait here for a slow peer; above it the kernel keeps them, and can pass them on
BULK = 2 * 1024 * 1024  # bytes that may pass unseen before others have their turn
MOST_LENT = 16

# Why an end is not being read; it is read again when no reason is left.
PEER_IS_FULL = 1


_lent: list[tuple[memoryview, asyncio.Transport]] = []  # buffers, and who has yet to write them out


class Relay(Protocol):
    """Who makes the ends of a splice, when they should do more than copy."""

    def ends(self) -> tuple[End, End]:
        """The client's end and the upstream's, new for one splice."""

    def opened(self) -> None:
        """The ends are in place; nothing has been read by them yet."""

    def close(self, code: int, reason: str) -> None:
        """Say goodbye to the client as its protocol wants it, then end both sides."""


class End(asyncio.BufferedProtocol):
    """One end of a splice, copying.

    The read buffer is shared by every end of the process: a write either leaves for the kernel inside the callback
    or, when the peer is slow, keeps the buffer, and then another one is taken. Without that, slow peers get other
    people's bytes.
    """

    __slots__ = ("count", "holds", "is_lost", "pair", "peer", "transport")
    buffer: ClassVar[memoryview] = memoryview(bytearray(CHUNK))
    always_seen: ClassVar[int] = 0  # so many of the last bytes of a bulk are not passed unseen

    transport: asyncio.Transport
    peer: End
    pair: Pair

    def __init__(self) -> None:
        self.count = 0
        self.holds = 0
        self.is_lost = False

    def get_buffer(self, sizehint: int) -> memoryview:
        return End.buffer

    def buffer_updated(self, nbytes: int) -> None:
        self.count += nbytes
        self.take(End.buffer[:nbytes])
        if nbytes == CHUNK:
            self._pass_bulk()

    def feed(self, data: bytes) -> None:
        """Bytes that were read before this end was in place."""
        if data:
            self.count += len(data)
            self.take(memoryview(data))

    def take(self, data: memoryview) -> None:
        """What to do with bytes just read: here, pass them on. The view is only good inside this call."""
        self.forward(data)

    def unseen(self) -> int:
        """How many of the next bytes nobody needs to look at: here, all."""
        return BULK

    def passed(self, size: int) -> None:
        """That many went by unseen."""

    def _pass_bulk(self) -> None:
        """A full read: more is waiting. Let the kernel move it, where nothing of ours has to go before it."""
        out = self.peer.transport
        most = min(self.unseen(), BULK)
        if most < CHUNK or self.holds or out.get_write_buffer_size():
            return
        source, sink = descriptor(self.transport), descriptor(out)
        if source < 0 or sink < 0:
            return
        read, rest = _pipe().move(source, sink, most, keep=self.always_seen)
        self.count += read
        self.passed(read - len(rest))
        if rest:
            self.take(memoryview(rest))

    def forward(self, data: memoryview) -> None:
        """Write to the other side."""
        out = self.peer.transport
        out.write(data)
        if out.get_write_buffer_size():
            End.buffer = _another(End.buffer, out)

    def hold(self, reason: int) -> None:
        """Stop reading here until `release` with the same reason."""
        if not self.holds:
            self.transport.pause_reading()
        self.holds |= reason

    def release(self, reason: int) -> None:
        """Take back one reason; read again when it was the last."""
        if self.holds & reason:
            self.holds &= ~reason
            if not self.holds and not self.transport.is_closing():
                self.transport.resume_reading()

    def pause_writing(self) -> None:
        self.peer.hold(PEER_IS_FULL)

    def resume_writing(self) -> None:
        self.peer.release(PEER_IS_FULL)

    def eof_received(self) -> bool:
        return False  # a WebSocket has no half-open state

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_lost = True
        self.pair.lost(self)

    def peer_lost(self) -> None:
        """The other side is gone: write out what is left, then close."""
        self.transport.close()


@cache
def _pipe() -> Pipe:
    return Pipe()


def _another(kept: memoryview, reader: asyncio.Transport) -> memoryview:
    """In place of a buffer that `reader` has yet to write out: one that was given back, else a new one.

    Fresh memory for each would cost large messages a quarter of their speed (page faults).
    """
    _lent[:] = [(buffer, former) for buffer, former in _lent if not former.is_closing()][-MOST_LENT + 1 :]
    _lent.append((kept, reader))  # what is left out of the list is its reader's alone
    for number, (buffer, former) in enumerate(_lent):
        if not former.get_write_buffer_size():
            del _lent[number]
            return buffer
    return memoryview(bytearray(CHUNK))
