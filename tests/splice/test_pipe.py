"""splice.pipe: what the kernel moves arrives whole and in order, and nothing of it stays behind for somebody else."""

import fcntl
import os
import random
import socket
import struct
import termios
from contextlib import suppress

import pytest

from splice.pipe import Pipe
from tests.support.eventually import becomes

A_LOT = 8_000_000


@pytest.fixture
def pipe():
    pipe = Pipe()
    yield pipe
    with pytest.raises(BlockingIOError):
        os.read(pipe.reader, 1)  # whatever a test did, the next call begins with an empty one
    os.close(pipe.reader)
    os.close(pipe.writer)


class Side:
    """Two joined sockets, of which one is ours. What one sends is with the other soon: not always at once."""

    def __init__(self, family: str) -> None:
        if family == "tcp":
            with socket.create_server(("127.0.0.1", 0)) as server:
                self.theirs = socket.create_connection(server.getsockname())
                self.ours, _ = server.accept()
        else:
            self.ours, self.theirs = socket.socketpair()
        self.ours.setblocking(False)
        self.theirs.setblocking(False)

    def send(self, data: bytes) -> int:
        """As much as there is room for."""
        sent = 0
        with suppress(BlockingIOError):
            while sent < len(data):
                sent += self.theirs.send(data[sent:])
        return sent

    def give(self, data: bytes) -> None:
        """All of it, and it has arrived."""
        assert self.send(data) == len(data)
        becomes(self._arrived, len(data), what="what arrived")

    def _arrived(self) -> int:
        return struct.unpack("i", fcntl.ioctl(self.ours, termios.FIONREAD, bytes(4)))[0]

    def take(self, size: int) -> bytes:
        """So much, as soon as it is there; no more may be."""
        got = b""

        def so_far() -> int:
            nonlocal got
            got += self.receive()
            return len(got)

        becomes(so_far, size, what="what came")
        return got

    def receive(self, most: int = A_LOT) -> bytes:
        """What is there."""
        got = b""
        with suppress(BlockingIOError):
            while len(got) < most and (piece := self.theirs.recv(most - len(got))):
                got += piece
        return got


@pytest.fixture(params=["tcp", "unix"])
def sides(request):
    sides = Side(request.param), Side(request.param)
    yield sides
    for side in sides:
        side.ours.close()
        side.theirs.close()


def move(pipe, sides, most=A_LOT, keep=0):
    source, sink = sides
    return pipe.move(source.ours.fileno(), sink.ours.fileno(), most, keep=keep)


def test_what_waits_is_passed_on(pipe, sides):
    data = os.urandom(100_000)
    sides[0].give(data)
    assert move(pipe, sides) == (len(data), b"")
    assert sides[1].take(len(data)) == data


def test_the_last_bytes_are_given_back_where_somebody_wants_to_see_them(pipe, sides):
    data = os.urandom(100_000)
    sides[0].give(data)
    assert move(pipe, sides, keep=131) == (len(data), data[-131:])
    assert sides[1].take(len(data) - 131) == data[:-131]


def test_fewer_bytes_than_are_to_be_seen_are_all_given_back(pipe, sides):
    sides[0].give(b"short")
    assert move(pipe, sides, keep=131) == (5, b"short")


def test_no_more_is_passed_on_than_was_asked(pipe, sides):
    sides[0].give(bytes(100_000))
    assert move(pipe, sides, most=70_000) == (70_000, b"")
    assert len(sides[1].take(70_000)) == 70_000


def test_what_a_full_sink_does_not_take_is_given_back(pipe, sides):
    source, sink = sides
    chance, sent, taken, rest = random.Random(1), b"", 0, b""
    while not rest:
        data = chance.randbytes(300_000)
        sent += data[: source.send(data)]
        read, rest = move(pipe, sides)
        taken += read
    passed = taken - len(rest)
    assert rest == sent[passed:taken]
    assert sink.take(passed) == sent[:passed]


def test_nothing_to_read_is_no_error(pipe, sides):
    assert move(pipe, sides) == (0, b"")


def test_a_source_that_ended_is_no_error(pipe, sides):
    sides[0].give(b"last words")
    sides[0].theirs.close()
    assert move(pipe, sides) == (10, b"")
    assert move(pipe, sides) == (0, b"")
    assert sides[1].take(10) == b"last words"


def test_what_an_ended_sink_cannot_take_is_given_back(pipe, sides):
    sides[0].give(b"for nobody")
    sides[1].ours.shutdown(socket.SHUT_WR)
    assert move(pipe, sides) == (10, b"for nobody")


def test_what_an_error_left_behind_reaches_nobody_else(pipe, sides):
    os.write(pipe.writer, b"somebody else's" * 1000)
    sides[0].give(b"ours")
    assert move(pipe, sides) == (4, b"")
    assert sides[1].take(4) == b"ours"


@pytest.mark.parametrize("seed", range(10))
def test_a_stream_is_whole_however_sender_and_reader_take_turns(pipe, sides, seed):
    chance = random.Random(seed)
    source, sink = sides
    data = chance.randbytes(5_000_000)
    sent, taken, waiting = 0, b"", b""
    while len(taken) < len(data):
        sent += source.send(data[sent : sent + chance.choice([1, 500, 70_000, 2_000_000])])
        if waiting:
            with suppress(BlockingIOError):
                waiting = waiting[sink.ours.send(waiting) :]
        if not waiting:
            _, waiting = move(pipe, sides, most=chance.choice([1000, 100_000, A_LOT]), keep=chance.choice([0, 131]))
        if chance.random() < 0.6:
            taken += sink.receive(chance.choice([1, 40_000, A_LOT]))
    assert taken == data
