"""What sessions did within an hour. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from apps.statistics.waits import bucket, percentile

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Life:
    """One claimed session, as it was at `seen_at`."""

    owner: UUID
    pool: UUID
    claimed_at: datetime
    ended_at: datetime | None
    seen_at: datetime
    failed: bool
    waited: float  # seconds from asking to having
    active_seconds: float
    bytes: int

    @property
    def until(self) -> datetime:
        return self.ended_at or self.seen_at


@dataclass
class Use:
    """`sessions` were in use at some time within it; errors and bytes count where the session ended, or now is."""

    sessions: int = 0
    claims: int = 0
    errors: int = 0
    held_seconds: float = 0.0
    active_seconds: float = 0.0
    bytes: int = 0
    waits: Counter[int] = field(default_factory=Counter)

    @property
    def idle_seconds(self) -> float:
        return max(self.held_seconds - self.active_seconds, 0.0)

    @property
    def p50(self) -> float | None:
        return percentile(self.waits, 0.5)

    @property
    def p95(self) -> float | None:
        return percentile(self.waits, 0.95)

    def add(self, other: "Use", *, anew: bool = True) -> None:
        """`anew` False: a later hour of the same sessions, of which only those claimed in it are further ones."""
        self.sessions += other.sessions if anew or not self.sessions else other.claims
        self.claims += other.claims
        self.errors += other.errors
        self.held_seconds += other.held_seconds
        self.active_seconds += other.active_seconds
        self.bytes += other.bytes
        self.waits += other.waits


def hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def use_within(lives: Iterable[Life], start: datetime, end: datetime) -> Use:
    """Of those lives, what lies in [start, end). Time with a client is spread evenly over a session's life."""
    use = Use()
    for life in lives:
        if life.claimed_at >= end or life.until < start:
            continue
        held = max((min(life.until, end) - max(life.claimed_at, start)).total_seconds(), 0.0)
        whole = (life.until - life.claimed_at).total_seconds()
        use.sessions += 1
        use.held_seconds += held
        use.active_seconds += min(life.active_seconds * held / whole, held) if whole > 0 else 0.0
        if life.claimed_at >= start:
            use.claims += 1
            use.waits[bucket(life.waited)] += 1
        if start <= life.until < end:
            use.bytes += life.bytes
            use.errors += life.failed
    return use
