"""What every page shares: a signed-in person, no caching, and an error of ours as a page or a toast with its status."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from apps.audit.refusals import refused
from apps.core.errors import GridError
from apps.dashboard.asking import actor_of

P = ParamSpec("P")
OWN_PAGES = {403, 404, 410, 429, 503}


def page(view: Callable[Concatenate[HttpRequest, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Errors of ours become what a person can read; all others are the server's and stay 500."""

    @wraps(view)
    def inner(request: HttpRequest, *arguments: P.args, **options: P.kwargs) -> HttpResponse:
        try:
            return view(request, *arguments, **options)
        except GridError as error:
            if error.status == 403:
                refused(actor_of(request), code=error.code, method=str(request.method), path=request.path)
            return refusal(request, error)

    return never_cache(login_required(inner))


def refusal(request: HttpRequest, error: GridError) -> HttpResponse:
    if is_partial(request):
        response = HttpResponse(status=error.status)
        response["HX-Trigger"] = toast(error.detail, level="error")
    else:
        name = f"{error.status}.html" if error.status in OWN_PAGES else "fault.html"
        response = render(request, name, {"error": error}, status=error.status)
    if error.retry_after is not None:
        response["Retry-After"] = str(error.retry_after)
    return response


def is_partial(request: HttpRequest) -> bool:
    """Asked by htmx or by the live updates, for a piece of a page."""
    return request.headers.get("HX-Request") == "true" or request.headers.get("X-Live") == "1"


def toast(message: str, *, level: str = "success") -> str:
    """The value of an HX-Trigger header that makes <bg-toaster> say it. ASCII, as headers must be."""
    return json.dumps({"bg:toast": {"level": level, "message": message}})
