"""GET at the connect addresses: claim and tell where to go, or tell of a session. Holds until the browser is usable."""

import asyncio
from dataclasses import replace

from apps.access.actor import Actor
from apps.access.outside import Origin
from apps.core.errors import NotFound
from apps.gateway import discovery
from apps.gateway.addresses import Kind, Thing, host_name, is_connect_host
from apps.gateway.database import in_database
from apps.gateway.discovery import Doors
from apps.gateway.entrance import Asked, claim, come_back, options_of, place_of, who
from apps.gateway.holding import hold
from apps.gateway.inbox import Inbox
from apps.gateway.refusals import Answer, UpgradeNeeded, document
from apps.gateway.request import Request, naming
from apps.nodes.use import Place, chrome_json
from apps.sessions.models import BrowserSession
from apps.sessions.options import SessionOptions
from apps.sessions.queries import any_browser_up
from apps.sessions.tickets import mint

Told = Asked | Answer | None


async def answer_document(request: Request, inbox: Inbox) -> Answer | None:
    """None where the caller has left. Raises GridError."""
    thing = request.address.thing
    if thing is Thing.UNKNOWN:
        raise NotFound
    if thing in {Thing.BARE, Thing.BROWSER, Thing.PAGE}:
        words = "Connect here with a WebSocket (a CDP client's URL), or GET …/json/version."
        raise UpgradeNeeded("upgrade_required", words)
    if request.address.kind is not Kind.CLAIM:
        return await _of_session(request, inbox)
    if thing is Thing.VERSION:
        return await _of_claim(request, inbox)
    await in_database(who, request)
    if thing is Thing.LIST:
        return document([])  # an unclaimed browser has no pages to connect to; the session's own address lists them
    place = await in_database(_any_place)
    if place is None:
        raise NotFound
    return document(await asyncio.to_thread(chrome_json, place, "protocol"))


async def _of_claim(request: Request, inbox: Inbox) -> Answer | None:
    options = options_of(request)
    told: Told = await in_database(_claim_and_tell, request, options)
    if isinstance(told, Asked):
        allowance = told.allowance
        told = await _hold_and_tell(request, inbox, told)
        if told is not None and allowance is not None:
            told = replace(told, headers={**told.headers, **allowance.headers()})
    return told


async def _of_session(request: Request, inbox: Inbox) -> Answer | None:
    asked = await in_database(come_back, request, None)
    if request.address.thing is Thing.VERSION:
        return await _hold_and_tell(request, inbox, asked)
    session = await hold(asked.standing, inbox)
    if session is None:
        return None
    place, doors = await in_database(_place_and_doors, request, session, asked.known.actor)
    if request.address.thing is Thing.PROTOCOL:
        return document(await asyncio.to_thread(chrome_json, place, "protocol"))
    return document(discovery.targets(await asyncio.to_thread(chrome_json, place, "list"), doors))


def _claim_and_tell(request: Request, options: SessionOptions) -> Asked | Answer:
    """All of a warm claim in one hop."""
    asked = claim(request, options, None)
    session = asked.standing.usable
    if session is None:
        return asked
    answer = _tell(request, session, asked.known.actor)
    return replace(answer, headers={**answer.headers, **(asked.allowance.headers() if asked.allowance else {})})


async def _hold_and_tell(request: Request, inbox: Inbox, asked: Asked) -> Answer | None:
    session = await hold(asked.standing, inbox)
    return await in_database(_tell, request, session, asked.known.actor) if session is not None else None


def _tell(request: Request, session: BrowserSession, actor: Actor) -> Answer:
    page = f"{discovery.home(_origin(request)).http}/sessions/{session.public_id}/"
    doors = _doors(request, session, actor)
    return document(discovery.version(session.version, session.public_id, page, doors))


def _place_and_doors(request: Request, session: BrowserSession, actor: Actor) -> tuple[Place, Doors]:
    return place_of(session), _doors(request, session, actor)


def _any_place() -> Place | None:
    session = any_browser_up()
    return place_of(session) if session is not None else None


def _doors(request: Request, session: BrowserSession, actor: Actor) -> Doors:
    """At a root the host name is the ticket."""
    origin = _origin(request)
    if request.address.kind is Kind.ROOT:
        return Doors(origin.ws, session.pk)
    return Doors(f"{origin.ws}/sessions/{session.public_id}/connect", session.pk, mint(session, actor=actor))


def _origin(request: Request) -> Origin:
    """The outside's; under the name by which the caller came where that is a connect host."""
    origin, name = request.outside.origin, host_name(request.host)
    is_root = request.address.kind is Kind.ROOT
    if not is_root and not is_connect_host(naming(), name):
        return origin
    origin = origin.on(name)
    from_proxy = any(header.startswith("x-forwarded-") for header in request.headers)
    return discovery.with_port(origin, request.server_port) if is_root and not from_proxy else origin
