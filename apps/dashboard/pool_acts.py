"""What may be done to a whole pool, each with what follows from it, told before and after."""

from collections.abc import Callable
from dataclasses import dataclass

from apps.access.actor import Actor
from apps.access.lookup import may_each
from apps.access.permissions import Permission
from apps.pools.models import Pool
from apps.pools.services import pause_pool, resume_pool
from apps.sessions.drain import drain_pool
from apps.sessions.flush import flush_pool


@dataclass(frozen=True)
class PoolAct:
    """`consequence` is told before, with what `_facts` knows; `done` does it and tells what happened."""

    name: str
    verb: str
    question: str
    consequence: str
    done: Callable[[Pool, Actor], str]
    is_grave: bool = False


def _pause(pool: Pool, actor: Actor) -> str:
    pause_pool(pool, actor=actor)
    return f"“{pool.name}” is paused: no new claims, and its warm browsers are being closed."


def _resume(pool: Pool, actor: Actor) -> str:
    resume_pool(pool, actor=actor)
    return f"“{pool.name}” takes claims again; its warm browsers are starting."


def _drain(pool: Pool, actor: Actor) -> str:
    away = drain_pool(pool, actor=actor)
    turned = f" {away} waiting claim{'' if away == 1 else 's'} turned away." if away else ""
    return f"“{pool.name}” drains: sessions in use go on until they end by themselves.{turned}"


def _flush(pool: Pool, actor: Actor) -> str:
    ended = flush_pool(pool, actor=actor)
    what = "No browser was ready" if not ended else f"{ended} ready browser{'' if ended == 1 else 's'} will be replaced"
    return f"{what} in “{pool.name}”."


ACTS = {
    act.name: act
    for act in (
        PoolAct(
            "pause",
            "Pause",
            "Pause {name}?",
            "New claims are refused with 503 until you resume it, and {warm}. {going_on}. {waiting}.",
            _pause,
        ),
        PoolAct("resume", "Resume", "Resume {name}?", "Claims are taken again and browsers are warmed up.", _resume),
        PoolAct(
            "drain",
            "Drain",
            "Drain {name}?",
            "As with a pause, new claims are refused with 503 until you resume it, and {warm}; and {turned_away}. "
            "{going_on}.",
            _drain,
            is_grave=True,
        ),
        PoolAct(
            "flush",
            "Flush",
            "Flush {name}?",
            "{replaced}; until fresh ones are ready claims may wait a moment. Sessions in use are not touched.",
            _flush,
        ),
    )
}


@dataclass(frozen=True)
class AskedAct:
    """With what it would do now."""

    name: str
    verb: str
    question: str
    consequence: str
    is_grave: bool


def acts(pool: Pool, actor: Actor, queued: int, *, only: str = "") -> list[AskedAct]:
    """What makes sense while so many claims wait, gravest last; none for those who may not manage the pool."""
    if not may_each(actor, Permission.POOL_MANAGE, pool):
        return []
    names = ("flush", "drain", "resume") if pool.paused_at else ("flush", "pause", "drain")
    facts = _facts(pool, queued)
    return [
        AskedAct(act.name, act.verb, act.question.format(**facts), act.consequence.format(**facts), act.is_grave)
        for act in (ACTS[name] for name in ((only,) if only else names))
    ]


def _facts(pool: Pool, queued: int) -> dict[str, str]:
    """What it would do now, in words."""
    ready, in_use = pool.counter.ready, pool.counter.in_use
    one_ready, one_used, one_queued = ready == 1, in_use == 1, queued == 1
    return {
        "name": pool.name,
        "warm": "its ready browser is closed" if one_ready else f"its {ready} ready browsers are closed",
        "replaced": "Its ready browser is closed" if one_ready else f"Its {ready} ready browsers are closed",
        "going_on": "1 session in use goes on" if one_used else f"{in_use} sessions in use go on",
        "waiting": "The claim that waits goes on waiting" if one_queued else f"{queued} claims that wait go on waiting",
        "turned_away": "the claim that waits is turned away now"
        if one_queued
        else f"the {queued} claims that wait are turned away now",
    }
