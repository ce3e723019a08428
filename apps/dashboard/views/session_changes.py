"""What may be changed while a session lives: its name, what is noted on it, its end, whether it waits for clients."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from apps.access.lookup import find
from apps.access.permissions import Permission
from apps.core import clock
from apps.core.errors import Conflict, Ended, Invalid
from apps.dashboard.asking import actor_of
from apps.dashboard.forms.sessions import typed_pairs
from apps.dashboard.spans import in_words
from apps.dashboard.views.page import is_partial, page, toast
from apps.dashboard.views.session import whole
from apps.sessions.models import BrowserSession
from apps.sessions.services import change_session

STEPS = {"900": 900, "3600": 3600, "longest": 7 * 24 * 3600}  # more seconds of life; the pool's limit holds


@page
@require_POST
def change(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002 - the address's own word
    """A key without a value stays, with an empty one; a row without a key goes."""
    pairs = typed_pairs(request.POST)
    metadata = {key: text for key, text in pairs if key}
    if len(metadata) < sum(1 for key, _ in pairs if key):
        typed = {"name": request.POST.get("name", ""), "pairs": pairs, "wrong": {"metadata": "Each key stands once."}}
        return _answer(request, id, typed)
    changes = {"name": request.POST.get("name", "").strip(), "metadata": metadata}
    try:
        _apply(request, id, changes)
    except Invalid as error:
        typed = {"name": changes["name"], "pairs": pairs, "wrong": error.fields or {"name": error.detail}}
        return _answer(request, id, typed)
    return _answer(request, id, None, said="Saved.")


@page
@require_POST
def extend(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    """So much longer than it would live now."""
    step = STEPS.get(request.POST.get("more", ""), 0)
    session = find(BrowserSession, id, actor_of(request), Permission.SESSION_CONTROL)
    if not step:
        return _answer(request, id, None)
    left = max((session.expires_at - clock.now()).total_seconds(), 0) if session.expires_at else 0
    changed = _apply(request, id, {"timeout": min(max(int(left) + step, 1), STEPS["longest"])})
    gained = (
        (changed.expires_at - session.expires_at).total_seconds() if changed.expires_at and session.expires_at else 0
    )
    longest = in_words(changed.pool.timeout_minutes * 60)
    said = f"Extended by {in_words(gained)}." if gained >= 1 else f"It lives as long as its pool lets it: {longest}."
    return _answer(request, id, None, said=said)


@page
@require_POST
def keep_alive(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    wanted = request.POST.get("keep_alive") == "true"
    try:
        _apply(request, id, {"keep_alive": wanted})
    except Conflict as error:
        return _answer(request, id, None, said=error.detail, level="error")
    said = "It waits for you between connections." if wanted else "It ends with the last disconnect."
    return _answer(request, id, None, said=said)


def _apply(request: HttpRequest, id: str, changes: Mapping[str, Any]) -> BrowserSession:  # noqa: A002
    actor = actor_of(request)
    session = find(BrowserSession, id, actor, Permission.SESSION_CONTROL)
    try:
        return change_session(session, changes, actor=actor)
    except Ended as error:
        raise Conflict("session_ended", f"{error.detail} Nothing of it can be changed any more.") from error


def _answer(
    request: HttpRequest,
    id: str,  # noqa: A002
    typed: dict[str, Any] | None,
    *,
    said: str = "",
    level: str = "success",
) -> HttpResponse:
    """The page's parts as they are now; what was refused, beside its field."""
    if is_partial(request):
        response = render(request, "dashboard/sessions/changed.html", whole(request, id) | {"typed": typed})
        if said:
            response["HX-Trigger"] = toast(said, level=level)
        return response
    if typed:
        return render(request, "dashboard/sessions/one.html", whole(request, id) | {"typed": typed}, status=422)
    if said:
        messages.add_message(request, messages.ERROR if level == "error" else messages.SUCCESS, said)
    return redirect("dashboard:sessions-one", id)
