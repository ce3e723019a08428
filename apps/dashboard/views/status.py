"""System status: for staff all of it, for everybody else whether the grid works and how many sessions are theirs."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.access.actor import Actor
from apps.core import clock
from apps.dashboard.asking import actor_of, mine
from apps.dashboard.rows import session_rows
from apps.dashboard.system import short_status, status
from apps.dashboard.views.page import page
from apps.dashboard.views.staff_page import staff_page
from apps.events.queries import last_position
from apps.sessions.queries import live, visible_sessions, with_clients
from apps.sessions.readiness import readiness

MOST = 10


@page
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    position = last_position()
    return render(request, "dashboard/status/page.html", {**_shown(actor_of(request)), "live_position": position})


@page
@require_GET
def parts(request: HttpRequest) -> HttpResponse:
    """The same pieces, for live replacement."""
    return render(request, "dashboard/status/parts.html", _shown(actor_of(request)))


def _shown(actor: Actor) -> dict[str, object]:
    if actor.sees_all:
        return {"is_staff": True, **status(clock.now())}
    own = with_clients(live(visible_sessions(actor)).filter(mine(actor)))[:MOST]
    return {"overall": short_status(readiness()), "sessions": session_rows(own, actor)}


@staff_page
@require_GET
def attention(request: HttpRequest) -> HttpResponse:
    """What the home page of the administration shows, for live replacement."""
    return render(request, "admin/operations.html")
