"""How much people use now and today: what quotas are compared with."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, DateTimeField, DurationField, ExpressionWrapper, F, Q, Sum, Value
from django.db.models.functions import Coalesce, Greatest

from apps.sessions.lifecycle import IN_USE
from apps.sessions.models import BrowserSession

HOLDS_A_PLACE = Q(stop_requested_at__isnull=True, state__in=[*sorted(IN_USE), "pending", "starting"])


def day_of(now: datetime) -> datetime:
    """Days are those of UTC, for everybody alike."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


@dataclass(frozen=True)
class Spent:
    """`in_use`: sessions that hold a place, those still starting included, in all pools together."""

    in_use: int = 0
    seconds: float = 0.0  # of sessions since the day began: from the claim to the end or to now
    claims: int = 0  # within 60 minutes


def spent(owners: Collection[UUID], now: datetime) -> dict[UUID, Spent]:
    """All three in one question, for pages. Whoever has used nothing is not in it."""
    hour = now - timedelta(hours=1)
    rows = BrowserSession.objects.filter(owner__in=list(owners))
    rows = rows.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=min(day_of(now), hour)))
    counted = rows.order_by().values_list("owner").annotate(
        in_use=Count("pk", filter=HOLDS_A_PLACE),
        claims=Count("pk", filter=Q(claimed_at__gt=hour)),
        total=Sum(_span_today(now), filter=_is_of_today(now)),
    )  # fmt: skip
    return {owner: Spent(in_use, _seconds(total), claims) for owner, in_use, claims, total in counted}


def sessions_in_use(owners: Collection[UUID]) -> dict[UUID, int]:
    rows = BrowserSession.objects.filter(HOLDS_A_PLACE, owner__in=list(owners))
    return dict(rows.order_by().values_list("owner").annotate(n=Count("pk")).values_list("owner", "n"))


def seconds_today(owners: Collection[UUID], now: datetime) -> dict[UUID, float]:
    rows = BrowserSession.objects.filter(_is_of_today(now), owner__in=list(owners))
    sums = rows.order_by().values_list("owner").annotate(total=Sum(_span_today(now))).values_list("owner", "total")
    return {owner: _seconds(total) for owner, total in sums}


def owners_in_use() -> list[UUID]:
    """Whoever has a session in use now."""
    rows = BrowserSession.objects.filter(state__in=sorted(IN_USE), stop_requested_at__isnull=True)
    return list(rows.order_by().values_list("owner", flat=True).distinct())


def sessions_in_use_of(owners: Collection[UUID]) -> list[UUID]:
    rows = BrowserSession.objects.filter(owner__in=list(owners), stop_requested_at__isnull=True)
    return list(rows.filter(state__in=sorted(IN_USE)).values_list("pk", flat=True))


def _is_of_today(now: datetime) -> Q:
    return Q(claimed_at__isnull=False) & (Q(ended_at__isnull=True) | Q(ended_at__gt=day_of(now)))


def _span_today(now: datetime) -> "ExpressionWrapper[Any]":
    end = Coalesce(F("ended_at"), Value(now), output_field=DateTimeField())
    begin = Greatest(F("claimed_at"), Value(day_of(now)), output_field=DateTimeField())
    return ExpressionWrapper(end - begin, output_field=DurationField())


def _seconds(total: timedelta | None) -> float:
    return max(total.total_seconds(), 0.0) if total is not None else 0.0
