"""Pools: the list, one with its large strip, the form, deletion."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from apps.access.actor import Actor
from apps.access.lookup import find
from apps.access.permissions import Permission
from apps.core import clock
from apps.core.errors import Conflict, Invalid, NotAllowed
from apps.dashboard.asking import actor_of
from apps.dashboard.forms.pools import PoolForm
from apps.dashboard.origin import origin_of
from apps.dashboard.pools import one_card, pool_cards, rules
from apps.dashboard.rows import session_row
from apps.dashboard.snippets import for_claim
from apps.dashboard.views.page import page
from apps.events.queries import last_position
from apps.pools.models import Pool
from apps.pools.services import change_pool, create_pool, delete_pool
from apps.sessions.queries import live, visible_sessions, waiting, with_clients

RECENT = 20


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
    found = find(Pool, id, actor, Permission.POOL_VIEW)
    sessions = with_clients(live(visible_sessions(actor)).filter(pool=found))[:RECENT]
    context = {
        "live_position": position,
        "pool": found,
        "card": one_card(found, actor, now),
        "rules": rules(found),
        "queued": waiting(found, now).count(),
        "sessions": [session_row(session, actor) for session in sessions],
        "shows_owner": actor.sees_all,
        "snippets": for_claim(origin_of(request), pool="" if found.is_default else found.name),
    }
    return render(request, "dashboard/pools/one.html", context)


@page
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    actor.require(Permission.POOL_CREATE)
    form = PoolForm(request.POST or None, actor=actor)
    if form.is_valid():
        try:
            made = create_pool(actor=actor, fields=form.values(), system=form.cleaned_data.get("is_system", False))
        except Invalid as error:
            form.refuse(error)
        else:
            messages.success(request, f"The pool “{made.name}” is there; its warm browsers are starting.")
            return redirect("dashboard:pools-one", made.public_id)
    context = {"form": form, "limits": settings.GRID, "is_staff": actor.sees_all}
    return render(request, "dashboard/pools/form.html", context, status=422 if form.errors else 200)


@page
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    actor = actor_of(request)
    found = _managed(id, actor)
    form = PoolForm(request.POST or None, actor=actor, pool=found)
    if form.is_valid():
        try:
            change_pool(found, actor=actor, fields=form.values())
        except Invalid as error:
            found.refresh_from_db()
            form.refuse(error)
        else:
            messages.success(request, "Saved. The reconciler is bringing the pool to its new size.")
            return redirect("dashboard:pools-one", id)
    context = {"form": form, "pool": found, "limits": settings.GRID, "is_staff": actor.sees_all}
    return render(request, "dashboard/pools/form.html", context, status=422 if form.errors else 200)


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


def _managed(id: str, actor: Actor) -> Pool:  # noqa: A002
    found = find(Pool, id, actor, Permission.POOL_MANAGE)
    if found.is_system and not actor.sees_all:
        raise NotAllowed("staff_only", "Only staff may change system pools.")
    return found
