"""The one clock, stopped and moved by hand, so that no test waits for a deadline."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from apps.core import clock

START = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


class MovingClock:
    def __init__(self) -> None:
        self.now = START

    def forward(self, seconds: float) -> datetime:
        self.now += timedelta(seconds=seconds)
        clock._stopped[-1] = self.now
        return self.now


@contextmanager
def moving_clock() -> Iterator[MovingClock]:
    with clock.stopped_at(START):
        yield MovingClock()
