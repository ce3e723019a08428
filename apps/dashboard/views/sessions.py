"""Sessions: the list, its live rows, release of one or of many."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from apps.access.actor import Actor
from apps.access.lookup import find
from apps.access.permissions import Permission
from apps.core.identifiers import decode
from apps.dashboard.asking import actor_of, mine, person
from apps.dashboard.origin import origin_of
from apps.dashboard.rows import SessionRow, session_row
from apps.dashboard.views.page import is_partial, page, toast
from apps.events.queries import last_position
from apps.sessions.lifecycle import LIVE, TERMINAL, EndReason, SessionState
from apps.sessions.models import BrowserSession
from apps.sessions.queries import visible_sessions, with_clients
from apps.sessions.services import stop_session

PAGE = 50
MOST_AT_ONCE = 100

FILTERS: dict[str, tuple[str, Q]] = {
    "": ("All", Q(owner__isnull=False)),
    "live": ("Live", Q(owner__isnull=False, state__in=sorted(LIVE))),
    "running": ("Running", Q(state=SessionState.RUNNING)),
    "paused": ("Paused", Q(state=SessionState.PAUSED)),
    "ended": ("Ended", Q(owner__isnull=False, state__in=sorted(TERMINAL))),
    "failed": ("Failed", Q(owner__isnull=False, state__in=[SessionState.ERROR, SessionState.TIMED_OUT])),
}
STAFF_FILTERS = {"warm": ("Warm", Q(owner__isnull=True, state__in=sorted(LIVE)))}


@dataclass(frozen=True)
class Wanted:
    """What the address asks for."""

    state: str
    text: str
    whose: str  # `mine` narrows what staff see

    @property
    def query(self) -> str:
        given = {"state": self.state, "q": self.text, "whose": self.whose}
        return urlencode({name: value for name, value in given.items() if value})

    def with_state(self, state: str) -> str:
        query = Wanted(state, self.text, self.whose).query
        return f"{reverse('dashboard:sessions')}?{query}" if query else reverse("dashboard:sessions")


@page
@require_GET
def sessions(request: HttpRequest) -> HttpResponse:
    position = last_position()
    actor, wanted = actor_of(request), _wanted(request)
    rows, more = _slice(_matching(actor, wanted), actor, request.GET.get("before", ""))
    more_url = f"{reverse('dashboard:sessions')}?{wanted.query}&before={rows[-1].id}" if more else ""
    context = {
        "live_position": position,
        "sessions": rows,
        "more_url": more_url,
        "wanted": wanted,
        "filters": [(name, label, wanted.with_state(name)) for name, (label, _) in _filters(actor).items()],
        "rows_url": f"{reverse('dashboard:sessions-rows')}?{wanted.query}",
        "shows_owner": actor.sees_all and wanted.whose != "mine",
        "is_staff": actor.sees_all,
        "origin": origin_of(request),
        "has_any": bool(rows) or visible_sessions(actor).filter(mine(actor)).exists(),
    }
    partial = "dashboard/sessions/more.html" if request.GET.get("before") else "dashboard/sessions/list.html"
    return render(request, partial if is_partial(request) else "dashboard/sessions/page.html", context)


@page
@require_GET
def rows(request: HttpRequest) -> HttpResponse:
    """The rows of the ids asked for, as far as they match and may be seen; `any` leaves the filter aside."""
    actor, wanted = actor_of(request), _wanted(request)
    keys = [key for word in request.GET.getlist("id")[:MOST_AT_ONCE] if (key := decode(BrowserSession.prefix, word))]
    found = visible_sessions(actor) if request.GET.get("any") else _matching(actor, wanted)
    sessions = with_clients(found.filter(pk__in=keys))
    context = {
        "sessions": [session_row(session, actor) for session in sessions],
        "shows_owner": actor.sees_all and wanted.whose != "mine",
    }
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
        context = {"session": session_row(row, actor), "shows_owner": actor.sees_all}
        response = render(request, "dashboard/sessions/_row.html", context)
        response["HX-Trigger"] = toast(said)
        return response
    messages.success(request, said)
    return redirect(_back(request, reverse("dashboard:sessions-one", args=[id])))


@page
@require_POST
def release_many(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    keys = [key for word in request.POST.getlist("id")[:MOST_AT_ONCE] if (key := decode(BrowserSession.prefix, word))]
    chosen = visible_sessions(actor).filter(pk__in=keys, ended_at__isnull=True)
    number = sum(_release(session, actor, request) for session in chosen)
    messages.success(request, "1 session released." if number == 1 else f"{number} sessions released.")
    return redirect(_back(request, reverse("dashboard:sessions")))


def _release(session: BrowserSession, actor: Actor, request: HttpRequest) -> bool:
    """An administrator who ends somebody else's session is named as the reason."""
    own = session.owner_id == person(request).pk
    return stop_session(session, actor=actor, reason=EndReason.RELEASED if own else EndReason.ADMIN)


def _filters(actor: Actor) -> dict[str, tuple[str, Q]]:
    return FILTERS | STAFF_FILTERS if actor.sees_all else FILTERS


def _wanted(request: HttpRequest) -> Wanted:
    get = request.GET.get
    return Wanted(
        state=get("state", ""), text=get("q", "").strip()[:120], whose="mine" if get("whose") == "mine" else ""
    )


def _matching(actor: Actor, wanted: Wanted) -> QuerySet[BrowserSession]:
    filters = _filters(actor)
    found = visible_sessions(actor).filter(filters.get(wanted.state, filters[""])[1])
    if wanted.whose == "mine":
        found = found.filter(mine(actor))
    if wanted.text and "\x00" not in wanted.text:
        key = decode(BrowserSession.prefix, wanted.text)
        found = (
            found.filter(pk=key) if key else found.filter(Q(name__icontains=wanted.text) | Q(pool__name=wanted.text))
        )
    return found


def _slice(found: QuerySet[BrowserSession], actor: Actor, before: str) -> tuple[list[SessionRow], bool]:
    """One page after the row `before`, by key: ids are ordered by time."""
    key = decode(BrowserSession.prefix, before)
    page_of = with_clients(found.filter(pk__lt=key) if key else found)[: PAGE + 1]
    rows = [session_row(session, actor) for session in page_of]
    return rows[:PAGE], len(rows) > PAGE


def _back(request: HttpRequest, otherwise: str) -> str:
    """Only to pages of ours that the form names."""
    wanted = request.POST.get("back", "")
    return wanted if wanted.startswith("/sessions/") and "\\" not in wanted else otherwise
