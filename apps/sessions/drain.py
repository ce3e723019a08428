"""Taking a pool out of service: nothing new, and whoever waits is told so instead of waiting in vain."""

from django.db import transaction

from apps.access.actor import Actor
from apps.access.permissions import Permission
from apps.core import clock
from apps.pools.models import Pool, PoolCounter
from apps.pools.services import pause_pool
from apps.sessions.models import Claim


def drain_pool(pool: Pool, *, actor: Actor) -> int:
    """Pause the pool and turn its queue away. Those in use go on. Repeatable; returns how many were turned away."""
    actor.require(Permission.POOL_MANAGE)
    with transaction.atomic():
        PoolCounter.objects.select_for_update().get(pool=pool)
        pause_pool(pool, actor=actor)
        return Claim.objects.filter(pool=pool, state=Claim.State.QUEUED).update(
            state=Claim.State.EXPIRED,
            expires_at=clock.now(),  # so that callers are told how long they waited
        )
