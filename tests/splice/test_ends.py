"""splice.ends without a loop: when the kernel may move what is waiting, and when it must not."""

import socket

import pytest

from splice.ends import BULK, CHUNK, PEER_IS_FULL, End

WAITING = b"w" * 20_000


class Line:
    """A transport over a real socket, of which a test says how it is."""

    def __init__(self, sock, *, queued=0, is_closing=False, tls=None):
        self.written = b""
        self.queued, self._is_closing = queued, is_closing
        self.extra = {"socket": sock, "sslcontext": tls}

    def write(self, data):
        self.written += data

    def get_write_buffer_size(self):
        return self.queued

    def get_extra_info(self, name):
        return self.extra[name]

    def is_closing(self):
        return self._is_closing


@pytest.fixture
def sockets():
    """Ours to read, with bytes waiting in it; ours to write; and what the other side of that one has."""
    theirs, source = socket.socketpair()
    sink, reader = socket.socketpair()
    all_of_them = (theirs, source, sink, reader)
    for each in all_of_them:
        each.setblocking(False)
    theirs.send(WAITING)
    yield source, sink, reader
    for each in all_of_them:
        each.close()


def joined(kind, source, sink, *, reads=None, writes=None):
    end, peer = kind(), End()
    end.peer, peer.peer = peer, end
    end.transport, peer.transport = Line(source, **(reads or {})), Line(sink, **(writes or {}))
    return end


def test_after_a_full_read_the_kernel_moves_the_rest(sockets):
    source, sink, reader = sockets
    end = joined(End, source, sink)
    end.buffer_updated(CHUNK)
    assert len(end.peer.transport.written) == CHUNK
    assert reader.recv(100_000) == WAITING
    assert end.count == CHUNK + len(WAITING)


@pytest.mark.parametrize(
    ("reads", "writes"),
    [
        ({}, {"queued": 1}),
        ({"is_closing": True}, {}),
        ({}, {"is_closing": True}),
        ({"tls": "a context"}, {}),
        ({}, {"tls": "a context"}),
    ],
    ids=["something-waits-to-be-written", "we-close", "they-close", "we-read-tls", "we-write-tls"],
)
def test_it_moves_nothing_where_bytes_would_overtake_or_are_not_as_they_travel(sockets, reads, writes):
    source, sink, _ = sockets
    end = joined(End, source, sink, reads=reads, writes=writes)
    end.buffer_updated(CHUNK)
    assert end.count == CHUNK
    assert source.recv(100_000) == WAITING


def test_it_moves_nothing_of_an_end_that_is_not_to_be_read(sockets):
    source, sink, _ = sockets
    end = joined(End, source, sink)
    end.holds = PEER_IS_FULL
    end.buffer_updated(CHUNK)
    assert source.recv(100_000) == WAITING


def test_a_read_that_was_not_full_is_all_there_was(sockets):
    source, sink, _ = sockets
    end = joined(End, source, sink)
    end.buffer_updated(CHUNK - 1)
    assert source.recv(100_000) == WAITING


@pytest.mark.parametrize(("unseen", "moved"), [(BULK, len(WAITING)), (CHUNK, len(WAITING)), (CHUNK - 1, 0), (0, 0)])
def test_it_moves_only_what_nobody_needs_to_see(sockets, unseen, moved):
    class Watchful(End):
        def unseen(self):
            return unseen

    source, sink, _ = sockets
    end = joined(Watchful, source, sink)
    end.buffer_updated(CHUNK)
    assert end.count == CHUNK + moved


def test_the_last_bytes_are_seen_where_somebody_wants_them(sockets):
    class Curious(End):
        always_seen = 7

    source, sink, reader = sockets
    end = joined(Curious, source, sink)
    end.buffer_updated(CHUNK)
    assert reader.recv(100_000) == WAITING[:-7]
    assert end.peer.transport.written[CHUNK:] == WAITING[-7:]
