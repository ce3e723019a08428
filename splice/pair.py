"""An open splice as a whole: two ends, how long a stalled one is waited for, and the news that it is over.

What travels between the ends stands in `ends`.
"""

import asyncio
from collections.abc import Callable

from splice.deadlines import Deadlines, Queue
from splice.dial import Answer
from splice.ends import HIGH_WATER, End, Relay
from splice.sockets import peer_has_closed, seconds_unanswered, watch_peer

# How often an open splice is looked at, and how long a direction may stand still once its source has ended.
BEAT_SECONDS = 5.0
STALL_SECONDS = 20.0

# A peer whose kernel acknowledges nothing for so long is gone; with one beat more this stays within 20 s.
SILENCE_SECONDS = 14.0


class Pair:
    """Two joined connections.

    `on_end` is called once, when the first side is gone; `on_gone` once, when both are.
    """

    __slots__ = (
        *("__weakref__", "client", "deadlines", "is_ended", "on_end", "on_gone"),
        *("patience", "relay", "stall", "upstream"),
    )

    def __init__(
        self, deadlines: Deadlines, relay: Relay | None, on_end: Callable[[], None], on_gone: Callable[[], None]
    ) -> None:
        self.deadlines, self.relay = deadlines, relay
        self.client, self.upstream = relay.ends() if relay else (End(), End())
        self.on_end, self.on_gone = on_end, on_gone
        self.is_ended = False
        self.patience: Queue | None = None  # where the next beat is set, then the end of the lingering
        self.stall: tuple[End, int, float] | None = None

    @property
    def bytes_up(self) -> int:
        """Read from the client so far."""
        return self.client.count

    @property
    def bytes_down(self) -> int:
        """Read from the upstream so far."""
        return self.upstream.count

    def prepare(self, client: asyncio.Transport, upstream: asyncio.Transport) -> None:
        """All that may fail, before anything is promised to the client, whom the handover watches already."""
        watch_peer(upstream)
        ends = (self.client, self.upstream, client), (self.upstream, self.client, upstream)
        for end, peer, transport in ends:
            transport.set_write_buffer_limits(high=HIGH_WATER)
            end.transport, end.peer, end.pair = transport, peer, self

    def open(self, answer: Answer, early: bytes) -> None:
        """Let the client have the upstream's 101, and bytes flow. `early` is what the client sent before that."""
        client, upstream = self.client, self.upstream
        client.transport.write(answer.head)
        client.transport.set_protocol(client)
        upstream.transport.set_protocol(upstream)
        if self.relay:
            self.relay.opened()
        upstream.feed(answer.rest)
        client.feed(early)
        for end in (client, upstream):
            if not end.holds and not end.transport.is_closing():
                end.transport.resume_reading()
        self.patience = self.deadlines.start(BEAT_SECONDS, self, self._beat)

    def close(self, within: float) -> None:
        """End both sides; whoever does not take the rest `within` seconds is cut."""
        for end in (self.client, self.upstream):
            end.transport.close()
        self.deadlines.loop.call_later(within, self.abort)

    def abort(self) -> None:
        """Cut both sides now."""
        for end in (self.client, self.upstream):
            if not end.is_lost:
                end.transport.abort()

    def lost(self, end: End) -> None:
        """Told by an end that its connection is gone."""
        if self.patience:
            self.patience.stop(self)  # or it would hold all of us until it is due
        if end.peer.is_lost:
            self.on_gone()
            self.on_end = self.on_gone = _over  # who we told holds us: without a cycle, all of that goes at once
            return
        self.is_ended = True
        self.on_end()
        end.peer.peer_lost()
        self._linger(end.peer)

    def _linger(self, end: End, size: int | None = None) -> None:
        """Give the remaining side time while it still takes bytes; `size` were left when it was looked at last."""
        if end.is_lost:
            return
        left = end.transport.get_write_buffer_size()
        if size is not None and left >= size:
            end.transport.abort()
        else:
            self.patience = self.deadlines.start(STALL_SECONDS, self, lambda: self._linger(end, left))

    def _beat(self) -> None:
        """Find what no callback tells: a dead peer with data outstanding, an end that is hidden behind a full peer."""
        now = self.deadlines.loop.time()
        hidden: End | None = None
        for end in (self.client, self.upstream):
            if seconds_unanswered(end.transport) >= SILENCE_SECONDS:
                self.abort()
                return
            if end.holds and peer_has_closed(end.transport):
                hidden = end
        if hidden is None:
            self.stall = None
        elif self.stall is None or self.stall[:2] != (hidden, hidden.count):
            self.stall = (hidden, hidden.count, now)
        elif now - self.stall[2] >= STALL_SECONDS:
            self.abort()
            return
        self.patience = self.deadlines.start(BEAT_SECONDS, self, self._beat)


def _over() -> None:
    """Both sides are gone; nobody is to be told any more."""
