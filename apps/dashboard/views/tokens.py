"""API tokens: the list, a new one that is shown once, revocation."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from apps.access.actor import Actor
from apps.access.lookup import find
from apps.access.permissions import Permission, Scope
from apps.core import clock
from apps.core.errors import Invalid
from apps.dashboard.asking import actor_of
from apps.dashboard.claiming import pools_to_choose
from apps.dashboard.forms.tokens import MEANINGS, TokenForm
from apps.dashboard.origin import origin_of
from apps.dashboard.snippets import for_claim
from apps.dashboard.views.page import page
from apps.pools.models import Pool
from apps.pools.queries import pool_to_claim, pools_with_keys
from apps.tokens.models import ApiToken
from apps.tokens.queries import own_tokens
from apps.tokens.services import issue_token, revoke_token

MOST = 200


@dataclass(frozen=True)
class TokenRow:
    id: str
    name: str
    hint: str
    scopes: tuple[tuple[str, str], ...]  # name, meaning; none: all
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    status: str  # "works", "expired" or "revoked"
    pools: tuple[str, ...]  # names; none: all


@page
@require_GET
def tokens(request: HttpRequest) -> HttpResponse:
    return render(request, "dashboard/tokens/page.html", _listed(request))


@page
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    actor, now = actor_of(request), clock.now()
    form = TokenForm(request.POST or None, pools=pools_to_choose(actor))
    if form.is_valid():
        try:
            _, secret = issue_token(
                actor=actor,
                name=form.cleaned_data["name"],
                scopes=form.wanted_scopes(),
                expires_at=form.expires_at(now),
                pools=_pools(form, actor),
            )
        except Invalid as error:
            form.refuse(error)
        else:
            context = {
                "secret": secret,
                "name": form.cleaned_data["name"],
                "snippets": for_claim(origin_of(request), secret),
            }
            return render(request, "dashboard/tokens/made.html", context)
    return render(request, "dashboard/tokens/new.html", {"form": form}, status=422 if form.errors else 200)


@page
@require_http_methods(["GET", "POST"])
def revoke(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002 - the address's own word
    actor = actor_of(request)
    token = find(ApiToken, id, actor, Permission.TOKEN_MANAGE)
    if request.method == "POST":
        revoke_token(token, actor=actor)
        messages.success(request, f"“{token.name}” is revoked. What it opened is being closed.")
        return redirect("dashboard:tokens")
    return render(request, "dashboard/tokens/revoke.html", {"token": _row(token, clock.now())})


def _listed(request: HttpRequest) -> dict[str, object]:
    now = clock.now()
    found = list(own_tokens(actor_of(request))[:MOST])
    pools = pools_with_keys({key for token in found for key in token.pool_keys})
    rows = [_row(token, now, pools) for token in found]
    return {
        "tokens": [row for row in rows if row.status == "works"],
        "former": [row for row in rows if row.status != "works"],
    }


def _pools(form: TokenForm, actor: Actor) -> set[UUID] | None:
    words = form.wanted_pools()
    return None if words is None else {pool_to_claim(actor, word).pk for word in words}


def _row(token: ApiToken, now: datetime, pools: dict[UUID, Pool] | None = None) -> TokenRow:
    if token.revoked_at is not None:
        status = "revoked"
    elif token.expires_at is not None and token.expires_at <= now:
        status = "expired"
    else:
        status = "works"
    scopes = () if token.scopes is None else tuple((scope, MEANINGS[Scope(scope)]) for scope in token.scopes)
    return TokenRow(
        id=token.public_id,
        name=token.name,
        hint=f"{token.start}…{token.last4}",
        scopes=scopes,
        created_at=token.created_at,
        expires_at=token.expires_at,
        last_used_at=token.last_used_at,
        status=status,
        pools=tuple(pool.name for key in token.pool_keys if (pool := (pools or {}).get(key))),
    )
