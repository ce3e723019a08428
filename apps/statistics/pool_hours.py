"""Claims of one pool, hour by hour: of hours that are over from their sums, of the present one from the sessions."""

from collections import Counter
from datetime import datetime, timedelta

from django.db.models import Sum

from apps.core.identifiers import least
from apps.pools.models import Pool
from apps.sessions.models import BrowserSession
from apps.statistics.models import HourOfUse
from apps.statistics.queries import summed_until
from apps.statistics.use import HOUR, hour_of

WARM = timedelta(days=1)  # a browser that waited longer for its claim is not looked for
MOST = 20_000


def claims_by_hour(pool: Pool, now: datetime, hours: int = 24) -> list[tuple[datetime, int]]:
    """Every hour of them, the oldest first, the last one not over yet."""
    first, until = hour_of(now) - HOUR * (hours - 1), summed_until(now)
    summed = HourOfUse.objects.filter(pool=pool, hour__gte=first)
    counted: Counter[datetime] = Counter()
    begin = first
    if until is not None and until > first:
        counted.update(dict(summed.filter(hour__lt=until).order_by().values_list("hour").annotate(Sum("claims"))))
        begin = until
    rows = BrowserSession.objects.filter(id__gte=least(begin - WARM), pool=pool, claimed_at__gte=begin)
    counted.update(hour_of(moment) for moment in rows.order_by().values_list("claimed_at", flat=True)[:MOST] if moment)
    return [(first + HOUR * n, counted[first + HOUR * n]) for n in range(hours)]
