"""Pools brought to size: claims that wait are served, warm browsers wanted and culled as `decide_pool` says."""

from datetime import datetime

from django.db import transaction

from apps.nodes.leases import Held
from apps.pools.launch import configuration_hash
from apps.pools.models import Pool, PoolCounter
from apps.reconciler.decide_pool import Member, PoolStep, Size, decide_pool
from apps.sessions.claims import new_session, serve
from apps.sessions.lifecycle import EndReason, Outcome, SessionState
from apps.sessions.models import BrowserSession
from apps.sessions.queries import live, most_spare, waiting
from apps.sessions.services import ask_to_stop, ask_unclaimed_to_stop


def bring_to_size(pool: Pool, fence: Held, now: datetime) -> bool:
    """One decision carried out in one transaction under the counter's lock. True where something was wanted."""
    if waiting(pool, now).exists():
        serve(pool)
    with transaction.atomic():
        PoolCounter.objects.select_for_update().get(pool=pool)
        if not fence.query().exists():
            return False
        step = decide_pool(size_of(pool), members_of(pool))
        if step == PoolStep():
            return False
        for number in range(step.add):
            new_session(pool, now=now, prepared=number < step.prepared_of_added)
        for reason in {reason for _, reason in step.end_unclaimed}:
            keys = [key for key, why in step.end_unclaimed if why is reason]
            ask_unclaimed_to_stop(keys, reason=reason, now=now)
        ask_to_stop(step.end_all, outcome=Outcome.COMPLETED, reason=EndReason.POOL_DELETED, now=now)
        BrowserSession.objects.filter(pk__in=step.prepare).update(prepared=True)
    return True


def size_of(pool: Pool) -> Size:
    return Size(
        min=pool.min,
        max=pool.max,
        max_starting=pool.max_starting,
        prepared=pool.prepared,
        present=pool.paused_at is None,
        deleted=pool.deleted_at is not None,
    )


def members_of(pool: Pool) -> list[Member]:
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
        for session in live(pool.sessions.all())
    ]


def yield_room(provider_id: object, now: datetime) -> bool:
    """When nodes are full and a claim waits for a start: the pool with most warm ones and no queue gives one up."""
    spare = most_spare(provider_id, now)
    return spare is not None and bool(ask_unclaimed_to_stop([spare], reason=EndReason.MAINTENANCE, now=now))
