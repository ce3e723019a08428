"""Quotas as people see them: how much of each is used."""

from dataclasses import dataclass
from datetime import datetime

from apps.accounts.models import User
from apps.quotas.queries import bounds_of
from apps.quotas.rules import Measure
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


def standing(user: User, now: datetime) -> Standing:
    known = bounds_of([user])[user.pk]
    counted = {user.pk, *(member for team in known.teams for member in team.members)}
    use = spent(counted, now)
    used = {
        Measure.SESSIONS: {key: float(one.in_use) for key, one in use.items()},
        Measure.MINUTES: {key: one.seconds / 60 for key, one in use.items()},
        Measure.STORAGE_BYTES: {},  # nothing is kept yet
    }
    own = []
    for measure in Measure:
        limit = known.own.get(measure)
        amount = int(used[measure].get(user.pk, 0))
        own.append(Meter(measure, amount, limit.value if limit else None, limit.source if limit else ""))
    together = [
        Meter(measure, int(sum(used[measure].get(member, 0) for member in team.members)), most, "", team.name)
        for team in known.teams
        for measure, most in team.limits.items()
    ]
    return Standing(use.get(user.pk, Spent()), own + together)
