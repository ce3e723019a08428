"""What staff may do to a whole pool: pause, drain, resume, flush. Added to the page of pools, which lies below."""

from apps.access.actor import Actor
from apps.access.admin_acts import Act
from apps.pools.admin import PoolAdmin
from apps.pools.models import Pool
from apps.pools.services import pause_pool, resume_pool
from apps.sessions.drain import drain_pool
from apps.sessions.flush import flush_pool


def _pause(pool: Pool, actor: Actor) -> str:
    pause_pool(pool, actor=actor)
    return f"“{pool.name}” is paused."


def _resume(pool: Pool, actor: Actor) -> str:
    resume_pool(pool, actor=actor)
    return f"“{pool.name}” takes claims again."


def _drain(pool: Pool, actor: Actor) -> str:
    return f"“{pool.name}” drains; {drain_pool(pool, actor=actor)} waiting claims were turned away."


def _flush(pool: Pool, actor: Actor) -> str:
    return f"{flush_pool(pool, actor=actor)} ready browsers of “{pool.name}” are being replaced."


PoolAdmin.acts = (
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
        "Claims are taken again and browsers warmed up.",
        _resume,
        offered=lambda pool: pool.paused_at is not None,
    ),
)
