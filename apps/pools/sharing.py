"""Giving others a share of a pool."""

from django.db import transaction

from apps.access.actor import Actor
from apps.access.lookup import allow
from apps.access.permissions import Level, Permission
from apps.accounts.sharing import Share, give_share, take_share
from apps.core import clock
from apps.core.errors import Conflict
from apps.events.catalog import EventType
from apps.events.publish import publish
from apps.pools.models import Pool


def share_pool(pool: Pool, *, actor: Actor, to: str, level: Level) -> Share:
    """With `use` they claim from it by its name or id; with `manage` they change it too. Raises Invalid, Conflict."""
    allow(actor, Permission.POOL_SHARE, pool)
    if pool.is_system:
        raise Conflict("system_pool", "Everybody may claim from a system pool by its name; it is not shared.")
    with transaction.atomic():
        share = give_share(pool, to, level, actor=actor, owner=pool.owner)
        _tell(pool, EventType.POOL_SHARED, share)
    return share


def unshare_pool(pool: Pool, share_id: str, *, actor: Actor) -> Share:
    """They claim no more; sessions that they have stay theirs. Raises NotFound."""
    allow(actor, Permission.POOL_SHARE, pool)
    with transaction.atomic():
        share = take_share(pool, share_id, actor=actor)
        _tell(pool, EventType.POOL_UNSHARED, share)
    return share


def _tell(pool: Pool, event: EventType, share: Share) -> None:
    data = {"pool": pool.public_id, "name": pool.name, "level": str(share.level)}
    publish(event, at=clock.now(), owner_id=pool.owner_id, pool_id=pool.pk, data=data)
