"""The only writer of a session's state: checks the edge, counts, compares and sets, writes the event."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, F

from apps.events import bus
from apps.events.catalog import EventType
from apps.events.publish import publish
from apps.nodes.leases import Held
from apps.nodes.models import Node
from apps.pools.models import PoolCounter
from apps.sessions.lifecycle import EDGES, TERMINAL, Counted, SessionState, counted
from apps.sessions.models import BrowserSession

S = SessionState


class Raced(Exception):
    """Somebody else moved the row first, or the lease was lost: roll back, look again."""


def advance(
    session: BrowserSession,
    to: SessionState,
    event: EventType,
    *,
    now: datetime,
    data: Mapping[str, Any] | None = None,
    fence: Held | None = None,
    **fields: Any,
) -> None:
    """Move `session`, as read, to `to` with `fields`, in the caller's transaction; the instance is refreshed.

    Raises Raced where the row is no longer as read. The pool's counter is written before the session: that is the
    lock order everywhere.
    """
    if to not in EDGES[session.status]:
        raise RuntimeError(f"There is no edge {session.state} → {to}.")
    owner_id = fields["owner"].pk if fields.get("owner") else session.owner_id
    before = counted(session.status, owned=session.owner_id is not None)
    rows = BrowserSession.objects.filter(pk=session.pk, state=session.state, generation=session.generation)
    if not count(session.pool_id, counted(to, owned=owner_id is not None) - before):
        if rows.exists():
            raise RuntimeError(f"The counters of the pool of {session.public_id} do not add up.")
        raise Raced  # who moved it first took it out of the count, too
    fields |= _clocks(session, to, now)
    if fence is not None:
        rows = rows.filter(Exists(fence.query()))
    moved: dict[str, Any] = {**fields, "state": to, "generation": F("generation") + 1, "sequence": F("sequence") + 1}
    sequence = session.sequence + 1
    if not rows.filter(sequence=session.sequence).update(**moved):
        if not rows.update(**moved):
            raise Raced
        # Something else was told of it since it was read, which moved nothing.
        sequence = BrowserSession.objects.values_list("sequence", flat=True).get(pk=session.pk)
    if to in TERMINAL and session.node_id is not None:
        Node.objects.filter(pk=session.node_id).update(browsers=F("browsers") - 1)
    came_from = session.status
    for name, value in {**fields, "state": to, "generation": session.generation + 1, "sequence": sequence}.items():
        setattr(session, name, value)
    tell(session, event, now=now, data={"from": came_from, "to": to, **(data or {})})


def note(session: BrowserSession, event: EventType, *, now: datetime, data: Mapping[str, Any] | None = None) -> None:
    """An event of a session that moves no state. Takes the row's lock, so that the sequence stays gapless."""
    BrowserSession.objects.filter(pk=session.pk).update(sequence=F("sequence") + 1)
    session.refresh_from_db(fields=["sequence"])
    tell(session, event, now=now, data=data)


def tell(session: BrowserSession, event: EventType, *, now: datetime, data: Mapping[str, Any] | None) -> None:
    publish(
        event,
        at=now,
        owner_id=session.owner_id or session.pool.owner_id,  # of a warm one hears whose pool it is
        session_id=session.pk,
        pool_id=session.pool_id,
        sequence=session.sequence,
        data={"session": session.public_id, "state": session.state, **(data or {})},
    )


def count(pool_id: UUID, change: Counted) -> bool:
    """Add to the pool's counters; no statement where nothing changes. False where they would fall below zero."""
    names = ("alive", "in_use", "starting", "ready")
    changes = {name: getattr(change, name) for name in names if getattr(change, name)}
    if not changes:
        return True
    enough = {f"{name}__gte": -less for name, less in changes.items() if less < 0}
    rows = PoolCounter.objects.filter(pool_id=pool_id, **enough)
    return bool(rows.update(**{name: F(name) + more for name, more in changes.items()}))


def want(session: BrowserSession) -> None:
    """Ask the reconciler to look, once the transaction is through."""
    bus.hint_after_commit(bus.Topic.RECONCILE, str(session.pk))


def _clocks(session: BrowserSession, to: SessionState, now: datetime) -> dict[str, Any]:
    """The times that a move stamps by itself."""
    stamps: dict[str, Any] = {}
    if to is S.RUNNING:
        stamps["running_since"] = now
        if session.connected_at is None:
            stamps["connected_at"] = now
    elif session.running_since is not None:
        stamps["running_since"] = None
        stamps["active_seconds"] = session.active_until(now)
    if to is S.STARTING:
        stamps["started_at"] = now
    if to is S.READY:
        stamps["ready_at"] = now
    if to is S.CLAIMED and session.claimed_at is None:
        stamps["claimed_at"] = now
    if to is S.STOPPING:
        stamps["stopping_at"] = now
        stamps["connect_deadline"] = None
    if to in TERMINAL:
        stamps["ended_at"] = now
    return stamps
