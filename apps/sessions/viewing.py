"""Watching a session: tickets that open its live view, for a while and for certain sites, and the people who watch.

A viewer is no client: it holds no session alive, makes none `running`, and is cut with its ticket or its right.
"""

import re
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from apps.access.actor import Actor
from apps.access.lookup import allow, may, one_of
from apps.access.permissions import Permission, Scope
from apps.audit.actions import Action
from apps.audit.record import record
from apps.core import clock
from apps.core.errors import Ended, Invalid, NoCapacity, Unauthenticated
from apps.core.identifiers import uuid7
from apps.core.secrets import keyed_hash, keyed_hashes
from apps.nodes.models import Process
from apps.sessions.models import BrowserSession, Connection, Ticket
from apps.sessions.tickets import Redeemed, person_of, revoke_ticket, secret_of
from apps.tokens.services import revoked

_ORIGIN = re.compile(r"https?://[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?(:[0-9]{1,5})?")
USUAL_SECONDS = 15 * 60
MOST_SECONDS = 7 * 24 * 3600
MOST_ORIGINS = 20
NEEDS = {Ticket.Purpose.VIEW: Permission.SESSION_USE, Ticket.Purpose.CONTROL: Permission.SESSION_CONTROL}
SERVES = {
    Ticket.Purpose.VIEW: frozenset({Scope.SESSIONS_CONNECT}),
    Ticket.Purpose.CONTROL: frozenset({Scope.SESSIONS_CONNECT, Scope.SESSIONS_WRITE}),
}


def mint_view(
    session: BrowserSession,
    *,
    actor: Actor,
    interactive: bool = False,
    seconds: int = USUAL_SECONDS,
    origins: Sequence[str] = (),
) -> tuple[Ticket, str]:
    """An address to hand out: its ticket, and the secret, which is shown this once. As `make_view`, and audited."""
    with transaction.atomic():
        ticket, secret = make_view(session, actor=actor, interactive=interactive, seconds=seconds, origins=origins)
        told = {"session": session.public_id, "purpose": ticket.purpose}
        record(actor, Action.TICKET_CREATED, ticket, after=told)
    return ticket, secret


def make_view(
    session: BrowserSession,
    *,
    actor: Actor,
    interactive: bool = False,
    seconds: int = USUAL_SECONDS,
    origins: Sequence[str] = (),
) -> tuple[Ticket, str]:
    """A ticket and its secret, for a page of ours. `origins`: sites whose pages may frame the view.

    Raises Invalid, Ended; NotAllowed where an interactive one is asked for by somebody who may not take over.
    """
    purpose = Ticket.Purpose.CONTROL if interactive else Ticket.Purpose.VIEW
    allow(actor, NEEDS[purpose], session)
    if session.is_ended or session.stop_requested_at is not None:
        raise Ended("session_ended", "This session has ended: there is nothing live to see.")
    if not 1 <= seconds <= MOST_SECONDS:
        detail = f"Must be from 1 to {MOST_SECONDS} seconds."
        raise Invalid("invalid", f"ttl: {detail}", fields={"ttl": detail})
    key = uuid7()
    ticket = Ticket.objects.create(
        id=key,
        session=session,
        owner=person_of(actor),
        credential=actor.credential,
        purpose=purpose,
        hash=keyed_hash(secret_of(key)),
        expires_at=clock.now() + timedelta(seconds=seconds),
        origins=_sites(origins),
    )
    return ticket, secret_of(key)


def standing_view(session: BrowserSession, *, actor: Actor) -> str:
    """The secret of a read-only ticket of this credential that has most of its time before it; else of a new one."""
    soon = clock.now() + timedelta(seconds=USUAL_SECONDS / 2)
    own = Ticket.objects.filter(
        open_views(), session=session, credential=actor.credential, purpose=Ticket.Purpose.VIEW, origins=[]
    )
    ticket = own.filter(expires_at__gt=soon).order_by("-id").first()
    if ticket is not None and ticket.hash in keyed_hashes(secret_of(ticket.pk)):
        return secret_of(ticket.pk)
    return make_view(session, actor=actor)[1]


def redeem_view(secret: str) -> Redeemed:
    """Raises Unauthenticated for one that is unknown, expired or revoked, or whose person has lost the right."""
    tickets = Ticket.objects.select_related("session__pool__provider", "session__node", "owner")
    ticket = tickets.filter(open_views(), hash__in=keyed_hashes(secret)).first()
    if ticket is None or not ticket.owner.is_active or revoked([ticket.credential]):
        raise Unauthenticated("invalid_ticket", "This link is no longer valid. Ask for a new one.")
    purpose = Ticket.Purpose(ticket.purpose)
    actor = Actor(ticket.owner, ticket.credential, scopes=SERVES[purpose], session_id=str(ticket.session_id))
    if not may(actor, NEEDS[purpose], ticket.session):
        raise Unauthenticated("invalid_ticket", "This link is no longer valid. Ask for a new one.")
    return Redeemed(actor=actor, session=ticket.session, ticket=ticket)


def open_views() -> Q:
    """Tickets that open a live view now."""
    return Q(purpose__in=list(NEEDS), revoked_at__isnull=True, expires_at__gt=clock.now())


def views_of(session: BrowserSession, *, actor: Actor) -> QuerySet[Ticket]:
    """Those that the actor minted; whoever may change the session sees everybody's. Newest first."""
    allow(actor, Permission.SESSION_USE, session)
    tickets = Ticket.objects.select_related("session").filter(open_views(), session=session).order_by("-id")
    return tickets if may(actor, Permission.SESSION_CONTROL, session) else tickets.filter(owner=person_of(actor))


def revoke_view(session: BrowserSession, public_id: str, *, actor: Actor) -> None:
    """Its viewers are cut within two seconds. Raises NotFound."""
    ticket = one_of(views_of(session, actor=actor), public_id)
    with transaction.atomic():
        revoke_ticket(ticket)
        record(actor, Action.TICKET_REVOKED, ticket, after={"session": session.public_id})


def open_viewer(session: BrowserSession, *, actor: Actor, gateway: Process, ticket: Ticket | None = None) -> Connection:
    """A row that stands for the viewer, so that a revocation finds it. Raises Ended, NoCapacity."""
    actor.require(Permission.SESSION_USE)
    session.refresh_from_db()
    if session.is_ended or session.stop_requested_at is not None:
        raise Ended("session_ended", "This session has ended: there is nothing live to see.")
    if not session.is_usable:
        raise NoCapacity("not_ready", "The browser is still being started.", retry_after=1)
    return Connection.objects.create(
        kind=Connection.Kind.VIEWER,
        session=session,
        gateway=gateway,
        gateway_boot_id=gateway.boot_id,
        credential=actor.credential,
        person=actor.user,
        ticket_id=ticket.pk if ticket else None,
        opened_at=clock.now(),
    )


def _sites(origins: Sequence[str]) -> list[str]:
    """They become part of a Content-Security-Policy: nothing but an origin may pass."""
    said = f"Must be at most {MOST_ORIGINS} origins such as https://app.example.com."
    sites = {origin.lower() for origin in origins}
    if len(sites) > MOST_ORIGINS or not all(_ORIGIN.fullmatch(site) for site in sites):
        raise Invalid("invalid", f"origins: {said}", fields={"origins": said})
    return sorted(sites)
