"""What may be done to a whole pool, each with what it would do now: told before in numbers, not in general."""

from dataclasses import replace

from apps.access.actor import Actor
from apps.access.acts import Act
from apps.access.lookup import may_each
from apps.access.permissions import Permission
from apps.pools.models import Pool
from apps.sessions.pool_acts import POOL_ACTS

NOW = {  # act → what it would do, with what `_facts` knows; an act that is not here says it in general
    "flush": "{replaced}; until fresh ones are ready claims may wait a moment. Sessions in use are not touched.",
    "pause": "New claims are refused with 503 until you resume it, and {warm}. {going_on}. {waiting}.",
    "drain": "As with a pause, new claims are refused with 503 until you resume it, and {warm}; and {turned_away}. "
    "{going_on}.",
}


def acts(pool: Pool, actor: Actor, queued: int) -> list[Act]:
    """What makes sense while so many claims wait; none for those who may not manage the pool."""
    if not may_each(actor, Permission.POOL_MANAGE, pool):
        return []
    return [told(act, pool, queued) for act in POOL_ACTS if act.offered(pool)]


def act_named(name: str) -> Act | None:
    return next((act for act in POOL_ACTS if act.name == name), None)


def told(act: Act, pool: Pool, queued: int) -> Act:
    """With what it would do while so many claims wait."""
    return replace(act, consequence=NOW.get(act.name, act.consequence).format(**_facts(pool, queued)))


def _facts(pool: Pool, queued: int) -> dict[str, str]:
    """What it would do now, in words."""
    ready, in_use = pool.counter.ready, pool.counter.in_use
    one_ready, one_used, one_queued = ready == 1, in_use == 1, queued == 1
    return {
        "warm": "its ready browser is closed" if one_ready else f"its {ready} ready browsers are closed",
        "replaced": "Its ready browser is closed" if one_ready else f"Its {ready} ready browsers are closed",
        "going_on": "1 session in use goes on" if one_used else f"{in_use} sessions in use go on",
        "waiting": "The claim that waits goes on waiting" if one_queued else f"{queued} claims that wait go on waiting",
        "turned_away": "the claim that waits is turned away now"
        if one_queued
        else f"the {queued} claims that wait are turned away now",
    }
