"""Ending what is warm in a pool, so that fresh browsers take its place."""

from django.db import transaction

from apps.access.actor import Actor
from apps.access.lookup import allow
from apps.access.permissions import Permission
from apps.audit.actions import Action
from apps.audit.record import record
from apps.core import clock
from apps.events import bus
from apps.pools.models import Pool, PoolCounter
from apps.sessions.lifecycle import EndReason, SessionState
from apps.sessions.models import BrowserSession
from apps.sessions.services import ask_unclaimed_to_stop


def flush_pool(pool: Pool, *, actor: Actor) -> int:
    """Ask every ready session of the pool to end. Those in use and those starting stay. Returns how many were asked."""
    allow(actor, Permission.POOL_MANAGE, pool)
    with transaction.atomic():
        PoolCounter.objects.select_for_update().get(pool=pool)
        ready = BrowserSession.objects.filter(pool=pool, state=SessionState.READY)
        keys = list(ready.values_list("pk", flat=True))
        asked = ask_unclaimed_to_stop(keys, reason=EndReason.POOL_ROTATED, now=clock.now())
        record(actor, Action.POOL_FLUSHED, pool, after={"sessions": asked})
        bus.hint_after_commit(bus.Topic.RECONCILE)
    return asked
