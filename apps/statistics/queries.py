"""Hours of use: those that are over from their sums, the present one from the sessions themselves."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import BigIntegerField, F, Q, Sum
from django.db.models.functions import Coalesce

from apps.access.actor import Actor
from apps.access.permissions import Permission
from apps.core.identifiers import least
from apps.pools.models import Pool
from apps.sessions.lifecycle import SessionState
from apps.sessions.models import BrowserSession
from apps.statistics.models import HourOfUse, Progress
from apps.statistics.use import HOUR, Life, Use, hour_of, use_within
from apps.statistics.waits import read

KNOWN_FOR = timedelta(minutes=1)
LONGEST = timedelta(days=14)  # from a browser's start to the end of its session; an older one is not looked for
FIELDS = (
    "owner", "pool", "created_at", "ready_at", "claimed_at", "ended_at", "stop_requested_at", "state",
    "active_seconds", "running_since", "claim__queued_at", "claim__served_at", "carried",
)  # fmt: skip

_known: list[tuple[datetime, datetime]] = []  # when this process asked last, and what it heard

Key = tuple[datetime, UUID]  # hour, pool


def usage_of(actor: Actor, since: datetime, now: datetime) -> dict[Key, Use]:
    """The actor's own hours from `since` on, by hour and pool."""
    actor.require(Permission.USAGE_VIEW)
    return hours_of(actor.user.pk, since, now) if actor.user is not None else {}


def hours_of(owner: UUID, since: datetime, now: datetime) -> dict[Key, Use]:
    """What is not summed up yet is read from the sessions, however much that is."""
    first, until = hour_of(since), summed_until(now)
    found: dict[Key, Use] = {}
    if until is not None and until > first:
        for row in HourOfUse.objects.filter(owner=owner, hour__gte=first, hour__lt=until):
            found[row.hour, row.pool_id] = use_of(row)
    begin = max(first, until) if until is not None else first
    own = list(lives(begin, now, owner=owner))
    for hour in _hours(begin, now):
        for (_, pool), use in by_owner_and_pool(own, hour).items():
            found[hour, pool] = use
    return found


def lives(
    since: datetime, now: datetime, *, until: datetime | None = None, owner: UUID | None = None
) -> Iterator[Life]:
    """Sessions that were somebody's at some time from `since` on. One that was told to end is over, as on all pages."""
    rows = BrowserSession.objects.filter(id__gte=least(since - LONGEST), claimed_at__isnull=False)
    rows = rows.filter(Q(ended_at__isnull=True) | Q(ended_at__gte=since))
    if until is not None:
        rows = rows.filter(claimed_at__lt=until)
    if owner is not None:
        rows = rows.filter(owner=owner)
    carried = Sum(F("connections__bytes_up") + F("connections__bytes_down"), output_field=BigIntegerField())
    rows = rows.order_by().annotate(carried=Coalesce(carried, 0))
    for row in rows.values_list(*FIELDS).iterator(chunk_size=2000):
        yield _life(row, now)


def by_owner_and_pool(lives: Iterable[Life], hour: datetime) -> dict[tuple[UUID, UUID], Use]:
    groups: dict[tuple[UUID, UUID], list[Life]] = defaultdict(list)
    for life in lives:
        if life.claimed_at < hour + HOUR and life.until >= hour:
            groups[life.owner, life.pool].append(life)
    return {key: use_within(some, hour, hour + HOUR) for key, some in groups.items()}


def names_of_pools(keys: Collection[UUID]) -> dict[UUID, str]:
    """Of pools in which somebody had a session: by name they know them, seen or not."""
    return dict(Pool.objects.filter(pk__in=list(keys)).values_list("pk", "name"))


def use_of(row: HourOfUse) -> Use:
    return Use(
        sessions=row.sessions,
        claims=row.claims,
        errors=row.errors,
        held_seconds=row.held_seconds,
        active_seconds=row.active_seconds,
        bytes=row.bytes,
        waits=read(row.waits),
    )


def _life(row: tuple[object, ...], now: datetime) -> Life:
    fields = dict(zip(FIELDS, row, strict=True))
    claimed: datetime = fields["claimed_at"]  # type: ignore[assignment] # filtered
    ended: datetime | None = fields["ended_at"] or fields["stop_requested_at"]  # type: ignore[assignment]
    until = ended or now
    active = float(fields["active_seconds"])  # type: ignore[arg-type]
    if (running := fields["running_since"]) is not None:
        active += max((until - running).total_seconds(), 0.0)  # type: ignore[operator]
    return Life(
        owner=fields["owner"],  # type: ignore[arg-type]
        pool=fields["pool"],  # type: ignore[arg-type]
        claimed_at=claimed,
        ended_at=ended,
        seen_at=now,
        failed=fields["state"] == SessionState.ERROR,
        waited=_waited(fields, claimed),
        active_seconds=active,
        bytes=int(fields["carried"]),  # type: ignore[call-overload]
    )


def _waited(fields: dict[str, object], claimed: datetime) -> float:
    """In the queue, and for a start where no browser was warm; the same as `sessions.statistics` tells of a pool."""
    queued, served = fields["claim__queued_at"], fields["claim__served_at"]
    waited = (served - queued).total_seconds() if queued and served else 0.0  # type: ignore[operator]
    started = 0.0 if fields["ready_at"] is not None else (claimed - fields["created_at"]).total_seconds()  # type: ignore[operator]
    return float(max(waited, 0.0) + max(started, 0.0))


def summed_until(now: datetime) -> datetime | None:
    """As far as was known within the last minute: before it all is summed, and what came since is in the sessions."""
    if _known and timedelta() <= now - _known[0][0] < KNOWN_FOR:
        return _known[0][1]
    row = Progress.objects.filter(id=1).first()
    if row is None or row.until is None:
        return None
    _known[:] = [(now, row.until)]
    return row.until


def _hours(begin: datetime, now: datetime) -> Iterator[datetime]:
    hour = hour_of(begin)
    while hour <= now:
        yield hour
        hour += HOUR
