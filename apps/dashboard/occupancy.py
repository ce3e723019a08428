"""How full a pool is, as one bar; and who waits for it."""

from dataclasses import dataclass
from datetime import datetime

from apps.access.actor import Actor
from apps.access.lookup import may_each
from apps.access.permissions import Permission
from apps.pools.models import Pool
from apps.sessions.queries import waiting

MOST_WAITING = 20


@dataclass(frozen=True)
class Segment:
    """A piece of the bar, in browsers."""

    state: str
    x: int
    width: int
    label: str


@dataclass(frozen=True)
class Occupancy:
    in_use: int
    ready: int
    coming: int
    max: int
    max_concurrency: int
    alive: int

    @property
    def width(self) -> int:
        """The bar is as long as the pool may be, or as it still is after a lowered max."""
        return max(self.max, self.alive, 1)

    @property
    def segments(self) -> list[Segment]:
        found: list[Segment] = []
        x = 0
        pieces = (
            ("running", self.in_use, "in use"),
            ("ready", self.ready, "ready"),
            ("starting", self.coming, "coming or going"),
        )
        for state, number, word in pieces:
            if number:
                found.append(Segment(state, x, number, f"{number} {word}"))
                x += number
        return found

    @property
    def mark(self) -> int:
        """Where max_concurrency stands."""
        return min(self.max_concurrency, self.width)

    @property
    def sentence(self) -> str:
        return (
            f"{self.in_use} of {min(self.max_concurrency, self.max)} in use, {self.ready} ready, "
            f"{max(self.max - self.alive, 0)} of {self.max} not started."
        )


@dataclass(frozen=True)
class Waiting:
    id: str
    who: str
    since: datetime
    until: datetime
    is_held: bool


@dataclass(frozen=True)
class Queue:
    number: int
    limit: int
    claims: tuple[Waiting, ...]

    @property
    def more(self) -> int:
        return self.number - len(self.claims)


def occupancy(pool: Pool) -> Occupancy:
    """From the pool's counter, which every claim keeps."""
    counter = pool.counter
    return Occupancy(
        in_use=counter.in_use,
        ready=counter.ready,
        coming=max(counter.alive - counter.in_use - counter.ready, 0),
        max=pool.max,
        max_concurrency=pool.max_concurrency,
        alive=counter.alive,
    )


def queue(pool: Pool, actor: Actor, now: datetime) -> Queue:
    """Who waits is told to those who manage the pool; to others only how many there are."""
    names_people = may_each(actor, Permission.POOL_MANAGE, pool)
    claims = waiting(pool, now)
    rows = list(claims.select_related("owner").order_by("queued_at")[:MOST_WAITING]) if names_people else []
    listed = tuple(
        Waiting(claim.public_id, claim.owner.email, claim.queued_at, claim.expires_at, claim.is_held) for claim in rows
    )
    is_whole = names_people and len(rows) < MOST_WAITING
    return Queue(len(rows) if is_whole else claims.count(), pool.queue_limit, listed)
