"""Pools brought to size: claims that wait are served, warm browsers wanted and culled as `decide_pool` says."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.nodes.leases import Held
from apps.pools.launch import configuration_hash
from apps.pools.models import Pool, PoolCounter
from apps.reconciler.decide_pool import Member, PoolStep, Size, decide_pool
from apps.sessions.claims import new_session
from apps.sessions.lifecycle import EndReason, Outcome, SessionState
from apps.sessions.models import BrowserSession
from apps.sessions.queries import live, most_spare
from apps.sessions.services import ask_to_stop, ask_unclaimed_to_stop


def decide(pool: Pool, sessions: Iterable[BrowserSession], *, free: int | None) -> PoolStep:
    """What the pool needs, as read. `free`: how many more browsers its nodes hold; absent: any number."""
    return decide_pool(replace(size_of(pool), free=free), members_of(pool, sessions))


def bring_to_size(pool: Pool, fence: Held, now: datetime, *, free: int | None) -> int:
    """The decision made again and carried out in one transaction under the counter's lock. Returns how many it added.

    The pool is read again there: it may have been changed or deleted since the tick read it.
    """
    with transaction.atomic():
        PoolCounter.objects.select_for_update().get(pool=pool)
        if not fence.query().exists():
            return 0
        pool = Pool.objects.select_related("provider").get(pk=pool.pk)
        step = decide(pool, live(pool.sessions.all()), free=free)
        for number in range(step.add):
            new_session(pool, now=now, prepared=number < step.prepared_of_added)
        for reason in {reason for _, reason in step.end_unclaimed}:
            keys = [key for key, why in step.end_unclaimed if why is reason]
            ask_unclaimed_to_stop(keys, reason=reason, now=now)
        if step.end_all:
            ask_to_stop(step.end_all, outcome=Outcome.COMPLETED, reason=EndReason.POOL_DELETED, now=now)
        if step.prepare:
            BrowserSession.objects.filter(pk__in=step.prepare).update(prepared=True)
    return step.add


def size_of(pool: Pool) -> Size:
    return Size(
        min=pool.min,
        max=pool.max,
        max_starting=pool.max_starting,
        prepared=pool.prepared,
        present=pool.paused_at is None,
        deleted=pool.deleted_at is not None,
    )


def members_of(pool: Pool, sessions: Iterable[BrowserSession]) -> list[Member]:
    current = configuration_hash(pool)
    return [
        Member(
            id=session.pk,
            state=session.status,
            owned=session.owner_id is not None,
            ending=session.stop_requested_at is not None or session.status is SessionState.STOPPING,
            current=session.pool_launch == current,
            prepared=session.prepared,
            since=session.ready_at or session.created_at,
        )
        for session in sessions
    ]


def yield_room(provider_id: UUID, wanted: int, now: datetime) -> int:
    """Nodes are full and claims wait for a start: pools with most warm ones and no queue give up as many as needed."""
    given = 0
    while given < wanted:
        spare = most_spare(provider_id, now)
        if spare is None or not ask_unclaimed_to_stop([spare], reason=EndReason.MAINTENANCE, now=now):
            break
        given += 1
    return given
