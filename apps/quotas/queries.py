"""The limits in force. Where no quota is set and no default either, nothing here is asked."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from apps.accounts.models import Membership, User
from apps.quotas.models import Quota
from apps.quotas.rules import Bounds, Measure, TeamBound, bounds, said_in


def defaults() -> dict[Measure, int]:
    """From the settings; 0 is none."""
    grid = settings.GRID
    values = {
        Measure.SESSIONS: grid.user_sessions,
        Measure.MINUTES: grid.user_minutes_a_day,
        Measure.STORAGE_BYTES: grid.user_storage_bytes,
    }
    return {measure: value for measure, value in values.items() if value}


def all_quotas() -> QuerySet[Quota]:
    """For `Exists` in a query that is asked anyway. Whose they are would cost each claim a third of a millisecond."""
    return Quota.objects.all()


def bounds_of(people: Collection[User], *, lock: bool = False) -> dict[UUID, Bounds]:
    """What bounds each of them. `lock`: nobody else's claim may count towards the same limits until the commit.

    Call it once in a transaction, with everybody whom it concerns: locks are taken in one order. Defaults are for
    ordinary people; staff are bounded by a quota of their own or of a team alone.
    """
    keys = [user.pk for user in people]
    teams_of = Membership.objects.filter(user__in=keys).values("team")
    rows = Quota.objects.filter(Q(user__in=keys) | Q(team__in=teams_of)).select_related("team").order_by("pk")
    quotas = list(rows.select_for_update(of=("self",)) if lock else rows)
    general = defaults()
    if lock and general:
        list(User.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk").values_list("pk"))
    teams = _teams([quota for quota in quotas if quota.team_id])
    said = {quota.user_id: said_in(quota) for quota in quotas if quota.user_id}
    return {
        user.pk: bounds(
            said.get(user.pk, {}),
            [team for team in teams if user.pk in team.members],
            {} if user.is_staff else general,
        )
        for user in people
    }


def some_minutes_are_limited() -> bool:
    return Measure.MINUTES in defaults() or Quota.objects.filter(minutes__isnull=False).exists()


def _teams(quotas: list[Quota]) -> list[TeamBound]:
    if not quotas:
        return []
    members: dict[UUID, set[UUID]] = defaultdict(set)
    rows = Membership.objects.filter(team__in=[quota.team_id for quota in quotas])
    for team, user in rows.values_list("team", "user"):
        members[team].add(user)
    return [
        TeamBound(quota.team.name, frozenset(members[quota.team.pk]), said_in(quota)) for quota in quotas if quota.team
    ]
