"""Bytes that the kernel moves from one socket to another by itself: splice(2) through a pipe, without a copy here."""

import contextlib
import fcntl
import os

SIZE = 1024 * 1024  # what Linux grants anybody (pipe-max-size in proc(5))
_FLAGS = os.SPLICE_F_MOVE | os.SPLICE_F_NONBLOCK


class Pipe:
    """Room in the kernel between two sockets. Empty between two calls, so that one serves every splice of a process."""

    __slots__ = ("reader", "writer")

    def __init__(self) -> None:
        self.reader, self.writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        with contextlib.suppress(PermissionError):  # this user has many pipes: the usual 64 KiB will do
            fcntl.fcntl(self.writer, fcntl.F_SETPIPE_SZ, SIZE)

    def move(self, source: int, sink: int, most: int, *, keep: int = 0) -> tuple[int, bytes]:
        """Pass on what can be read and written now, of sockets that do not block, up to `most` bytes.

        How many were read, and those of them that were not written: the last `keep`, more where the sink is full. An
        error of either socket just ends it; who reads or writes there next meets it, too.
        """
        self._empty()
        read = inside = 0
        with contextlib.suppress(OSError):
            while inside <= keep and read < most:
                size = os.splice(source, self.writer, most - read, flags=_FLAGS)
                if not size:
                    break
                read += size
                inside += size
                if inside > keep:
                    inside -= os.splice(self.reader, sink, inside - keep, flags=_FLAGS)
        rest = b""
        while len(rest) < inside:
            rest += os.read(self.reader, inside - len(rest))
        return read, rest

    def _empty(self) -> None:
        """It is empty already, unless an error cut a call off: then what it left is somebody else's."""
        with contextlib.suppress(BlockingIOError):
            while True:
                os.read(self.reader, SIZE)
