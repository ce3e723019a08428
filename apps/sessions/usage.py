"""How much people use now and today: what quotas are compared with."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Count, DateTimeField, DurationField, ExpressionWrapper, F, Q, Sum, Value
from django.db.models.functions import Coalesce, Greatest

from apps.sessions.lifecycle import IN_USE
from apps.sessions.models import BrowserSession


def day_of(now: datetime) -> datetime:
    """Days are those of UTC, for everybody alike."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def sessions_in_use(owners: Collection[UUID]) -> dict[UUID, int]:
    """Sessions that hold a place, those still starting included, in all pools together."""
    rows = BrowserSession.objects.filter(owner__in=list(owners), stop_requested_at__isnull=True)
    rows = rows.filter(state__in=[*sorted(IN_USE), "pending", "starting"])
    return dict(rows.order_by().values_list("owner").annotate(n=Count("pk")).values_list("owner", "n"))


def seconds_today(owners: Collection[UUID], now: datetime) -> dict[UUID, float]:
    """Seconds of sessions since the day began: from the claim to the end or to now."""
    day = day_of(now)
    rows = BrowserSession.objects.filter(owner__in=list(owners), claimed_at__isnull=False)
    rows = rows.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=day))
    end = Coalesce(F("ended_at"), Value(now), output_field=DateTimeField())
    begin = Greatest(F("claimed_at"), Value(day), output_field=DateTimeField())
    span = ExpressionWrapper(end - begin, output_field=DurationField())
    sums = rows.order_by().values_list("owner").annotate(total=Sum(span)).values_list("owner", "total")
    return {owner: max(total.total_seconds(), 0.0) for owner, total in sums if total is not None}


def owners_in_use() -> list[UUID]:
    """Whoever has a session in use now."""
    rows = BrowserSession.objects.filter(state__in=sorted(IN_USE), stop_requested_at__isnull=True)
    return list(rows.order_by().values_list("owner", flat=True).distinct())


def sessions_in_use_of(owners: Collection[UUID]) -> list[UUID]:
    rows = BrowserSession.objects.filter(owner__in=list(owners), stop_requested_at__isnull=True)
    return list(rows.filter(state__in=sorted(IN_USE)).values_list("pk", flat=True))


def claims_since(owner: UUID, since: datetime) -> int:
    return BrowserSession.objects.filter(owner=owner, claimed_at__gt=since).count()
