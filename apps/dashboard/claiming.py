"""A new session asked for by a person: the same claim as every other, under the same limits."""

from typing import Any

from django.conf import settings
from django.db.models import Q

from apps.access.actor import Actor
from apps.access.claim_rates import count_claim
from apps.access.outside import network_of
from apps.pools.queries import visible_pools
from apps.sessions.claims import Caller, Claimed
from apps.sessions.idempotency import claim_once
from apps.sessions.options import from_body

MOST_POOLS = 100


def pools_to_choose(actor: Actor, pool: str = "") -> list[tuple[str, str]]:
    """The default one, and those that the person sees; for staff without other people's, which are too many.

    `pool` is what an address proposes: a name that is not among them may be claimed from all the same.
    """
    rows = visible_pools(actor)
    if actor.sees_all:
        rows = rows.filter(Q(owner=actor.user) | Q(owner__isnull=True))
    found = [(row.public_id, row.name) for row in rows.filter(is_default=False).order_by("name")[:MOST_POOLS]]
    known = {word for pair in found for word in pair}
    return [("", "default"), *found, *([(pool, pool)] if pool and pool not in {*known, "default"} else [])]


def claim_for(actor: Actor, body: dict[str, Any], key: str) -> Claimed:
    """Raises whatever refuses it. A second request under the key answers with what the first has become."""
    options = from_body(body)
    count_claim(actor, actor.address)
    sticky = network_of(actor.address) if settings.GRID.claim_sticky_ip else ""
    return claim_once(Caller(actor, is_held=False, address=sticky), options, key).claimed
