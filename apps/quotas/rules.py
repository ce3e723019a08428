"""Which limit governs whom. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID


class Measure(StrEnum):
    SESSIONS = "sessions"  # in use at once
    MINUTES = "minutes"  # of sessions, in a day of UTC
    STORAGE_BYTES = "storage_bytes"


@dataclass(frozen=True)
class Limit:
    """`source` says whose word it is, to follow "the limit"."""

    value: int
    source: str


@dataclass(frozen=True)
class TeamBound:
    """What a team's members may have together."""

    name: str
    members: frozenset[UUID]
    limits: dict[Measure, int]


@dataclass(frozen=True)
class Bounds:
    """All that bounds one person."""

    own: dict[Measure, Limit]
    teams: tuple[TeamBound, ...] = ()

    def has(self, measure: Measure) -> bool:
        return measure in self.own or any(measure in team.limits for team in self.teams)


def bounds(said: dict[Measure, int], teams: Iterable[TeamBound], defaults: dict[Measure, int]) -> Bounds:
    """A person's own word, else the largest of their teams', else the default; and in any case each team's sum."""
    known = tuple(teams)
    own: dict[Measure, Limit] = {}
    for measure in Measure:
        largest = max((team for team in known if measure in team.limits), key=lambda t: t.limits[measure], default=None)
        if measure in said:
            own[measure] = Limit(said[measure], "set for you")
        elif largest is not None:
            own[measure] = Limit(largest.limits[measure], f"of your team {largest.name}")
        elif measure in defaults:
            own[measure] = Limit(defaults[measure], "for everybody here")
    return Bounds(own, known)


def said_in(row: Any) -> dict[Measure, int]:
    """The fields of a row of limits that say something."""
    values = {measure: getattr(row, measure) for measure in Measure}
    return {measure: value for measure, value in values.items() if value is not None}
