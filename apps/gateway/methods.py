"""The `BrowserGrid.*` commands that the control plane answers, by name. Later issues and operators register more.

A handler runs on a database thread, with the actor of the very connection that the command came over.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from apps.access.actor import Actor
from apps.access.permissions import Permission
from apps.core import clock
from apps.core.errors import GridError
from apps.sessions.models import BrowserSession
from apps.sessions.queries import live_connections, session_with_key
from apps.sessions.services import keep_open, mark

NO_SUCH_METHOD, BAD_PARAMS, FAILED = -32601, -32602, -32000

LATER = frozenset(f"BrowserGrid.{name}" for name in ("detectCaptcha", "pause", "saveProfile", "addInterceptRules"))


@dataclass(frozen=True)
class Call:
    """One command of one client."""

    actor: Actor
    session: BrowserSession
    params: Mapping[str, Any] = field(default_factory=dict)
    origin: str = ""  # where the client has connected: what its addresses begin with


class CdpProblem(Exception):
    """What the client is told instead of a result."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Pending:
    """A result that takes its time: `look` is asked again until it gives one; `events` are told at once."""

    look: "Callable[[], Mapping[str, Any] | Pending]"
    events: tuple[tuple[str, Mapping[str, Any]], ...] = ()


Handler = Callable[[Call], Mapping[str, Any] | Pending]
_handlers: dict[str, Handler] = {}


def cdp_method(name: str) -> Callable[[Handler], Handler]:
    """Register a handler for a command; the last one of a name counts."""

    def register(handler: Handler) -> Handler:
        _handlers[name] = handler
        return handler

    return register


def answer(
    name: str, actor: Actor, session_key: UUID, params: Mapping[str, Any], origin: str = ""
) -> Mapping[str, Any] | Pending:
    """Raises CdpProblem."""
    handler = _handlers.get(name)
    if handler is None:
        words = "is not offered by this installation" if name in LATER else "is not known"
        raise CdpProblem(NO_SUCH_METHOD, f"'{name}' {words}.")
    session = session_with_key(session_key)
    if session is None:
        raise CdpProblem(FAILED, "This session is gone.")
    try:
        return handler(Call(actor, session, params, origin))
    except GridError as error:
        raise CdpProblem(FAILED, error.detail) from error


@cdp_method("BrowserGrid.getSession")
def get_session(call: Call) -> Mapping[str, Any]:
    session, now = call.session, clock.now()
    call.actor.require(Permission.SESSION_USE)
    return {
        "sessionId": session.public_id,
        "name": session.name,
        "state": session.state,
        "pool": session.pool.name,
        "keepAlive": session.keep_alive,
        "metadata": session.metadata,
        "viewport": session.launch.get("viewport"),
        "browserVersion": session.version.get("Browser", ""),
        "clients": live_connections(session).count(),
        "claimedAt": session.claimed_at.isoformat() if session.claimed_at else None,
        "expiresAt": session.expires_at.isoformat() if session.expires_at else None,
        "idleTimeoutSeconds": session.idle_timeout_seconds,
        "durationSeconds": round(session.duration_seconds(now), 3),
    }


@cdp_method("BrowserGrid.keepAlive")
def keep_alive(call: Call) -> Mapping[str, Any]:
    """Whoever uses a session may prolong it, within its pool's longest life; no wider scope is needed."""
    seconds = call.params.get("seconds")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 1 <= seconds <= 7 * 24 * 3600:
        raise CdpProblem(BAD_PARAMS, "'seconds' must be a number from 1 to 604800.")
    call.actor.require(Permission.SESSION_USE)
    until = call.session.expires_at
    if until is None or until < clock.now() + timedelta(seconds=seconds):
        until = keep_open(call.session, int(seconds), actor=Actor.system())
    return {"expiresAt": until.isoformat() if until else None}


@cdp_method("BrowserGrid.mark")
def mark_session(call: Call) -> Mapping[str, Any]:
    label = call.params.get("label")
    if not isinstance(label, str) or not label.strip():
        raise CdpProblem(BAD_PARAMS, "'label' must be a text.")
    mark(call.session, label, actor=call.actor)
    return {}
