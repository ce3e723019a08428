"""Watching a session: its stage, the wall of all that run, the page behind a ticket, and taking over."""

from csp.decorators import csp_replace
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from apps.access.lookup import find, may
from apps.access.permissions import Permission
from apps.core.errors import GridError, Invalid, Unauthenticated
from apps.dashboard.asking import actor_of, mine
from apps.dashboard.rows import session_rows
from apps.dashboard.stage import stage_of, ticketed_stage
from apps.dashboard.views.page import page
from apps.events.queries import last_position
from apps.recordings.services import upload
from apps.sessions import takeover
from apps.sessions.lifecycle import IN_USE
from apps.sessions.models import BrowserSession, Ticket
from apps.sessions.queries import visible_sessions, with_clients
from apps.sessions.viewing import make_view, redeem_view

WALL = 60  # sessions that one wall shows


@page
@require_GET
def wall(request: HttpRequest) -> HttpResponse:
    """All of mine that run, small."""
    actor, position = actor_of(request), last_position()
    rows = visible_sessions(actor).filter(mine(actor), state__in=sorted(IN_USE), stop_requested_at__isnull=True)
    shown = list(with_clients(rows)[: WALL + 1])
    seen = [row for row in shown[:WALL] if may(actor, Permission.SESSION_USE, row)]
    context = {"tiles": session_rows(seen, actor), "has_more": len(shown) > WALL, "live_position": position}
    return render(request, "dashboard/live/wall.html", context)


@page
@require_POST
def ticket(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002 - the address's own word
    """What opens the socket of the stage, for looking on."""
    session = find(BrowserSession, id, actor_of(request), Permission.SESSION_USE)
    _, secret = make_view(session, actor=actor_of(request))
    return JsonResponse({"ticket": secret})


@page
@require_POST
def control(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    """Taken, also from somebody else where `from` says so."""
    actor = actor_of(request)
    session = find(BrowserSession, id, actor, Permission.SESSION_CONTROL)
    _, secret = takeover.take_control(session, actor=actor, from_others=request.GET.get("from") == "others")
    return JsonResponse({"ticket": secret})


@page
@require_POST
def hand_back(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    actor = actor_of(request)
    session = find(BrowserSession, id, actor, Permission.SESSION_CONTROL)
    takeover.hand_back(session, actor=actor)
    return JsonResponse({})


@page
@require_GET
def stage(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    """Who has control, for live replacement beside the picture."""
    actor = actor_of(request)
    session = find(BrowserSession, id, actor, Permission.SESSION_VIEW)
    return render(request, "dashboard/live/holder.html", {"stage": stage_of(session, actor), "session": {"id": id}})


@csrf_exempt  # no cookie counts here: the credential is a header, which only a script of our own pages can set
@never_cache
@require_POST
def files(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    """A file for the page that asks for one, by the ticket of whoever has control, signed in or not."""
    try:
        redeemed = redeem_view(request.headers.get("X-BrowserGrid-Ticket", ""))
        if redeemed.session.public_id != id or redeemed.ticket.purpose != Ticket.Purpose.CONTROL:
            raise Unauthenticated("invalid_ticket", "Take control first.")
        given = request.FILES.get("file")
        if not isinstance(given, UploadedFile) or given.file is None:
            raise Invalid("invalid", "Choose a file first.", fields={"file": "Choose a file first."})
        row = upload(redeemed.session, given.name or "", given.file, actor=redeemed.actor, is_renamed=True)
    except GridError as error:
        return JsonResponse({"detail": error.detail}, status=error.status)
    return JsonResponse({"name": row.name})


@never_cache
@require_GET
def ticketed(request: HttpRequest, id: str) -> HttpResponseBase:  # noqa: A002
    """The stage alone, for whoever holds the address: no sign-in, no cookie; only sites that it names may frame it."""
    response: HttpResponseBase
    try:
        redeemed = redeem_view(request.GET.get("ticket", ""))
        if redeemed.session.public_id != id:
            raise Unauthenticated("invalid_ticket", "This link is for another session.")
    except GridError as error:
        response = render(request, "dashboard/live/void.html", {"error": error}, status=error.status)
    else:
        shown = ticketed_stage(redeemed.session, redeemed.ticket, request.GET.get("ticket", ""))
        response = render(request, "dashboard/live/page.html", {"stage": shown})
        if redeemed.ticket.origins:
            framed = csp_replace({"frame-ancestors": ["'self'", *redeemed.ticket.origins]})
            response = xframe_options_exempt(framed(lambda _: response))(request)
    response["Referrer-Policy"] = "no-referrer"
    return response
