"""Quotas as people see them: how much of each is used."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.accounts.models import User
from apps.quotas.queries import bounds_of
from apps.quotas.rules import Bounds, Measure
from apps.recordings.queries import bytes_by_owner
from apps.sessions.usage import Spent, spent


@dataclass(frozen=True)
class Meter:
    """`limit` None: none. `team` names the team where it is of its members together."""

    measure: Measure
    used: int
    limit: int | None
    source: str = ""
    team: str = ""

    @property
    def share(self) -> float:
        """Of the limit, from 0 to 1."""
        return min(self.used / self.limit, 1.0) if self.limit else float(self.limit == 0)


@dataclass(frozen=True)
class Standing:
    own: Spent
    meters: list[Meter]  # the person's own first, one a measure; then each team's that bounds them


def standing(user: User, now: datetime, *, limited_only: bool = False) -> Standing:
    """`limited_only`: no meters without a limit; what is kept is then asked for only where it has one."""
    known = bounds_of([user])[user.pk]
    counted = {user.pk, *(member for team in known.teams for member in team.members)}
    use = spent(counted, now)
    is_kept_asked = not limited_only or known.has(Measure.STORAGE_BYTES)
    used = _used(use, bytes_by_owner(counted) if is_kept_asked else {})
    own = [_own(measure, known, used[measure].get(user.pk, 0)) for measure in Measure]
    together = [
        Meter(measure, int(_together(used[measure], team.members)), most, "", team.name)
        for team in known.teams
        for measure, most in team.limits.items()
    ]
    meters = [meter for meter in own + together if meter.limit is not None or not limited_only]
    return Standing(use.get(user.pk, Spent()), meters)


def _used(use: dict[UUID, Spent], kept: dict[UUID, int]) -> dict[Measure, dict[UUID, float]]:
    return {
        Measure.SESSIONS: {key: float(one.in_use) for key, one in use.items()},
        Measure.MINUTES: {key: one.seconds / 60 for key, one in use.items()},
        Measure.STORAGE_BYTES: {key: float(size) for key, size in kept.items()},
    }


def _own(measure: Measure, known: Bounds, amount: float) -> Meter:
    limit = known.own.get(measure)
    return Meter(measure, int(amount), limit.value if limit else None, limit.source if limit else "")


def _together(used: dict[UUID, float], members: Collection[UUID]) -> float:
    return sum(used.get(member, 0) for member in members)
