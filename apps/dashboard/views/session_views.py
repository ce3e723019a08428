"""Saved views: keep the filter that one looks through, under a name; forget it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from apps.access.lookup import one_of
from apps.core.errors import Conflict, Invalid
from apps.dashboard.asking import actor_of
from apps.dashboard.views.page import page
from apps.dashboard.wanted import wanted_from
from apps.saved_views.queries import own_views
from apps.saved_views.services import forget_view, save_view


@page
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """The query is read anew, so that only filters are kept, in the order of ours."""
    actor = actor_of(request)
    wanted = wanted_from(QueryDict(request.POST.get("query", "")[:4000]), actor)
    try:
        view = save_view(actor=actor, name=request.POST.get("name", ""), query=wanted.query)
        messages.success(request, f"“{view.name}” is saved.")
    except (Invalid, Conflict) as error:
        messages.error(request, error.detail)
    return redirect(wanted.url)


@page
@require_POST
def forget(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002 - the address's own word
    actor = actor_of(request)
    view = one_of(own_views(actor), id)
    forget_view(view, actor=actor)
    messages.success(request, f"“{view.name}” is removed.")
    return redirect(reverse("dashboard:sessions"))
