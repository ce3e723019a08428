"""One pool: its size, its members, its limits → what to add, whom to end. Pure.

Culling is make-before-break: a ready browser at or below `min` goes only when its replacement is ready. Only where
`max` leaves no room for a replacement does one of a former configuration go first, one at a time.
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
    """What the pool wants. `present` false: paused or deleted, so nothing is kept warm."""

    min: int
    max: int
    max_starting: int
    prepared: int
    present: bool = True
    deleted: bool = False


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
    coming = [member for member in warm if member.state is not S.READY]
    fresh = [member for member in ready if member.current]
    stale = [member for member in ready if not member.current]
    fresh_coming = [member for member in coming if member.current]
    stale_coming = [member for member in coming if not member.current]

    missing = max(size.min - len(fresh) - len(fresh_coming), 0)
    room = max(size.max - alive, 0)
    starting = sum(member.state in {S.PENDING, S.STARTING} for member in here)
    add = min(missing, room, max(size.max_starting - starting, 0))

    end = [(member.id, EndReason.POOL_ROTATED) for member in stale_coming]
    spare = max(len(ready) - size.min, 0)
    leaving = stale[:spare]
    if stale and not leaving and missing and not room and not fresh_coming:
        leaving = stale[:1]
    end += [(member.id, EndReason.POOL_ROTATED) for member in leaving]
    surplus = max(spare - len(leaving), 0)
    end += [(member.id, EndReason.POOL_ROTATED) for member in list(reversed(fresh))[:surplus]]

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
