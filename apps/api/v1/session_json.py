"""Sessions and waiting claims as JSON. Connect addresses are minted only where `with_addresses` asks for them."""

from datetime import datetime
from typing import Any

from apps.access.actor import Actor
from apps.access.lookup import may
from apps.access.outside import Origin
from apps.access.permissions import Permission
from apps.api.v1.moments import moment, said
from apps.core.identifiers import encode
from apps.pools.queries import shows_pool
from apps.sessions.lifecycle import IN_USE, SessionState
from apps.sessions.models import BrowserSession, Claim
from apps.sessions.queries import live_connections, place_in_queue
from apps.sessions.tickets import UNKNOWN, Keys, mint
from apps.sessions.viewing import standing_view


def session_json(
    session: BrowserSession,
    actor: Actor,
    origin: Origin,
    now: datetime,
    *,
    with_addresses: bool = False,
    keys: Keys = UNKNOWN,
) -> dict[str, Any]:
    """As in the contract. `clients` is taken from the annotation where the list made one; claimed means none.

    `keys` spare asking for the tickets of its addresses where these are known.
    """
    pool = session.pool
    clients = 0 if session.status is SessionState.CLAIMED else getattr(session, "clients", None)
    return {
        "object": "session",
        "id": session.public_id,
        "name": session.name,
        "state": session.state,
        "outcome": said(session.outcome),
        "end_reason": said(session.end_reason),
        "owner": encode("usr", session.owner_id) if session.owner_id else None,
        "pool": {"id": pool.public_id if shows_pool(actor, pool) else None, "name": pool.name},
        "browser": pool.browser,
        "browser_version": said(str(session.version.get("Browser", "")).partition("/")[2]),
        "provider": pool.provider.name,
        "keep_alive": session.keep_alive,
        "profile": None,
        "record": session.record,
        "viewport": session.launch.get("viewport"),
        "metadata": session.metadata,
        "created_at": moment(session.created_at),
        "claimed_at": moment(session.claimed_at),
        "connected_at": moment(session.connected_at),
        "ended_at": moment(session.ended_at),
        "expires_at": moment(session.expires_at),
        "idle_timeout_seconds": session.idle_timeout_seconds,
        "clients": live_connections(session).count() if clients is None else clients,
        "duration_seconds": round(session.duration_seconds(now), 3),
        "active_seconds": round(session.active_until(now), 3),
        "connect_url": connect_url(session, actor, origin, keys.connect) if with_addresses else None,
        "live_url": live_url(session, actor, origin, keys.view) if with_addresses else None,
        "url": f"{origin.http}/sessions/{session.public_id}/",
    }


def connect_url(session: BrowserSession, actor: Actor, origin: Origin, ticket: str = "") -> str | None:
    """None where nobody can connect (any more), or where this actor may not."""
    if session.owner_id is None or session.is_ended or session.stop_requested_at is not None:
        return None
    if actor.user is None or not may(actor, Permission.SESSION_USE, session):
        return None
    return f"{origin.ws}/sessions/{session.public_id}/connect?ticket={ticket or mint(session, actor=actor)}"


def live_url(session: BrowserSession, actor: Actor, origin: Origin, ticket: str = "") -> str | None:
    """Read-only, for a quarter of an hour; None where there is nothing live, or this actor may not see it."""
    if session.status not in IN_USE or session.stop_requested_at is not None:
        return None
    if actor.user is None or not may(actor, Permission.SESSION_USE, session):
        return None
    return f"{origin.http}/sessions/{session.public_id}/live?ticket={ticket or standing_view(session, actor=actor)}"


def claim_json(claim: Claim, actor: Actor, origin: Origin, now: datetime) -> dict[str, Any]:
    queued = claim.state == Claim.State.QUEUED
    session = claim.session
    return {
        "object": "claim",
        "id": claim.public_id,
        "state": claim.state,
        "position": place_in_queue(claim, now) if queued else None,
        "session": session_json(session, actor, origin, now, with_addresses=True) if session else None,
    }
