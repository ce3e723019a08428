"""Tickets stand in every URL that we hand out: one session, one purpose, dead with the credential that minted them."""

import base64
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import IntegrityError, transaction

from apps.access.actor import Actor
from apps.access.lookup import allow, may
from apps.access.permissions import Permission, Scope
from apps.accounts.models import User
from apps.audit.actions import Action
from apps.audit.record import record
from apps.core import clock
from apps.core.errors import NotAllowed, Unauthenticated
from apps.core.identifiers import uuid7
from apps.core.secrets import derive, keyed_hash, keyed_hashes
from apps.sessions.models import BrowserSession, Ticket
from apps.tokens.services import revoked

LENGTH = 32  # letters of base32: 160 bits, and fit for a host name
SERVES = frozenset({Scope.SESSIONS_CONNECT})


@dataclass(frozen=True)
class Keys:
    """Secrets of one credential's tickets for a session, as far as they are known: to connect, and to watch."""

    connect: str = field(default="", repr=False)
    view: str = field(default="", repr=False)


UNKNOWN = Keys()


@dataclass(frozen=True)
class Redeemed:
    """Who came with a ticket, and for which session."""

    actor: Actor
    session: BrowserSession
    ticket: Ticket


def mint(session: BrowserSession, *, actor: Actor, is_host_root: bool = False) -> str:
    """The connect ticket of this session and credential: the same secret each time, until it is revoked."""
    allow(actor, Permission.SESSION_USE, session)
    owner = person_of(actor)
    same = {"session": session, "credential": actor.credential, "purpose": Ticket.Purpose.CONNECT}
    ticket = Ticket.objects.filter(**same, is_host_root=is_host_root, revoked_at__isnull=True).first()
    if ticket is not None and ticket.hash not in keyed_hashes(secret_of(ticket.pk)):
        revoke_ticket(ticket)  # the key that it was made with has left the ring
        ticket = None
    if ticket is None:
        key = uuid7()
        try:
            with transaction.atomic():
                ticket = Ticket.objects.create(
                    id=key, owner=owner, hash=keyed_hash(secret_of(key)), is_host_root=is_host_root, **same
                )
                if is_host_root:
                    record(actor, Action.TICKET_CREATED, ticket, after={"session": session.public_id})
        except IntegrityError:  # minted by another request just now
            ticket = Ticket.objects.get(**same, is_host_root=is_host_root, revoked_at__isnull=True)
    return secret_of(ticket.pk)


def mint_first(session: BrowserSession, *, actor: Actor, view_until: datetime) -> Keys:
    """For a session that was claimed in this very transaction, so that nobody can have asked before."""
    actor.require(Permission.SESSION_USE)
    owner, purposes, connect, view = person_of(actor), Ticket.Purpose, uuid7(), uuid7()
    Ticket.objects.bulk_create(  # one statement, for every claim waits for it
        Ticket(
            id=key,
            session=session,
            owner=owner,
            credential=actor.credential,
            purpose=purpose,
            hash=keyed_hash(secret_of(key)),
            expires_at=ends,
        )
        for key, purpose, ends in ((connect, purposes.CONNECT, None), (view, purposes.VIEW, view_until))
    )
    return Keys(secret_of(connect), secret_of(view))


def redeem(secret: str, *, is_host_root: bool | None = None) -> Redeemed:
    """Raises Unauthenticated for a ticket that is unknown or revoked, whose credential or person is no more, or whose
    person may not use the session any more.
    """
    tickets = Ticket.objects.select_related("session__pool__provider", "session__node", "owner")
    tickets = tickets.filter(purpose=Ticket.Purpose.CONNECT)
    if is_host_root is not None:
        tickets = tickets.filter(is_host_root=is_host_root)
    ticket = tickets.filter(hash__in=keyed_hashes(secret), revoked_at__isnull=True).first()
    if ticket is None or not ticket.owner.is_active or revoked([ticket.credential]):
        raise Unauthenticated
    actor = Actor(user=ticket.owner, credential=ticket.credential, scopes=SERVES, session_id=str(ticket.session_id))
    if not may(actor, Permission.SESSION_USE, ticket.session):
        raise Unauthenticated
    return Redeemed(actor=actor, session=ticket.session, ticket=ticket)


def revoke_ticket(ticket: Ticket) -> None:
    Ticket.objects.filter(pk=ticket.pk, revoked_at__isnull=True).update(revoked_at=clock.now())


def revoke_tickets_of(session: BrowserSession) -> int:
    """All of them, whoever minted them: with a transfer. Returns how many."""
    live = Ticket.objects.filter(session=session, revoked_at__isnull=True)
    return live.update(revoked_at=clock.now())


def narrowed(actor: Actor, session: BrowserSession) -> Actor:
    """The same actor, for that session alone."""
    return replace(actor, session_id=str(session.pk))


def person_of(actor: Actor) -> User:
    if actor.user is None:
        raise NotAllowed("no_person", "Only a person can have tickets.")
    return actor.user


def secret_of(key: object) -> str:
    raw = derive(f"ticket:{key}").encode()
    return base64.b32encode(base64.urlsafe_b64decode(raw + b"=" * (-len(raw) % 4)))[:LENGTH].decode().lower()
