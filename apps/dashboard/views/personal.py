"""One's own data: all of it as an archive, and the end of the account."""

from collections.abc import AsyncIterator, Iterator

from allauth.account.decorators import reauthentication_required
from asgiref.sync import sync_to_async
from django.contrib import messages
from django.contrib.auth import logout
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.core.errors import Conflict
from apps.dashboard.asking import actor_of, person
from apps.dashboard.views.page import page
from apps.personal.deletion import consequence_for, delete_account
from apps.personal.export import export


@page
@require_GET
def data(request: HttpRequest) -> HttpResponse:
    return render(request, "dashboard/settings/data.html", {"goes": consequence_for(person(request))})


@page
@require_POST
@reauthentication_required  # type: ignore[untyped-decorator] # allauth is untyped
def archive(request: HttpRequest) -> StreamingHttpResponse:
    pieces = export(person(request), actor=actor_of(request))
    response = StreamingHttpResponse(_in_threads(pieces), content_type="application/zip")
    response["Content-Disposition"] = 'attachment; filename="browsergrid.zip"'
    response["X-Accel-Buffering"] = "no"
    return response


@page
@require_http_methods(["GET", "POST"])
@reauthentication_required  # type: ignore[untyped-decorator]
def delete(request: HttpRequest) -> HttpResponse:
    """Asked for the password or a second factor before this page, and for the address on it."""
    user, refused = person(request), ""
    if request.method == "POST":
        if request.POST.get("email", "").strip().lower() != user.email.lower():
            refused = "This is not the address of your account."
        else:
            try:
                delete_account(user, actor=actor_of(request))
            except Conflict as error:
                refused = error.detail
            else:
                logout(request)
                messages.success(request, "Your account is deleted.")
                return redirect("account_login")
    context = {"goes": consequence_for(user), "refused": refused}
    return render(request, "dashboard/settings/delete.html", context, status=422 if refused else 200)


async def _in_threads(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Each piece read by a thread of the common pool, which gives its connection back."""

    def step() -> bytes | None:
        try:
            return next(pieces, None)
        finally:
            close_old_connections()

    while (piece := await sync_to_async(step, thread_sensitive=False)()) is not None:
        yield piece
