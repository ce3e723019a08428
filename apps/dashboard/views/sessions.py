"""Sessions: the list, its live rows, release of one or of many."""

from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from apps.access.actor import Actor
from apps.access.lookup import find, visible
from apps.access.permissions import Permission
from apps.core.identifiers import decode, encode, made_at
from apps.dashboard.asking import actor_of, mine, person
from apps.dashboard.origin import origin_of
from apps.dashboard.rows import SessionRow, session_row, session_rows
from apps.dashboard.views.page import is_partial, page, toast
from apps.dashboard.wanted import Wanted, wanted_by, wanted_from
from apps.events.queries import last_position
from apps.pools.queries import visible_pools
from apps.saved_views.queries import own_views
from apps.sessions.lifecycle import EndReason, Outcome
from apps.sessions.models import BrowserSession
from apps.sessions.queries import live, visible_sessions, with_clients
from apps.sessions.services import stop_session

PAGE = 50
ROWS_AT_ONCE = 100
MOST_RELEASED = 500
MOST_POOLS = 100
LIST, MORE, WHOLE = ("dashboard/sessions/list.html", "dashboard/sessions/more.html", "dashboard/sessions/page.html")


@page
@require_GET
def sessions(request: HttpRequest) -> HttpResponse:
    position = last_position()
    actor = actor_of(request)
    wanted = wanted_by(request, actor)
    before = request.GET.get("before", "")
    rows, end = _slice(actor, wanted, before)
    context = {
        "sessions": rows,
        "wanted": wanted,
        "shows_owner": wanted.shows_owner,
        "more_url": _more(wanted, encode(BrowserSession.prefix, end)) if end else "",
        "searched_to": made_at(end) if end and len(rows) < PAGE else None,
    }
    if is_partial(request) and before:
        return render(request, MORE, context)
    views = list(own_views(actor))
    context |= {
        "live_position": position,
        "rows_url": f"{reverse('dashboard:sessions-rows')}?{wanted.query}",
        "first_url": wanted.url if before else "",
        "views": views,
        "saved": next((view for view in views if view.query == wanted.query), None),
        "pools": _pools(actor),
        "outcomes": list(Outcome),
        "origin": origin_of(request),
        "has_any": bool(rows) or visible_sessions(actor).filter(mine(actor)).exists(),
    }
    response = render(request, LIST if is_partial(request) else WHOLE, context)
    if is_partial(request):
        response["HX-Push-Url"] = wanted.url  # without the fields that are empty
    return response


@page
@require_GET
def rows(request: HttpRequest) -> HttpResponse:
    """The rows of the ids asked for, as far as they match and may be seen; `any` leaves the filter aside."""
    actor = actor_of(request)
    wanted = wanted_by(request, actor)
    found = visible_sessions(actor)
    if not request.GET.get("any"):
        found = wanted.filters.narrow(_listed(actor, wanted), actor)
    chosen = with_clients(found.filter(pk__in=_keys(request.GET.getlist("id")[:ROWS_AT_ONCE])))
    context = {"sessions": session_rows(chosen, actor), "shows_owner": wanted.shows_owner}
    return render(request, "dashboard/sessions/rows.html", context)


@page
@require_POST
def release(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002 - the address's own word
    actor = actor_of(request)
    session = find(BrowserSession, id, actor, Permission.SESSION_CONTROL)
    asked = _release(session, actor, request)
    said = "Released. Its browser is being closed." if asked else "This session was released before."
    if is_partial(request):
        row = with_clients(visible_sessions(actor).filter(pk=session.pk)).get()
        shown = wanted_from(QueryDict(urlsplit(request.headers.get("HX-Current-URL", "")).query), actor)
        context = {"session": session_row(row, actor), "shows_owner": shown.shows_owner}
        response = render(request, "dashboard/sessions/_row.html", context)
        response["HX-Trigger"] = toast(said)
        return response
    messages.success(request, said)
    return redirect(back_to(request, reverse("dashboard:sessions-one", args=[id])))


@page
@require_POST
def release_many(request: HttpRequest) -> HttpResponse:
    """Those of the ids that live and that this person controls; the others are passed over."""
    actor = actor_of(request)
    keys = _keys(request.POST.getlist("id")[:MOST_RELEASED])
    chosen = visible(live().filter(pk__in=keys), actor, Permission.SESSION_CONTROL)
    number = sum(_release(session, actor, request) for session in chosen)
    said = "1 session released." if number == 1 else f"{number} sessions released."
    if is_partial(request):
        response = HttpResponse(status=204)
        response["HX-Trigger"] = toast(said)
        return response
    messages.success(request, said)
    return redirect(back_to(request, reverse("dashboard:sessions")))


def back_to(request: HttpRequest, otherwise: str) -> str:
    """Only to pages of ours that the form names."""
    wanted = request.POST.get("back", "")
    return wanted if wanted.startswith("/sessions/") and "\\" not in wanted else otherwise


def _release(session: BrowserSession, actor: Actor, request: HttpRequest) -> bool:
    """An administrator who ends somebody else's session is named as the reason; whom it is shared with is not."""
    is_foreign = actor.sees_all and session.owner_id != person(request).pk
    return stop_session(session, actor=actor, reason=EndReason.ADMIN if is_foreign else EndReason.RELEASED)


def _listed(actor: Actor, wanted: Wanted) -> QuerySet[BrowserSession]:
    """Warm sessions, which nobody owns, only where the address names their state."""
    found = visible_sessions(actor)
    return found if wanted.filters.states else found.filter(owner__isnull=False)


def _slice(actor: Actor, wanted: Wanted, before: str) -> tuple[list[SessionRow], UUID | None]:
    """One page after the row `before`, by key: ids are ordered by time. With the key that the next one comes after."""
    rows = with_clients(wanted.filters.narrow_beside_text(_listed(actor, wanted), actor))
    key = decode(BrowserSession.prefix, before)
    found, end = wanted.filters.search(rows.filter(pk__lt=key) if key else rows, PAGE)
    return session_rows(found, actor), end


def _more(wanted: Wanted, last: str) -> str:
    return f"{wanted.url}{'&' if wanted.query else '?'}before={last}"


def _pools(actor: Actor) -> list[str]:
    names = visible_pools(actor).order_by("name").values_list("name", flat=True).distinct()
    return list(dict.fromkeys(["default", *names[:MOST_POOLS]]))


def _keys(words: list[str]) -> list[UUID]:
    return [key for word in words if (key := decode(BrowserSession.prefix, word))]
