"""One session: its facts, its story, how to connect to it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.access.actor import Actor
from apps.access.lookup import find
from apps.access.permissions import Permission
from apps.core import clock
from apps.core.errors import NotFound
from apps.dashboard.asking import actor_of
from apps.dashboard.origin import origin_of
from apps.dashboard.rows import limits_of, session_row
from apps.dashboard.snippets import Snippet, for_session
from apps.dashboard.timeline import moments, spans
from apps.dashboard.views.page import page
from apps.events.queries import last_position, of_session
from apps.sessions.lifecycle import IN_USE
from apps.sessions.models import BrowserSession
from apps.sessions.queries import visible_sessions, with_clients
from apps.sessions.tickets import mint

MOST_EVENTS = 300


@page
@require_GET
def session(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002 - the address's own word
    position = last_position()
    context = {**_story(request, id), "live_position": position}
    return render(request, "dashboard/sessions/one.html", context)


@page
@require_GET
def parts(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    """Its head, facts and timeline, for live replacement."""
    return render(request, "dashboard/sessions/parts.html", _story(request, id))


def _story(request: HttpRequest, id: str) -> dict[str, object]:  # noqa: A002
    actor, now = actor_of(request), clock.now()
    found = find(BrowserSession, id, actor, Permission.SESSION_VIEW)
    row = with_clients(visible_sessions(actor).filter(pk=found.pk)).first()
    if row is None:
        raise NotFound
    start = row.claimed_at or row.created_at
    limits = limits_of(row)
    events = list(of_session(row.pk)[:MOST_EVENTS])
    end = row.ended_at or now
    return {
        "session": session_row(row, actor),
        "facts": row,
        "moments": list(reversed(moments(events, start, limits))),
        "spans": spans(events, start, end),
        "line_start": start,
        "line_end": end,
        "connects": row.connections.count(),
        "active_seconds": row.active_until(now),
        "viewport": row.launch.get("viewport", {}),
        "limits": limits,
        "snippets": _snippets(request, row, actor),
    }


def _snippets(request: HttpRequest, session: BrowserSession, actor: Actor) -> list[Snippet]:
    """Only while a client can still come, and only for those who may use it."""
    if (
        session.state not in IN_USE
        or session.stop_requested_at is not None
        or not actor.has_scope(Permission.SESSION_USE)
    ):
        return []
    origin = origin_of(request)
    address = f"{origin.ws}/sessions/{session.public_id}/connect?ticket={mint(session, actor=actor)}"
    return for_session(origin, session.public_id, address)
