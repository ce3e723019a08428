"""Four figures of the last day, each with its line. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

BUCKETS = 24
BUCKET = timedelta(hours=1)
WIDTH, HEIGHT = 88.0, 30.0


@dataclass(frozen=True)
class Life:
    """What the figures need to know of one session that somebody claimed."""

    claimed_at: datetime
    connected_at: datetime | None
    ended_at: datetime | None
    failed: bool


@dataclass(frozen=True)
class Figure:
    name: str
    label: str
    value: str
    unit: str
    note: str
    points: tuple[float, ...]

    @property
    def line(self) -> str:
        return path(self.points)

    @property
    def area(self) -> str:
        return f"{self.line}L{WIDTH:g} {HEIGHT:g}L0 {HEIGHT:g}Z" if self.line else ""

    @property
    def is_flat(self) -> bool:
        return not any(self.points)

    @property
    def spoken(self) -> str:
        """The line for those who do not see it."""
        return ", ".join(f"{point:g}" for point in self.points)


def figures(lives: Sequence[Life], now: datetime) -> list[Figure]:
    edges = [now - BUCKET * (BUCKETS - n) for n in range(BUCKETS + 1)]
    spans = list(pairwise(edges))

    def per_bucket(measure: Callable[[datetime, datetime], float]) -> tuple[float, ...]:
        return tuple(measure(start, end) for start, end in spans)

    def claimed(start: datetime, end: datetime) -> list[Life]:
        return [life for life in lives if start < life.claimed_at <= end]

    running = [life for life in lives if life.ended_at is None]
    last_hour = claimed(edges[-2], now)
    day = claimed(edges[0], now)
    failed = [life for life in lives if life.failed and life.ended_at and life.ended_at > edges[0]]
    waits = _waits(day)
    value, unit = _time(median(waits)) if waits else ("–", "")
    return [
        Figure("running", "In use now", str(len(running)), "", _peak(per_bucket(lambda s, e: _alive(lives, s, e))),
               per_bucket(lambda s, e: _alive(lives, s, e))),
        Figure("claims", "Claims in the last hour", str(len(last_hour)), "", f"{len(day)} in 24 hours",
               per_bucket(lambda s, e: len(claimed(s, e)))),
        Figure("connect", "Time to connect", value, unit, _slowest(waits),
               per_bucket(lambda s, e: median(_waits(claimed(s, e)) or [0.0]))),
        Figure("errors", "Errors in 24 hours", str(len(failed)), "",
               f"{100 * len(failed) / len(day):.1f} % of claims" if day and failed else "no session failed",
               per_bucket(lambda s, e: sum(s < life.ended_at <= e for life in failed if life.ended_at))),
    ]  # fmt: skip


def path(points: Sequence[float]) -> str:
    """An SVG path through the points, highest at the top; flat on the ground where all are zero."""
    if len(points) < 2:
        return ""
    top = max(points) or 1.0
    step = WIDTH / (len(points) - 1)
    places = (f"{n * step:.1f} {HEIGHT - 1 - (HEIGHT - 4) * point / top:.1f}" for n, point in enumerate(points))
    return "M" + "L".join(places)


def _alive(lives: Sequence[Life], start: datetime, end: datetime) -> float:
    return sum(life.claimed_at <= end and (life.ended_at is None or life.ended_at > start) for life in lives)


def _waits(lives: Sequence[Life]) -> list[float]:
    return [(life.connected_at - life.claimed_at).total_seconds() for life in lives if life.connected_at]


def _time(seconds: float) -> tuple[str, str]:
    return (f"{seconds * 1000:.0f}", "ms") if seconds < 1 else (f"{seconds:.1f}", "s")


def _slowest(waits: Sequence[float]) -> str:
    if not waits:
        return "no client connected yet"
    return "median; slowest {} {}".format(*_time(max(waits)))


def _peak(points: Sequence[float]) -> str:
    return f"peak {max(points):.0f} in 24 hours" if any(points) else "none in 24 hours"
