"""Overview: strips of my pools, four figures, the day's charts, the Connect card, quotas, what needs attention."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from apps.access.actor import Actor
from apps.core import clock
from apps.dashboard.asking import actor_of, mine, person
from apps.dashboard.attention import attention
from apps.dashboard.figures import day_charts, figures, first_hour
from apps.dashboard.meters import quota_row
from apps.dashboard.origin import origin_of
from apps.dashboard.pools import pool_cards
from apps.dashboard.rows import SessionRow, session_row
from apps.dashboard.snippets import PLACEHOLDER, for_claim
from apps.dashboard.views.page import is_partial, page
from apps.events.queries import last_position
from apps.pools.queries import pool_to_claim
from apps.sessions.queries import visible_sessions, with_clients
from apps.statistics.days import by_hour
from apps.statistics.meters import standing
from apps.statistics.queries import usage_of
from apps.tokens.queries import own_tokens
from apps.tokens.services import issue_token

RECENT = 6
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
    cards = pool_cards(actor, now)
    context = {
        "live_position": position,
        **_numbers(request, actor, now, is_newcomer=is_newcomer),
        "cards": cards,
        "sessions": recent,
        "is_newcomer": is_newcomer,
        "default_pool": pool_to_claim(actor, "") if not cards else None,
        "first": recent[0] if recent else None,
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
        **_numbers(request, actor, clock.now()),
        "sessions": recent,
        "first": recent[0] if recent else None,
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


def _numbers(request: HttpRequest, actor: Actor, now: datetime, *, is_newcomer: bool = False) -> dict[str, Any]:
    """What counts: figures, charts, meters, and what they make one look at; a newcomer has nothing to look at yet."""
    first = first_hour(now)
    hours = by_hour(usage_of(actor, first, now), first, now)
    stands = standing(person(request), now, limited_only=True)
    quotas = [quota_row(meter) for meter in stands.meters]
    return {
        "in_use": stands.own.in_use,
        "figures": figures(hours, in_use=stands.own.in_use, last_hour=stands.own.claims),
        "charts": day_charts(hours),
        "quotas": quotas,
        "attention": [] if is_newcomer else attention(actor, now, quotas),
    }


def _recent(actor: Actor) -> list[SessionRow]:
    rows = with_clients(visible_sessions(actor).filter(mine(actor)))[:RECENT]
    return [session_row(session, actor) for session in rows]


def _connect(request: HttpRequest, secret: str) -> dict[str, object]:
    return {"snippets": for_claim(origin_of(request), secret or PLACEHOLDER), "secret": secret}


def _is_visit(request: HttpRequest) -> bool:
    """A person opens the page; not a prefetch or a frame, which would show the token to nobody."""
    is_prefetch = "prefetch" in request.headers.get("Sec-Purpose", "")
    return not is_prefetch and request.headers.get("Sec-Fetch-Dest", "document") == "document"
