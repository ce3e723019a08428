"""Deadlines that nearly nobody misses: a head that must come, an upstream that must answer, the next look at a splice.

The event loop's own timer is a handle of the loop for every one of them, made and closed within a millisecond on a
connection that opens and closes. Those of one length fall due in the order they were set, so one timer per length does.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Hashable

logger = logging.getLogger(__name__)

Missed = Callable[[], None]

CLOSE_ENOUGH_SECONDS = 0.001  # uvloop's clock counts milliseconds: what is due within the next is not waited for


class Deadlines:
    """Those of one event loop."""

    __slots__ = ("loop", "queues")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.queues: dict[float, Queue] = {}

    def start(self, seconds: float, owner: Hashable, missed: Missed) -> "Queue":
        """Call `missed` in `seconds`, unless `owner` stops it at the queue given back. An owner has one of a length."""
        queue = self.queues.get(seconds)
        if queue is None:
            queue = self.queues[seconds] = Queue(self, seconds)
        queue.waiting[owner] = (self.loop.time() + seconds, missed)
        if queue.timer is None:
            queue.ring_in(seconds)
        return queue


class Queue:
    """Deadlines of one length, the oldest first."""

    __slots__ = ("deadlines", "seconds", "timer", "waiting")

    def __init__(self, deadlines: Deadlines, seconds: float) -> None:
        self.deadlines, self.seconds = deadlines, seconds
        self.waiting: OrderedDict[Hashable, tuple[float, Missed]] = OrderedDict()
        self.timer: asyncio.TimerHandle | None = None

    def ring_in(self, seconds: float) -> None:
        """Look in so long who is due."""
        self.timer = self.deadlines.loop.call_later(seconds, self._ring)

    def stop(self, owner: Hashable) -> None:
        """Nothing where it is not set, or was missed already."""
        self.waiting.pop(owner, None)

    def _ring(self) -> None:
        """What was the oldest when the timer was set is due, or was stopped; then the timer is the next one's."""
        loop = self.deadlines.loop
        now = loop.time()
        while self.waiting:
            owner, (due, missed) = next(iter(self.waiting.items()))
            if due - now > CLOSE_ENOUGH_SECONDS:
                self.ring_in(due - now)
                return
            del self.waiting[owner]
            try:
                missed()
            except Exception:
                logger.exception("a missed deadline could not be dealt with")  # the others are still to be told
        self.timer = None
        self.deadlines.queues.pop(self.seconds, None)  # lengths may be the application's: none is kept for ever
