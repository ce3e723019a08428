"""Which pool a caller means, and what it may see of it."""

from django.db.models import QuerySet

from apps.access.actor import Actor
from apps.access.lookup import visible
from apps.access.permissions import Permission
from apps.core.errors import NotFound
from apps.core.identifiers import decode
from apps.pools.models import Pool


def pool_to_claim(actor: Actor, wanted: str) -> Pool:
    """The pool of that name or id: the caller's own before a system pool's; empty: the default pool.

    System pools are claimed by name; by id only by those who see them. Raises NotFound.
    """
    pools = Pool.current.select_related("provider")
    actor.require(Permission.POOL_CLAIM)
    if not wanted:
        pool = pools.filter(is_default=True).first()
    elif key := decode(Pool.prefix, wanted):
        owned = pools if actor.sees_all else pools.filter(owner=actor.user)
        pool = owned.filter(pk=key).first()
    else:
        pool = pools.filter(owner=actor.user, name=wanted).first() or pools.filter(owner=None, name=wanted).first()
    if pool is None:
        raise NotFound
    return pool


def shows_pool(actor: Actor, pool: Pool) -> bool:
    """Whether the pool behind a session is the actor's to see; else its id stays null."""
    return actor.sees_all or pool.owner_id == (actor.user.pk if actor.user else None)


def visible_pools(actor: Actor) -> QuerySet[Pool]:
    return visible(Pool.current.select_related("provider", "counter", "owner"), actor, Permission.POOL_VIEW)
