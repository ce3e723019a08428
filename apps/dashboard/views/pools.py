"""Pools: the list, one with its large strip, the form, what may be done to it, deletion."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from apps.access.actor import Actor
from apps.access.lookup import find, may_each
from apps.access.permissions import Permission
from apps.core import clock
from apps.core.errors import Conflict, Invalid, NotAllowed, NotFound
from apps.dashboard.asking import actor_of
from apps.dashboard.forms.pools import PoolForm
from apps.dashboard.occupancy import occupancy, queue
from apps.dashboard.origin import origin_of
from apps.dashboard.pool_acts import act_named, acts, told
from apps.dashboard.pool_claims import claims_chart
from apps.dashboard.pool_words import NAMES, explained
from apps.dashboard.pools import one_card, pool_cards, rules
from apps.dashboard.rows import session_rows
from apps.dashboard.snippets import for_claim
from apps.dashboard.views.page import page
from apps.events.queries import last_position
from apps.pools.allowance import allowance, default_provider, room
from apps.pools.models import Pool
from apps.pools.queries import visible_pool
from apps.pools.services import change_pool, create_pool, delete_pool
from apps.sessions.queries import live, visible_sessions, with_clients

RECENT = 20
DIGITS = 9  # of a number that is explained
UNDONE_BY = {"pause": "resume", "resume": "pause"}  # a toast offers it


@page
@require_GET
def pools(request: HttpRequest) -> HttpResponse:
    position = last_position()
    actor = actor_of(request)
    cards = pool_cards(actor, clock.now())
    context = {
        "live_position": position,
        "cards": cards,
        "own": [card for card in cards if not card.is_system],
        "limits": settings.GRID,
        "is_staff": actor.sees_all,
    }
    return render(request, "dashboard/pools/page.html", context)


@page
@require_GET
def strips(request: HttpRequest) -> HttpResponse:
    """The strips of the pools asked for, by id or (where the pool is not mine to see) by name; for live replacement."""
    wanted = set(request.GET.getlist("pool"))
    cards = [card for card in pool_cards(actor_of(request), clock.now()) if (card.id or card.name) in wanted]
    return render(request, "dashboard/pools/strips.html", {"cards": cards, "size": request.GET.get("size", "")})


@page
@require_GET
def pool(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002 - the address's own word
    position = last_position()
    actor, now = actor_of(request), clock.now()
    found = visible_pool(actor, id)
    sessions = list(with_clients(live(visible_sessions(actor)).filter(pool=found)))
    shown = _live(found, actor)
    context = {
        **shown,
        "live_position": position,
        "pool": found,
        "card": one_card(found, actor, now, sessions),
        "rules": rules(found),
        "acts": acts(found, actor, shown["queue"].number),
        "can_manage": may_each(actor, Permission.POOL_MANAGE, found),
        "claims_chart": claims_chart(found, now),
        "sessions": session_rows(sessions[:RECENT], actor),
        "shows_owner": actor.sees_all,
        "snippets": for_claim(origin_of(request), pool="" if found.is_default else found.name),
    }
    return render(request, "dashboard/pools/one.html", context)


@page
@require_GET
def parts(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    """Its occupancy and queue, for live replacement."""
    actor = actor_of(request)
    return render(request, "dashboard/pools/parts.html", _live(visible_pool(actor, id), actor))


@page
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    actor.require(Permission.POOL_CREATE)
    form = PoolForm(request.POST or None, actor=actor, **_limits(actor))
    if form.is_valid():
        try:
            made = create_pool(actor=actor, fields=form.values(), system=form.cleaned_data.get("is_system", False))
        except Invalid as error:
            form.refuse(error)
        else:
            messages.success(request, f"The pool “{made.name}” is there; its warm browsers are starting.")
            return redirect("dashboard:pools-one", made.public_id)
    return _form(request, form, {"limits": settings.GRID, "is_staff": actor.sees_all})


@page
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    actor = actor_of(request)
    found = _managed(id, actor)
    form = PoolForm(request.POST or None, actor=actor, pool=found, **_limits(actor, found))
    if form.is_valid():
        try:
            change_pool(found, actor=actor, fields=form.values())
        except Invalid as error:
            found.refresh_from_db()
            form.refuse(error)
        else:
            messages.success(request, "Saved. The reconciler is bringing the pool to its new size.")
            return redirect("dashboard:pools-one", id)
    return _form(request, form, {"pool": found, "limits": settings.GRID, "is_staff": actor.sees_all})


@page
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    actor = actor_of(request)
    found = _managed(id, actor)
    if request.method == "POST":
        try:
            delete_pool(found, actor=actor)
        except Conflict as error:
            messages.error(request, error.detail)
            return redirect("dashboard:pools-one", id)
        messages.success(request, f"The pool “{found.name}” is deleted; its browsers are being closed.")
        return redirect(reverse("dashboard:pools"))
    context = {"pool": found, "card": one_card(found, actor, clock.now())}
    return render(request, "dashboard/pools/delete.html", context)


@page
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, id: str, act: str) -> HttpResponse:  # noqa: A002
    """Pause, resume, drain or flush: asks first, then does it and says what follows."""
    actor = actor_of(request)
    found = _managed(id, actor)
    chosen = act_named(act)
    if chosen is None:
        raise NotFound
    if request.method == "POST":
        back = f"undo:{reverse('dashboard:pools-act', args=[id, UNDONE_BY[act]])}" if act in UNDONE_BY else ""
        messages.success(request, str(chosen.do(found, actor)), extra_tags=back)
        return redirect("dashboard:pools-one", id)
    queued = queue(found, actor, clock.now()).number
    context = {"act": told(chosen, found, queued), "card": one_card(found, actor, clock.now())}
    return render(request, "dashboard/pools/act.html", context)


@page
@require_GET
def explain(request: HttpRequest) -> HttpResponse:
    """What the numbers of the form do, in sentences, as one types them."""
    typed = ((name, request.GET.get(name, "").strip()) for name in NAMES)
    numbers = {name: int(text) for name, text in typed if text.isascii() and text.isdecimal() and len(text) <= DIGITS}
    return render(request, "dashboard/pools/explained.html", {"explained": explained(numbers)})


def _managed(id: str, actor: Actor) -> Pool:  # noqa: A002
    found = find(Pool, id, actor, Permission.POOL_MANAGE)
    if found.is_system and not actor.sees_all:
        raise NotAllowed("staff_only", "Only staff may change system pools.")
    return found


def _live(pool: Pool, actor: Actor) -> dict[str, Any]:
    now = clock.now()
    return {"pool": pool, "occupancy": occupancy(pool), "queue": queue(pool, actor, now)}


def _limits(actor: Actor, pool: Pool | None = None) -> dict[str, Any]:
    """What the form names beside its fields: an ordinary owner's limits, and the room of the nodes."""
    owner = pool.owner if pool else actor.user
    is_limited = owner is not None and not actor.sees_all
    return {
        "allowance": allowance(owner, pool) if owner is not None and is_limited else None,
        "room": room(pool.provider if pool else default_provider()),
    }


def _form(request: HttpRequest, form: PoolForm, context: dict[str, object]) -> HttpResponse:
    numbers = {name: form[name].value() for name in NAMES}
    typed = {name: int(text) for name, text in numbers.items() if str(text).isdecimal() and len(str(text)) <= DIGITS}
    context |= {"form": form, "explained": explained(typed)}
    return render(request, "dashboard/pools/form.html", context, status=422 if form.errors else 200)
