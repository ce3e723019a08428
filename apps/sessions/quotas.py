"""Who may still claim: quotas compared with what is in use. Asked only where a quota is in force."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from apps.accounts.models import User
from apps.core.errors import TooMany
from apps.quotas.queries import bounds_of, some_minutes_are_limited
from apps.quotas.rules import Bounds, Measure
from apps.sessions.usage import day_of, owners_in_use, seconds_today, sessions_in_use, sessions_in_use_of

WHERE = "Staff change it in the administration, under Quotas."


class Room:
    """The limits of some people and their use, as they are in one transaction. Locks the limits until its end."""

    def __init__(self, people: Iterable[User], now: datetime, *, lock: bool = True) -> None:
        self._now = now
        known = list(people)
        self._bounds = bounds_of(known, lock=lock)
        counted = {user.pk for user in known} | _team_mates(self._bounds)
        self._sessions = sessions_in_use(counted) if self._is_bounded(Measure.SESSIONS) else {}
        self._seconds = seconds_today(counted, now) if self._is_bounded(Measure.MINUTES) else {}

    def check(self, owner: UUID) -> None:
        """Raises TooMany naming the limit, its value and where it is changed."""
        refusal = self.refusal(owner)
        if refusal is not None:
            raise refusal

    def refusal(self, owner: UUID) -> TooMany | None:
        known = self._bounds[owner]
        limit = known.own.get(Measure.SESSIONS)
        used = self._sessions.get(owner, 0)
        if limit is not None and used >= limit.value:
            return _too_many_sessions(f"You have {_sessions(used)} in use; the limit {limit.source} is {limit.value}.")
        for team in known.teams:
            most, together = team.limits.get(Measure.SESSIONS), self._together(team.members)
            if most is not None and together >= most:
                said = f"Your team {team.name} has {_sessions(together)} in use together; its limit is {most}."
                return _too_many_sessions(said)
        return self._no_minutes(known, owner)

    def take(self, owner: UUID) -> None:
        """One more session of that person, claimed in this transaction."""
        self._sessions[owner] = self._sessions.get(owner, 0) + 1

    def give_back(self, owner: UUID) -> None:
        """One less: it goes to somebody else in this transaction."""
        self._sessions[owner] = max(0, self._sessions.get(owner, 0) - 1)

    def is_used_up(self, owner: UUID) -> bool:
        """Whether the minutes of the day are over, so that what runs ends."""
        return self._no_minutes(self._bounds[owner], owner) is not None

    def _no_minutes(self, known: Bounds, owner: UUID) -> TooMany | None:
        limit, used = known.own.get(Measure.MINUTES), self._seconds.get(owner, 0.0)
        if limit is not None and used >= limit.value * 60:
            return self._too_many_minutes(f"Your {limit.value} minutes of today are used up, the limit {limit.source}.")
        for team in known.teams:
            most = team.limits.get(Measure.MINUTES)
            if most is not None and sum(self._seconds.get(member, 0.0) for member in team.members) >= most * 60:
                return self._too_many_minutes(f"The {most} minutes of today of your team {team.name} are used up.")
        return None

    def _together(self, members: Collection[UUID]) -> int:
        return sum(self._sessions.get(member, 0) for member in members)

    def _is_bounded(self, measure: Measure) -> bool:
        return any(known.has(measure) for known in self._bounds.values())

    def _too_many_minutes(self, said: str) -> TooMany:
        tomorrow = day_of(self._now) + timedelta(days=1)
        wait = max(1, round((tomorrow - self._now).total_seconds()))
        return TooMany("quota", f"{said} The day begins anew at 0:00 UTC. {WHERE}", retry_after=wait)


def used_up(now: datetime) -> list[UUID]:
    """Keys of sessions in use whose people have no minutes left today."""
    if not some_minutes_are_limited():
        return []
    owners = owners_in_use()
    if not owners:
        return []
    room = Room(User.objects.filter(pk__in=owners), now, lock=False)
    return sessions_in_use_of([owner for owner in owners if room.is_used_up(owner)])


def _too_many_sessions(said: str) -> TooMany:
    return TooMany("quota", f"{said} Release one and try again. {WHERE}", retry_after=5)


def _team_mates(known: dict[UUID, Bounds]) -> set[UUID]:
    return {member for bounds in known.values() for team in bounds.teams for member in team.members}


def _sessions(number: int) -> str:
    return "1 session" if number == 1 else f"{number} sessions"
