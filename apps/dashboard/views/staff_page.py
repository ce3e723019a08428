"""A page for staff alone. For everybody else the address leads nowhere, whatever the method."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse

from apps.access.staff import staff_only
from apps.dashboard.asking import actor_of
from apps.dashboard.views.page import page

P = ParamSpec("P")


def staff_page(view: Callable[Concatenate[HttpRequest, P], HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def inner(request: HttpRequest, *arguments: P.args, **options: P.kwargs) -> HttpResponse:
        staff_only(actor_of(request))
        return view(request, *arguments, **options)

    return page(inner)  # type: ignore[arg-type] # mypy names the first parameter of what `wraps` made
