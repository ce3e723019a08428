"""One pool: its size, its members, its limits → what to add, whom to end. Pure.

Culling is make-before-break: a ready browser at or below `min` goes only when its replacement is ready. Only where
`max` or full nodes leave no room for a replacement does one of a former configuration go first, one at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from apps.sessions.lifecycle import EndReason, SessionState

S = SessionState
K = TypeVar("K")


@dataclass(frozen=True)
class Size:
    """What the pool wants, and `free`: how many more its nodes hold, absent where that is not known.

    `present` false: paused, so nothing is kept warm.
    """

    min: int
    max: int
    max_starting: int
    prepared: int
    present: bool = True
    deleted: bool = False
    free: int | None = None


@dataclass(frozen=True)
class Member:
    id: UUID
    state: SessionState
    owned: bool
    ending: bool  # told to end, or ending
    current: bool  # made for the present configuration
    prepared: bool
    since: datetime  # ready since, else made at


@dataclass(frozen=True)
class PoolStep:
    add: int = 0
    prepared_of_added: int = 0
    end_unclaimed: tuple[tuple[UUID, EndReason], ...] = ()
    end_all: tuple[UUID, ...] = ()  # the pool is gone: those in use end too
    prepare: tuple[UUID, ...] = ()


def decide_pool(size: Size, members: Sequence[Member]) -> PoolStep:
    alive = len(members)
    here = [member for member in members if not member.ending]
    if size.deleted:
        return PoolStep(end_all=tuple(member.id for member in here))
    warm = [member for member in here if not member.owned]
    if not size.present:
        return PoolStep(end_unclaimed=tuple((member.id, EndReason.MAINTENANCE) for member in warm))
    ready = sorted((member for member in warm if member.state is S.READY), key=lambda member: member.since)
    coming = sorted((member for member in warm if member.state is not S.READY), key=lambda member: member.since)
    fresh = [member for member in ready if member.current]
    stale = [member for member in ready if not member.current]
    fresh_coming = [member for member in coming if member.current]
    stale_coming = [member for member in coming if not member.current]
    # What is wanted warm; less where those in use leave no room for it, as after a lowered max.
    floor = min(size.min, max(size.max - (len(here) - len(warm)), 0))

    missing = max(floor - len(fresh) - len(fresh_coming), 0)
    room = max(size.max - alive if size.free is None else min(size.max - alive, size.free), 0)
    starting = sum(member.state in {S.PENDING, S.STARTING} for member in here)
    add = min(missing, room, max(size.max_starting - starting, 0))

    spare = max(len(ready) - floor, 0)
    leaving = stale[:spare]
    is_stuck = missing > 0 and room == 0 and not fresh_coming and alive == len(here)
    if is_stuck and not leaving:
        leaving = stale[:1]
    surplus = max(spare - len(leaving), 0)
    newest_first = [*reversed(fresh_coming), *reversed(fresh)]
    unneeded = max(len(fresh) + len(fresh_coming) - floor, 0)
    culled = [*newest_first[: min(unneeded, len(fresh_coming))], *list(reversed(fresh))[:surplus]]
    end = [(member.id, EndReason.POOL_ROTATED) for member in [*stale_coming, *leaving, *culled]]

    gone = {key for key, _ in end}
    staying = [member for member in [*fresh, *fresh_coming] if member.id not in gone]
    told = sum(member.prepared for member in staying)
    free = max(size.prepared - told, 0)
    prepare = tuple(member.id for member in staying if not member.prepared and member.state is S.READY)[:free]
    return PoolStep(
        add=add,
        prepared_of_added=min(add, max(free - len(prepare), 0)),
        end_unclaimed=tuple(end),
        prepare=prepare,
    )
