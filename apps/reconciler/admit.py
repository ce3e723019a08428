"""Which pending sessions may start now, and how many claims lack only room. Pure.

Starts for waiting callers come before starts for the warm ones, at every place where both compete.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True)
class Pending:
    id: UUID
    pool: UUID
    provider: UUID
    owned: bool


@dataclass(frozen=True)
class Admission:
    start: frozenset[UUID]
    starved: Mapping[UUID, int] = field(default_factory=dict)  # provider → claims that found its nodes full


def admit(pending: Sequence[Pending], slots: Mapping[UUID, int], room: Mapping[UUID, int]) -> Admission:
    """`slots`: further starts each pool may have under way; `room`: further browsers a provider holds, absent: any."""
    left_slots, left_room = dict(slots), dict(room)
    start: set[UUID] = set()
    starved: dict[UUID, int] = {}
    for session in sorted(pending, key=lambda session: (not session.owned, session.id)):
        if left_slots.get(session.pool, 0) <= 0:
            continue
        if session.provider in left_room and left_room[session.provider] <= 0:
            if session.owned:
                starved[session.provider] = starved.get(session.provider, 0) + 1
            continue
        left_slots[session.pool] -= 1
        if session.provider in left_room:
            left_room[session.provider] -= 1
        start.add(session.id)
    return Admission(frozenset(start), starved)
