"""Numbers of a pool's sessions, for people and for graphs. Reads only."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import quantiles
from uuid import UUID

from django.db.models import Count, QuerySet

from apps.pools.models import Pool
from apps.sessions.lifecycle import LIVE
from apps.sessions.models import BrowserSession, Claim
from apps.sessions.queries import waiting

LATENCY_SPAN = timedelta(hours=1)
MOST_SAMPLES = 500


@dataclass(frozen=True)
class PoolStatistics:
    states: dict[str, int]  # live states that occur
    queued: int
    claims: int  # of the last hour, at most MOST_SAMPLES
    claim_p50_seconds: float | None
    claim_p99_seconds: float | None


def pool_statistics(pool: Pool, now: datetime) -> PoolStatistics:
    counted = live_by_state(BrowserSession.objects.filter(pool=pool))
    seconds = claim_seconds(pool, now - LATENCY_SPAN)
    middle, worst = _p50_and_p99(seconds)
    return PoolStatistics(
        states={state: number for _, state, number in counted},
        queued=waiting(pool, now).count(),
        claims=len(seconds),
        claim_p50_seconds=middle,
        claim_p99_seconds=worst,
    )


def live_by_state(sessions: QuerySet[BrowserSession]) -> list[tuple[UUID, str, int]]:
    """(pool, state, how many), of those that live."""
    rows = sessions.filter(state__in=sorted(LIVE)).values_list("pool", "state")
    return [*rows.annotate(sessions=Count("pk")).order_by("pool", "state")]


def sessions_and_queues(now: datetime) -> tuple[list[tuple[str, str, int]], list[tuple[str, int]]]:
    """(pool, state, sessions) and (pool, claims that wait), of all pools; pools by public id, the system's by name."""
    names = {pool.pk: pool.name if pool.is_system else pool.public_id for pool in Pool.objects.only("name", "owner")}
    sessions = [(names[key], state, number) for key, state, number in live_by_state(BrowserSession.objects.all())]
    queued = Claim.objects.filter(state=Claim.State.QUEUED, attended_until__gt=now, expires_at__gt=now)
    queues = Counter(names[key] for key in queued.values_list("pool", flat=True))
    return sessions, sorted(queues.items())


def claim_seconds(pool: Pool, since: datetime) -> list[float]:
    """How long callers waited for a browser: in the queue, and for its start where none was warm."""
    claimed = BrowserSession.objects.filter(pool=pool, claimed_at__gte=since).select_related("claim")
    return [_waited(session) for session in claimed.order_by("-id")[:MOST_SAMPLES]]


def _waited(session: BrowserSession) -> float:
    claim: Claim | None = getattr(session, "claim", None)
    queued = (claim.served_at - claim.queued_at).total_seconds() if claim and claim.served_at else 0.0
    was_warm = session.ready_at is not None
    started = (
        0.0 if was_warm or session.claimed_at is None else (session.claimed_at - session.created_at).total_seconds()
    )
    return max(queued, 0.0) + max(started, 0.0)


def _p50_and_p99(seconds: list[float]) -> tuple[float | None, float | None]:
    if not seconds:
        return None, None
    if len(seconds) == 1:
        return seconds[0], seconds[0]
    cuts = quantiles(seconds, n=100, method="inclusive")
    return cuts[49], cuts[98]
