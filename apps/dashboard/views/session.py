"""One session: its facts, its story, its clients, how to connect to it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from apps.access.actor import Actor
from apps.access.lookup import find, one_of
from apps.access.permissions import Permission
from apps.core import clock
from apps.dashboard.asking import actor_of
from apps.dashboard.clients import clients
from apps.dashboard.joining import Joining, joining
from apps.dashboard.origin import origin_of
from apps.dashboard.rows import limits_of, session_rows
from apps.dashboard.stage import stage_of
from apps.dashboard.timeline import KINDS, Moment, moments, spans
from apps.dashboard.views.page import is_partial, page
from apps.events.models import Event
from apps.events.queries import last_position, latest_of_session
from apps.sessions.models import BrowserSession
from apps.sessions.queries import latest_connections, visible_sessions, with_clients

STORY = 100  # moments that one look shows; the line is drawn from more
LINE = 1000
CLIENTS = 100


@page
@require_GET
def session(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002 - the address's own word
    position = last_position()
    context = {**whole(request, id), "live_position": position}
    return render(request, "dashboard/sessions/one.html", context)


@page
@require_GET
def parts(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    """Its head, facts and story, for live replacement; with `address` also the one that was shown before."""
    return render(request, "dashboard/sessions/parts.html", whole(request, id))


@page
@require_GET
def story(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    """What happened before the moment `before`, by its number."""
    actor = actor_of(request)
    row = _row(actor, id)
    word = request.GET.get("before", "")
    before = int(word) if word.isdecimal() and len(word) < 12 else 0
    events = list(latest_of_session(row.pk, before_sequence=before)[: STORY + 1])
    context = {**_told(row, actor, events), "facts": row, "kinds": KINDS, "session": session_rows([row], actor)[0]}
    name = "dashboard/sessions/moments.html" if is_partial(request) else "dashboard/sessions/earlier.html"
    return render(request, name, context)


@page
@require_POST
def address(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    """The session's own address, with the ticket in it. It is made when somebody asks for it, not before."""
    find(BrowserSession, id, actor_of(request), Permission.SESSION_USE)
    name = "dashboard/sessions/join.html" if is_partial(request) else "dashboard/sessions/one.html"
    return render(request, name, whole(request, id, shows_address=True))


def whole(request: HttpRequest, id: str, *, shows_address: bool = False) -> dict[str, object]:  # noqa: A002
    """All that the page shows."""
    actor, now = actor_of(request), clock.now()
    row = _row(actor, id)
    shown = session_rows([row], actor)[0]
    events = list(latest_of_session(row.pk)[:LINE])
    joined = list(latest_connections(row)[:CLIENTS])
    start, end = row.claimed_at or row.created_at, row.ended_at or now
    shows_address = shows_address or bool(request.GET.get("address"))
    return {
        "session": shown,
        "facts": row,
        "launch": _launch(row),
        "pairs": [*row.metadata.items(), ("", "")],
        **_told(row, actor, events),
        "kinds": KINDS,
        "spans": spans(list(reversed(events)), start, end),
        "line_start": start,
        "connects": len(joined) if len(joined) < CLIENTS else latest_connections(row).count(),
        "clients": clients(joined, actor),
        "active_seconds": row.active_until(now),
        "limits": limits_of(row, actor),
        "stage": stage_of(row, actor),
        "join": _joining(request, row, actor, shows_address=shows_address),
    }


def _row(actor: Actor, id: str) -> BrowserSession:  # noqa: A002
    return one_of(with_clients(visible_sessions(actor)), id)


def _told(row: BrowserSession, actor: Actor, events: list[Event]) -> dict[str, object]:
    """The newest first; `earlier` is where the next look begins."""
    shown: list[Moment] = moments(events[:STORY], row.claimed_at or row.created_at, limits_of(row, actor))
    earlier = events[STORY - 1].sequence if len(events) > STORY else 0
    return {"moments": shown, "earlier": earlier, "number": row.sequence}


def _launch(row: BrowserSession) -> list[tuple[str, str]]:
    """What its browser was started with beyond the page size. A proxy's address may carry a password."""
    names = {"locale": "Locale", "timezone": "Time zone", "user_agent": "User agent"}
    told = [(label, str(row.launch[name])) for name, label in names.items() if row.launch.get(name)]
    if row.launch.get("proxy"):
        told.append(("Proxy", "Yes. Its address is kept to itself."))
    if row.launch.get("args"):
        told.append(("Arguments", " ".join(row.launch["args"])))
    return told


def _joining(request: HttpRequest, row: BrowserSession, actor: Actor, *, shows_address: bool) -> Joining | None:
    return joining(row, actor, origin_of(request), shows_address=shows_address)
