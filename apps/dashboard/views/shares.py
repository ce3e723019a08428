"""Sharing a session or a pool: a page of its own, and the sheet beside the page that one came from."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from apps.access.lookup import find
from apps.access.permissions import Level, Permission
from apps.accounts.queries import own_teams
from apps.accounts.teams import mates_of
from apps.core.errors import Conflict, GridError, Invalid
from apps.core.models import Identified
from apps.dashboard.asking import actor_of
from apps.dashboard.forms.teams import ShareForm, TransferForm
from apps.dashboard.sharing import choices, sharing_of
from apps.dashboard.views.page import is_partial, page, toast
from apps.sessions.models import BrowserSession
from apps.sessions.sharing import SHAREABLE
from apps.sessions.transfer import transfer_session

MOST_MATES = 200


@page
@require_http_methods(["GET", "POST"])
def shares(request: HttpRequest, kind: str, id: str) -> HttpResponse:  # noqa: A002 - the address's own word
    actor, what = actor_of(request), SHAREABLE[kind]
    thing = find(what.model, id, actor, what.share)
    form = _form(request, kind)
    if request.method == "POST" and form.is_valid():
        try:
            level = Level(form.cleaned_data["level"])
            share = what.give(thing, actor=actor, to=form.recipient(), level=level)
        except (Invalid, Conflict) as error:
            form.refuse(error)
        else:
            return _done(request, kind, thing, f"Shared with {share.name or share.to}.")
    return _show(request, kind, thing, form, status=200 if not form.errors or is_partial(request) else 422)


@page
@require_POST
def withdraw(request: HttpRequest, kind: str, id: str, share_id: str) -> HttpResponse:  # noqa: A002
    actor, what = actor_of(request), SHAREABLE[kind]
    thing = find(what.model, id, actor, what.share)
    share = what.take(thing, share_id, actor=actor)
    return _done(request, kind, thing, f"No longer shared with {share.name or share.to}.")


@page
@require_http_methods(["GET", "POST"])
def transfer(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    actor = actor_of(request)
    session = find(BrowserSession, id, actor, Permission.SESSION_TRANSFER)
    mates = list(mates_of(session.owner).order_by("email")[:MOST_MATES]) if session.owner else []
    form = TransferForm(request.POST or None, mates=[(mate.public_id, mate.email) for mate in mates])
    if form.is_valid():
        try:
            moved = transfer_session(session, form.cleaned_data["to"], actor=actor)
        except Invalid as error:
            form.refuse(error)
        except GridError as error:
            form.add_error(None, error.detail)
        else:
            name = moved.owner.email if moved.owner else ""
            messages.success(request, f"The session is {name}'s now. Addresses that you had of it lead nowhere.")
            return _to(request, "dashboard:sessions")
    context = {"session": session, "form": form, "mates": mates, "in_sheet": is_partial(request)}
    template = "dashboard/share/transfer_form.html" if is_partial(request) else "dashboard/share/transfer.html"
    return render(request, template, context, status=422 if form.errors and not is_partial(request) else 200)


def _form(request: HttpRequest, kind: str) -> ShareForm:
    data = request.POST if request.method == "POST" else None
    return ShareForm(data, teams=list(own_teams(actor_of(request))), levels=choices(kind))


def _done(request: HttpRequest, kind: str, thing: Identified, said: str) -> HttpResponse:
    if not is_partial(request):
        messages.success(request, said)
        return redirect(f"dashboard:{kind}-shares", thing.public_id)
    form = ShareForm(None, teams=list(own_teams(actor_of(request))), levels=choices(kind))
    response = _show(request, kind, thing, form, changed=True)
    response["HX-Trigger"] = toast(said)
    return response


def _show(
    request: HttpRequest, kind: str, thing: Identified, form: ShareForm, *, status: int = 200, changed: bool = False
) -> HttpResponse:
    """`changed`: the panel on the page behind the sheet is sent along."""
    in_sheet = is_partial(request)
    context = {
        "sharing": sharing_of(kind, thing, actor_of(request)),
        "form": form,
        "in_sheet": in_sheet,
        "changed": changed,
        "may_transfer": kind == "sessions" and not getattr(thing, "is_ended", True),
    }
    template = "dashboard/share/sheet.html" if in_sheet else "dashboard/share/page.html"
    return render(request, template, context, status=status)


def _to(request: HttpRequest, name: str) -> HttpResponse:
    response = redirect(name)
    if not is_partial(request):
        return response
    answer = HttpResponse(status=204)
    answer["HX-Redirect"] = response["Location"]
    return answer
