"""Hours of use put together: by hour, by day, by pool. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from apps.statistics.use import HOUR, Use, hour_of

K = TypeVar("K")
Hours = Mapping[tuple[datetime, UUID], Use]  # by hour and pool


def by_hour(hours: Hours, first: datetime, last: datetime) -> list[tuple[datetime, Use]]:
    """Every hour from one to the other, quiet ones too; pools together."""
    found: dict[datetime, Use] = defaultdict(Use)
    for (hour, _), use in hours.items():
        found[hour].add(use)
    number = int((hour_of(last) - hour_of(first)) / HOUR) + 1
    return [(moment, found[moment]) for moment in (hour_of(first) + HOUR * n for n in range(number))]


def by_day(hours: Hours, first: date, last: date) -> list[tuple[date, Use]]:
    """Every day of UTC from one to the other, quiet ones too."""
    found: dict[date, Use] = defaultdict(Use)
    for (day, _), use in _folded(((hour.date(), pool), hour, use) for (hour, pool), use in hours.items()).items():
        found[day].add(use)
    return [(day, found[day]) for day in (first + timedelta(days=n) for n in range((last - first).days + 1))]


def by_pool(hours: Hours) -> list[tuple[UUID, Use]]:
    """The most used first."""
    pools: dict[UUID, Use] = defaultdict(Use)
    for (_, pool), use in _folded((("", pool), hour, use) for (hour, pool), use in hours.items()).items():
        pools[pool].add(use)
    return sorted(pools.items(), key=lambda entry: -entry[1].held_seconds)


def total(hours: Hours) -> Use:
    whole = Use()
    for _, use in by_pool(hours):
        whole.add(use)
    return whole


def _folded(rows: Iterable[tuple[K, datetime, Use]]) -> dict[K, Use]:
    """Hours of one pool, one after the other: a session that lasts several is one."""
    found: dict[K, Use] = defaultdict(Use)
    for key, _, use in sorted(rows, key=lambda row: row[1]):
        found[key].add(use, anew=False)
    return found
