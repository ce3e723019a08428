"""Who is let in, and to what: the steps from a request to a session, each of them one hop to the database."""

from dataclasses import dataclass, replace

from django.conf import settings

from apps.access.actor import Actor
from apps.access.claim_rates import count_claim
from apps.access.lookup import find
from apps.access.outside import network_of
from apps.access.permissions import Permission
from apps.access.rates import Allowance
from apps.core.errors import Invalid, NotAllowed, NotFound
from apps.core.identifiers import decode
from apps.gateway import claiming
from apps.gateway.addresses import Kind, Thing, browser_id
from apps.gateway.claiming import Standing, Wish
from apps.gateway.credentials import Known, known_by_ticket, known_by_token, known_for_session, known_viewer, shown
from apps.gateway.links import Link
from apps.gateway.request import Request
from apps.nodes.models import Process
from apps.nodes.use import Place, place
from apps.sessions.connections import open_connection
from apps.sessions.models import BrowserSession, Connection, Ticket
from apps.sessions.options import SessionOptions, from_query
from apps.sessions.takeover import was_asked_for
from apps.sessions.viewing import open_viewer


@dataclass(frozen=True)
class Admitted:
    """A client with its committed connection: what a Link is made of."""

    actor: Actor
    session: BrowserSession
    row: Connection
    place: Place
    mode: str = ""  # of a viewer: view or control
    was_asked_for: bool = False  # who controls; the automation's input then waits

    def link(self) -> Link:
        return Link(self.row, self.session, self.actor, self.place, self.mode, was_asked_for=self.was_asked_for)


@dataclass(frozen=True)
class Asked:
    """How it stands with a request: `admitted` already where the browser is usable and a client is at the door."""

    known: Known
    standing: Standing
    allowance: Allowance | None = None
    admitted: Admitted | None = None


def options_of(request: Request) -> SessionOptions:
    """Raises Invalid."""
    return from_query(request.query)


def claim(request: Request, options: SessionOptions, gateway: Process | None) -> Asked:
    """Authorise, count, claim; with a gateway also open the connection. Raises whatever refuses it."""
    known = known_by_token(shown(request.headers, request.query)).seen_at(request.outside.address)
    allowance = count_claim(known.actor, request.outside.address)
    key = _key(request)
    sticky = network_of(request.outside.address) if settings.GRID.claim_sticky_ip else ""
    standing = claiming.begin(Wish(known.actor, options, key, sticky))
    return Asked(known, standing, allowance, _admit_if_usable(known, standing, gateway))


def _key(request: Request) -> str:
    key = request.headers.get("idempotency-key", "") or request.query.get("claim", "")
    if not key.isprintable():
        raise Invalid("invalid", "The key holds characters that cannot be printed.", fields={"claim": "Not printable."})
    return key


def come_back(request: Request, gateway: Process | None) -> Asked:
    """To a session that is there. Raises Unauthenticated, NotFound, NotAllowed, Ended."""
    known, session = _session_of(request)
    standing = claiming.arrive(session)
    return Asked(known, standing, None, _admit_if_usable(known, standing, gateway))


def watch(request: Request, gateway: Process) -> Admitted:
    """A viewer's place. Raises Unauthenticated, NotFound, Ended, NoCapacity."""
    return _viewer(request, known_viewer(shown(request.headers, request.query)), gateway)


def watch_stream(request: Request, gateway: Process) -> Admitted:
    """The same for a video, which programs may ask for with their token too."""
    secrets = shown(request.headers, request.query)
    known = known_viewer(secrets) if secrets.ticket else known_by_token(secrets)
    if known.session is None:
        session = find(BrowserSession, request.address.session, known.actor, Permission.SESSION_USE)
        known = replace(known, session=session)
    return _viewer(request, known, gateway)


def _viewer(request: Request, known: Known, gateway: Process) -> Admitted:
    known = known.seen_at(request.outside.address)
    session = known.session
    if session is None or decode(BrowserSession.prefix, request.address.session) != session.pk:
        raise NotFound
    row = open_viewer(session, actor=known.actor, gateway=gateway, ticket=known.ticket)
    if known.ticket is None or known.ticket.purpose != Ticket.Purpose.CONTROL:
        return Admitted(known.actor, session, row, place_of(session), "view")
    return Admitted(known.actor, session, row, place_of(session), "control", was_asked_for(known.ticket))


def admit(known: Known, session: BrowserSession, gateway: Process) -> Admitted:
    """Commit the client's place in the session. Raises Ended, NoCapacity, NotAllowed."""
    row = open_connection(session, actor=known.actor, gateway=gateway, ticket=known.ticket)
    return Admitted(known.actor, session, row, place_of(session))


def place_of(session: BrowserSession) -> Place:
    return place(session.node, session.instance_id, session.launch_wanted)


def who(request: Request) -> Known:
    """For documents that belong to no session."""
    return known_by_token(shown(request.headers, request.query))


def _admit_if_usable(known: Known, standing: Standing, gateway: Process | None) -> Admitted | None:
    usable = standing.usable
    return admit(known, usable, gateway) if usable is not None and gateway is not None else None


def _session_of(request: Request) -> tuple[Known, BrowserSession]:
    """The session that the address names, for a caller who may use it."""
    address = request.address
    if address.kind is Kind.ROOT:
        known = known_by_ticket(address.session, is_host_root=True)
    else:
        known = known_for_session(shown(request.headers, request.query))
    known = known.seen_at(request.outside.address)
    session = known.session
    if session is None:
        session = find(BrowserSession, address.session, known.actor, Permission.SESSION_USE)
    elif address.kind is not Kind.ROOT and decode(BrowserSession.prefix, address.session) != session.pk:
        raise NotFound
    _check_place(request, known.actor, session)
    if address.thing is Thing.BROWSER and address.target not in {"", browser_id(session.pk)}:
        raise NotFound
    return known, session


def _check_place(request: Request, actor: Actor, session: BrowserSession) -> None:
    """Where stickiness is on: from the network that claimed it."""
    actor.require(Permission.SESSION_USE)
    network = session.claimed_from if settings.GRID.claim_sticky_ip else ""
    if network and network_of(request.outside.address) != network:
        raise NotAllowed("other_network", "This session may be used only from the network that claimed it.")
