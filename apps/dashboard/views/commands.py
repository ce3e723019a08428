"""What the command palette offers, and what the bell tells. Both are asked for when they are opened, not before."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from apps.access.actor import Actor
from apps.core import clock
from apps.core.identifiers import decode
from apps.dashboard.asking import actor_of, mine, person
from apps.dashboard.attention import attention
from apps.dashboard.meters import quota_rows
from apps.dashboard.navigation import places
from apps.dashboard.rows import shown_state
from apps.dashboard.states import words
from apps.dashboard.views.page import page
from apps.pools.queries import visible_pools
from apps.sessions.models import BrowserSession
from apps.sessions.queries import visible_sessions

MOST = 40
LONGEST = 120
MAKE = (  # address, label, icon, further words to find it by
    ("dashboard:sessions-new", "New session", "plus", "claim start browser"),
    ("dashboard:pools-new", "New pool", "plus", "make warm"),
    ("dashboard:tokens-new", "New token", "plus", "key secret credential"),
    ("dashboard:teams-new", "New team", "plus", "invite share"),
    ("account_change_password", "Change your password", "tokens", "account security"),
    ("mfa_index", "Second factor", "admin", "two-factor passkey totp mfa security"),
    ("dashboard:settings-devices", "Devices", "devices", "sign out everywhere"),
    ("api:docs", "API documentation", "docs", "openapi reference rest"),
)

Command = dict[str, str]


@page
@require_GET
def commands(request: HttpRequest) -> HttpResponse:
    """Everything at once for the first look; with `q` also older sessions of that name or id."""
    actor, text = actor_of(request), request.GET.get("q", "").strip()[:LONGEST]
    if text:
        return JsonResponse({"sessions": _sessions(actor, text)})
    return JsonResponse(
        {
            "pages": [_command(to.label, to.url, to.icon, key=to.key) for to in places(request).everywhere],
            "actions": _actions(),
            "pools": _pools(actor),
            "sessions": _sessions(actor, ""),
        }
    )


@page
@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """The bell's sheet."""
    now = clock.now()
    items = attention(actor_of(request), now, quota_rows(person(request), now))
    return render(request, "dashboard/parts/notices.html", {"attention": items})


def _actions() -> list[Command]:
    return [_command(label, reverse(name), icon, more=further) for name, label, icon, further in MAKE]


def _pools(actor: Actor) -> list[Command]:
    pools = visible_pools(actor).order_by("-is_default", "name")[:MOST]
    return [_command(pool.name, reverse("dashboard:pools-one", args=[pool.public_id]), "pools") for pool in pools]


def _sessions(actor: Actor, text: str) -> list[Command]:
    found = visible_sessions(actor).filter(mine(actor))
    if text:
        if "\x00" in text:
            return []
        key = decode(BrowserSession.prefix, text)
        found = visible_sessions(actor).filter(pk=key) if key else found.filter(Q(name__icontains=text))
    return [
        _command(
            session.name or session.public_id,
            reverse("dashboard:sessions-one", args=[session.public_id]),
            state=shown_state(session),
            note=f"{words(shown_state(session)).word} · {session.pool.name}",
            more="" if not session.name else session.public_id,
        )
        for session in found[:MOST]
    ]


def _command(label: str, url: str, icon: str = "", **facts: str) -> Command:
    """`key`: the letter after `g`. `state`: its glyph, not an icon. `note`: said beside. `more`: found by, unseen."""
    return {"label": label, "url": url, "icon": icon, **{name: said for name, said in facts.items() if said}}
