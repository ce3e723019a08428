"""Summing up hours that are over. May be repeated, and run twice at once."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Min

from apps.sessions.models import BrowserSession
from apps.statistics.models import HourOfUse, Progress
from apps.statistics.queries import by_owner_and_pool, lives
from apps.statistics.use import HOUR, hour_of
from apps.statistics.waits import stored

KEPT = timedelta(days=90)
LATE = timedelta(minutes=2)  # what gateways count reaches the rows with a delay
MOST_HOURS = 500  # in one run; the next one goes on


def roll_up(now: datetime) -> int:
    """Sum up every hour that is over and not summed up yet, the oldest first. Returns how many."""
    done = 0
    while done < MOST_HOURS and _next_hour(now):
        done += 1
    HourOfUse.objects.filter(hour__lt=now - KEPT).delete()
    return done


def sum_up(hour: datetime, now: datetime) -> None:
    """That hour anew, in place of what was there."""
    uses = by_owner_and_pool(lives(hour, now, until=hour + HOUR), hour)
    with transaction.atomic():
        HourOfUse.objects.filter(hour=hour).delete()
        HourOfUse.objects.bulk_create(
            HourOfUse(
                hour=hour,
                owner_id=owner,
                pool_id=pool,
                sessions=use.sessions,
                claims=use.claims,
                errors=use.errors,
                held_seconds=use.held_seconds,
                active_seconds=use.active_seconds,
                bytes=use.bytes,
                waits=stored(use.waits),
            )
            for (owner, pool), use in uses.items()
        )


def _next_hour(now: datetime) -> bool:
    """One hour under the lock of the one row. False where none is due."""
    with transaction.atomic():
        Progress.objects.get_or_create(id=1)
        progress = Progress.objects.select_for_update().get(id=1)
        hour = progress.until or _oldest(now)
        if hour + HOUR + LATE > now:
            return False
        sum_up(hour, now)
        Progress.objects.filter(id=1).update(until=hour + HOUR)
    return True


def _oldest(now: datetime) -> datetime:
    """Where to begin in an installation that has sessions, but no sums."""
    claimed = BrowserSession.objects.filter(claimed_at__gt=now - KEPT)
    first: datetime | None = claimed.aggregate(first=Min("claimed_at"))["first"]
    return hour_of(first or now)
