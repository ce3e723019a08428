"""What may be done to a whole pool: flush, pause, drain, resume. Here, for some of it ends sessions."""

from apps.access.actor import Actor
from apps.access.acts import Act
from apps.pools.models import Pool
from apps.pools.services import pause_pool, resume_pool
from apps.sessions.drain import drain_pool
from apps.sessions.flush import flush_pool


def _flush(pool: Pool, actor: Actor) -> str:
    ended = flush_pool(pool, actor=actor)
    what = "No browser was ready" if not ended else f"{ended} ready browser{'' if ended == 1 else 's'} will be replaced"
    return f"{what} in “{pool.name}”."


def _pause(pool: Pool, actor: Actor) -> str:
    pause_pool(pool, actor=actor)
    return f"“{pool.name}” is paused: no new claims, and its warm browsers are being closed."


def _drain(pool: Pool, actor: Actor) -> str:
    away = drain_pool(pool, actor=actor)
    turned = f" {away} waiting claim{'' if away == 1 else 's'} turned away." if away else ""
    return f"“{pool.name}” drains: sessions in use go on until they end by themselves.{turned}"


def _resume(pool: Pool, actor: Actor) -> str:
    resume_pool(pool, actor=actor)
    return f"“{pool.name}” takes claims again; its warm browsers are starting."


POOL_ACTS = (
    Act("flush", "Flush", "Ready browsers are closed and fresh ones start. Sessions in use are not touched.", _flush),
    Act(
        "pause",
        "Pause",
        "New claims are refused and warm browsers closed; sessions in use go on, who waits goes on waiting.",
        _pause,
        offered=lambda pool: pool.paused_at is None,
    ),
    Act("drain", "Drain", "As a pause, and whoever waits is turned away now.", _drain, is_grave=True),
    Act(
        "resume",
        "Resume",
        "Claims are taken again and browsers are warmed up.",
        _resume,
        offered=lambda pool: pool.paused_at is not None,
    ),
)
