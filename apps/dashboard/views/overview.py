"""Overview: strips of my pools, four figures, the Connect card, what needs attention."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from apps.access.actor import Actor
from apps.core import clock
from apps.dashboard.asking import actor_of, mine
from apps.dashboard.attention import attention
from apps.dashboard.figures import Life, figures
from apps.dashboard.origin import origin_of
from apps.dashboard.pools import pool_cards
from apps.dashboard.rows import SessionRow, session_row
from apps.dashboard.snippets import PLACEHOLDER, for_claim
from apps.dashboard.views.page import is_partial, page
from apps.events.queries import last_position
from apps.pools.queries import pool_to_claim
from apps.sessions.lifecycle import SessionState
from apps.sessions.queries import visible_sessions, with_clients
from apps.tokens.queries import own_tokens
from apps.tokens.services import issue_token

RECENT = 6
MOST_LIVES = 5000  # beyond this the figures speak of the newest ones
FIRST_TOKEN = "First token"  # noqa: S105 - a name, not a secret


@page
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    position = last_position()  # before anything is read: what happens meanwhile is replayed
    actor, now = actor_of(request), clock.now()
    recent = _recent(actor)
    is_newcomer = not recent
    secret = ""
    if is_newcomer and _is_visit(request) and not own_tokens(actor).exists():
        _, secret = issue_token(actor=actor, name=FIRST_TOKEN)
    context = {
        "live_position": position,
        "figures": figures(_lives(actor), now),
        "cards": pool_cards(actor, now),
        "sessions": recent,
        "is_newcomer": is_newcomer,
        "default_pool": pool_to_claim(actor, ""),
        "first": recent[0] if recent else None,
        "attention": attention(actor, now),
        **_connect(request, secret),
    }
    return render(request, "dashboard/overview/page.html", context)


@page
@require_GET
def parts(request: HttpRequest) -> HttpResponse:
    """The figures, the newest sessions and the waiting line, for live replacement."""
    actor = actor_of(request)
    recent = _recent(actor)
    context = {
        "figures": figures(_lives(actor), clock.now()),
        "sessions": recent,
        "first": recent[0] if recent else None,
        "attention": attention(actor, clock.now()),
    }
    return render(request, "dashboard/overview/parts.html", context)


@page
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """A new token, shown once, in the Connect card."""
    actor = actor_of(request)
    count = own_tokens(actor).count()
    _, secret = issue_token(actor=actor, name=f"Connect card {count + 1}")
    is_newcomer = not _recent(actor)
    context = {**_connect(request, secret), "first": None, "show_waiting": is_newcomer, "is_newcomer": is_newcomer}
    if is_partial(request):
        return render(request, "dashboard/parts/connect.html", context)
    return render(request, "dashboard/tokens/made.html", {"secret": secret, **context})


@page
@require_GET
def tally(request: HttpRequest) -> HttpResponse:
    return render(request, "dashboard/parts/tally.html")


def _recent(actor: Actor) -> list[SessionRow]:
    rows = with_clients(visible_sessions(actor).filter(mine(actor)))[:RECENT]
    return [session_row(session, actor) for session in rows]


def _connect(request: HttpRequest, secret: str) -> dict[str, object]:
    return {"snippets": for_claim(origin_of(request), secret or PLACEHOLDER), "secret": secret}


def _is_visit(request: HttpRequest) -> bool:
    """A person opens the page; not a prefetch or a frame, which would show the token to nobody."""
    is_prefetch = "prefetch" in request.headers.get("Sec-Purpose", "")
    return not is_prefetch and request.headers.get("Sec-Fetch-Dest", "document") == "document"


def _lives(actor: Actor) -> list[Life]:
    """A session that was told to end counts as over, as everywhere on these pages."""
    since = clock.now() - timedelta(hours=24)
    rows = visible_sessions(actor).filter(mine(actor), claimed_at__isnull=False).exclude(ended_at__lt=since)
    names = ("claimed_at", "connected_at", "ended_at", "stop_requested_at", "state")
    return [
        Life(claimed, connected, ended or stopped, state == SessionState.ERROR)
        for claimed, connected, ended, stopped, state in rows.values_list(*names)[:MOST_LIVES]
        if claimed
    ]
