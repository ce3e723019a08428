"""A new session: the form as a page or in the side sheet, and the place in the queue while the pool is full."""

import secrets

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.access.actor import Actor
from apps.access.lookup import find
from apps.access.permissions import Permission
from apps.core import clock
from apps.core.errors import Invalid, NoCapacity, NotFound, TooMany
from apps.dashboard.asking import actor_of
from apps.dashboard.claiming import claim_for, pools_to_choose
from apps.dashboard.forms.sessions import NewSessionForm
from apps.dashboard.origin import origin_of
from apps.dashboard.views.page import is_partial, page
from apps.pools.models import Pool
from apps.sessions.claims import Claimed, attend, cancel
from apps.sessions.models import Claim
from apps.sessions.queries import waiting
from apps.sessions.services import fetched

WAITS = Claim.State.QUEUED


@page
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Asked by the sheet, a form that was refused comes with 200: htmx shows nothing else in place."""
    actor = actor_of(request)
    if request.method != "POST":
        return _show(request, _form(request, actor), 200)
    form = _form(request, actor)
    if form.is_valid():
        try:
            return _to(request, _address(claim_for(actor, form.body(), form.cleaned_data["key"])))
        except Invalid as error:
            form.refuse(error)
        except NotFound:
            form.add_error("pool", "There is no such pool that you may claim from.")
        except (TooMany, NoCapacity) as error:
            form.add_error(None, error.detail)
    return _show(request, form, 200 if is_partial(request) else 422)


@page
@require_GET
def place(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002 - the address's own word
    """Each look keeps the place for 15 seconds; once it is served, the way leads to the session."""
    actor = actor_of(request)
    claim = find(Claim, id, actor, Permission.POOL_CLAIM)
    pool = claim.pool  # a claim that is read anew forgets it
    if claim.state == WAITS and actor.user is not None and claim.owner_id == actor.user.pk:
        claim = attend(claim)
    if claim.session is not None:
        fetched(claim.session)
        return _to(request, _address(Claimed(session=claim.session)))
    template = "dashboard/sessions/place.html" if is_partial(request) else "dashboard/sessions/waiting.html"
    return render(request, template, _standing(claim, pool))


@page
@require_POST
def leave(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    cancel(find(Claim, id, actor_of(request), Permission.POOL_CLAIM))
    messages.success(request, "You left the queue.")
    return redirect("dashboard:sessions")


def _form(request: HttpRequest, actor: Actor) -> NewSessionForm:
    data = request.POST if request.method == "POST" else None
    proposed = (data or request.GET).get("pool", "").strip()[:120]
    pools = pools_to_choose(actor, proposed)
    chosen = next((value for value, label in pools if proposed in {value, label}), "")
    return NewSessionForm(data, pools=pools, initial={"pool": chosen, "key": secrets.token_urlsafe(16)})


def _show(request: HttpRequest, form: NewSessionForm, status: int) -> HttpResponse:
    context = {"form": form, "origin": origin_of(request), "in_sheet": is_partial(request)}
    name = "dashboard/sessions/new_form.html" if is_partial(request) else "dashboard/sessions/new.html"
    return render(request, name, context, status=status)


def _to(request: HttpRequest, address: str) -> HttpResponse:
    if not is_partial(request):
        return redirect(address)
    response = HttpResponse(status=204)
    response["HX-Redirect"] = address
    return response


def _address(claimed: Claimed) -> str:
    if claimed.session is not None:
        return reverse("dashboard:sessions-one", args=[claimed.session.public_id])
    if claimed.claim is None:
        raise NotFound
    return reverse("dashboard:sessions-place", args=[claimed.claim.public_id])


def _standing(claim: Claim, pool: Pool) -> dict[str, object]:
    now = clock.now()
    is_waiting = claim.state == WAITS and claim.expires_at > now
    context: dict[str, object] = {"claim": claim, "id": claim.public_id, "is_waiting": is_waiting, "pool": pool}
    if is_waiting:
        queued = list(waiting(pool, now).values_list("queued_at", flat=True))
        context |= {"position": sum(at < claim.queued_at for at in queued) + 1, "waiting": len(queued)}
    return context
