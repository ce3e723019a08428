"""Clients come and go: rows of live sockets, and the moves between claimed and running that follow from them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from apps.access.actor import Actor
from apps.access.grants import shared_where
from apps.access.permissions import Permission
from apps.core import clock
from apps.core.errors import Ended, NoCapacity
from apps.core.identifiers import decode
from apps.events.catalog import EventType
from apps.nodes.models import Process
from apps.sessions.advance import advance, note, want
from apps.sessions.lifecycle import EndReason, Outcome, SessionState
from apps.sessions.models import BrowserSession, Connection, SessionActivity, Ticket
from apps.sessions.queries import latest_connections, live_connections

S = SessionState


@dataclass(frozen=True)
class Traffic:
    """Bytes a connection carried: from the client, to the client."""

    up: int = 0
    down: int = 0


def open_connection(
    session: BrowserSession, *, actor: Actor, gateway: Process, ticket: Ticket | None = None
) -> Connection:
    """Commit the client's place *before* its browser is dialled: it wins against the deadline, or gets Ended.

    Raises Ended where the session is over, told to end, or nobody came in time; NoCapacity where it is not usable yet.
    """
    actor.require(Permission.SESSION_USE)
    with transaction.atomic():
        row = BrowserSession.objects.select_for_update(of=("self",)).select_related("pool").get(pk=session.pk)
        now = clock.now()
        if row.is_ended or row.stop_requested_at is not None or row.status is S.STOPPING:
            raise Ended("session_ended", "This session has ended. Claim a new one.")
        if row.connect_deadline is not None and row.connect_deadline <= now:
            raise Ended(
                "no_connect", "Nobody connected in time, so this session has ended. Claim again, or set keep_alive."
            )
        if row.expires_at is not None and row.expires_at <= now:
            raise Ended("session_ended", "This session has reached its longest life. Claim a new one.")
        if not row.is_usable:
            raise NoCapacity("not_ready", "The browser is still being started.", retry_after=1)
        connection = Connection.objects.create(
            session=row,
            gateway=gateway,
            gateway_boot_id=gateway.boot_id,
            credential=actor.credential,
            person=actor.user,
            ticket_id=ticket.pk if ticket else None,
            opened_at=now,
        )
        data = {"connection": connection.public_id}
        if row.status is S.CLAIMED:
            advance(row, S.RUNNING, EventType.SESSION_CONNECTED, now=now, data=data, connect_deadline=None)
        else:
            note(row, EventType.SESSION_CONNECTED, now=now, data=data)
        touch([row.pk], now)
    return connection


def close_connection(connection: Connection, *, traffic: Traffic = Traffic(), ours: bool = False) -> None:
    """The client's socket is gone. `ours`: we cut it (restart, lost lease), so the client may come back."""
    with transaction.atomic():
        session = BrowserSession.objects.select_for_update(of=("self",)).get(pk=connection.session_id)
        now = clock.now()
        open_rows = Connection.objects.filter(pk=connection.pk, closed_at__isnull=True)
        if not open_rows.update(closed_at=now, bytes_up=traffic.up, bytes_down=traffic.down):
            return
        if connection.kind == Connection.Kind.CLIENT:
            _after_close(session, connection, now, ours=ours)


def _after_close(session: BrowserSession, connection: Connection, now: datetime, *, ours: bool) -> None:
    data = {"connection": connection.public_id}
    if session.status is not S.RUNNING or live_connections(session).exists():
        if not session.is_ended:
            note(session, EventType.SESSION_DISCONNECTED, now=now, data=data)
        return
    ends = not session.keep_alive and not ours
    deadline = None
    if not session.keep_alive and ours:
        deadline = now + timedelta(seconds=settings.GRID.connect_seconds)
    wish: dict[str, Any] = {}
    if ends and session.stop_requested_at is None:
        wish = {"stop_requested_at": now, "outcome": Outcome.COMPLETED, "end_reason": EndReason.CLIENT_DISCONNECTED}
    advance(session, S.CLAIMED, EventType.SESSION_DISCONNECTED, now=now, data=data, connect_deadline=deadline, **wish)
    touch([session.pk], now)
    want(session)


def settle(session: BrowserSession, now: datetime) -> bool:
    """Repeat a move whose report was lost: running exactly where a live connection exists. True when it moved."""
    with transaction.atomic():
        row = BrowserSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
        attached = live_connections(row).exists()
        if row.status is S.RUNNING and not attached:
            ended = latest_connections(row).order_by("-closed_at").first()
            if ended is not None:
                _after_close(row, ended, now, ours=True)
                return True
        elif row.status is S.CLAIMED and attached:
            advance(row, S.RUNNING, EventType.SESSION_CONNECTED, now=now, connect_deadline=None)
            return True
    return False


def close_lapsed(now: datetime) -> int:
    """Connections of gateways that are gone, by lease or by a new boot id: as if we had cut them."""
    gone = Q(gateway__isnull=True) | Q(gateway__lease_expires_at__lte=now)
    reborn = ~Q(gateway_boot_id=F("gateway__boot_id"))
    rows = list(Connection.objects.filter(gone | reborn, closed_at__isnull=True)[:500])
    for row in rows:
        close_connection(row, ours=True)
    return len(rows)


def touch(session_ids: Collection[UUID], now: datetime) -> None:
    """They were used now. Written in batches, at most every few seconds a session."""
    SessionActivity.objects.filter(session_id__in=session_ids).update(last_at=now)


def to_cut(gateway: Process, *, revoked: Collection[str]) -> dict[str, str]:
    """Which of this gateway's connections must go: public id → `revoked` or `ended`."""
    mine = Connection.objects.filter(gateway=gateway, gateway_boot_id=gateway.boot_id, closed_at__isnull=True)
    why: dict[str, str] = {}
    for row in mine.select_related("session"):
        if row.credential in revoked:
            why[row.public_id] = "revoked"
        elif row.session.is_ended or row.session.status is S.STOPPING:
            why[row.public_id] = "ended"
    tickets = Ticket.objects.filter(pk__in=[row.ticket_id for row in mine if row.ticket_id])
    over = Q(revoked_at__isnull=False) | Q(expires_at__lte=clock.now())
    dead = mine.filter(ticket_id__in=tickets.filter(over).values("pk"))
    controlling = mine.filter(ticket_id__in=tickets.filter(purpose=Ticket.Purpose.CONTROL).values("pk"))
    wrong = [*dead, *without_right(mine), *without_right(controlling, Permission.SESSION_CONTROL)]
    return why | {row.public_id: "revoked" for row in wrong}


def without_right(
    connections: QuerySet[Connection], permission: Permission = Permission.SESSION_USE
) -> QuerySet[Connection]:
    """Those of people who may not do this any more: a share withdrawn, a team left, a session transferred."""
    others = connections.exclude(person__isnull=True).exclude(person=F("session__owner")).exclude(person__is_staff=True)
    return others.exclude(shared_where("session", "person", BrowserSession.prefix, permission))


def credentials_of(gateway: Process) -> set[str]:
    mine = Connection.objects.filter(gateway=gateway, gateway_boot_id=gateway.boot_id, closed_at__isnull=True)
    return set(mine.values_list("credential", flat=True).distinct())


def connection_named(public_id: str) -> Connection | None:
    key = decode(Connection.prefix, public_id)
    return Connection.objects.filter(pk=key).first() if key else None


def open_at(gateway: Process) -> set[str]:
    """Public ids of the connections that stand as open at this gateway."""
    mine = Connection.objects.filter(gateway=gateway, gateway_boot_id=gateway.boot_id, closed_at__isnull=True)
    return {row.public_id for row in mine.only("pk")}
