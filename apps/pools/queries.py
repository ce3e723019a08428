"""Which pool a caller means, and what it may see of it."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from apps.access.actor import Actor
from apps.access.lookup import find, may_each, one_of, visible
from apps.access.permissions import Permission
from apps.core.errors import Invalid, NotFound
from apps.core.identifiers import decode
from apps.pools.models import Pool


def pool_to_claim(actor: Actor, wanted: str) -> Pool:
    """The pool of that id, which the caller must see, or of that name; empty: the default pool.

    A name means the caller's own pool before a system pool, and that before one shared with the caller: nobody can put
    a pool in another's place by sharing it. A token for certain pools knows no others, and its only one without a
    name. Raises NotFound, NotAllowed, Invalid.
    """
    actor.require(Permission.POOL_CLAIM)
    if decode(Pool.prefix, wanted):
        return find(Pool, wanted, actor, Permission.POOL_CLAIM)
    pools = Pool.current.select_related("provider")
    if actor.pools is not None:
        pools = pools.filter(pk__in=actor.pools)
    if not wanted:
        pool = pools.filter(is_default=True).first()
        if pool is None and actor.pools is not None and len(actor.pools) == 1:
            pool = visible(pools, actor, Permission.POOL_CLAIM).first() or pools.filter(owner=None).first()
    else:
        named = pools.filter(name=wanted)
        pool = named.filter(owner=actor.user).first() or named.filter(owner=None).first() or _shared(named, actor)
    if pool is None:
        raise NotFound
    return pool


def _shared(named: QuerySet[Pool], actor: Actor) -> Pool | None:
    found = visible(named, actor, Permission.POOL_CLAIM)[:2] if not actor.sees_all else ()
    if len(found) > 1:
        words = "Several pools of this name are shared with you. Give the id."
        raise Invalid("invalid", f"pool: {words}", fields={"pool": words})
    return next(iter(found), None)


def pools_with_keys(keys: Collection[UUID]) -> dict[UUID, Pool]:
    """For names of what a token is for: it may be a system pool, or gone."""
    return Pool.objects.in_bulk(list(keys)) if keys else {}


def pool_names(actor: Actor, keys: Collection[UUID]) -> dict[UUID, str]:
    """Of those that the actor may know by name: system pools, and what they see."""
    found = Pool.objects.filter(pk__in=keys) if keys else ()
    return {pool.pk: pool.name for pool in found if pool.is_system or shows_pool(actor, pool)}


def shows_pool(actor: Actor, pool: Pool) -> bool:
    """Whether the pool behind a session is the actor's to see; else its id stays null."""
    return may_each(actor, Permission.POOL_VIEW, pool)


def visible_pools(actor: Actor) -> QuerySet[Pool]:
    return visible(Pool.current.select_related("provider", "counter", "owner"), actor, Permission.POOL_VIEW)


def visible_pool(actor: Actor, public_id: str) -> Pool:
    """With its provider, counter and owner. Raises NotFound for what is absent and for what is not to be seen."""
    return one_of(visible_pools(actor), public_id)
