"""The event stream of a tab: what happened that this person may see, as hints which parts to ask for anew."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from time import monotonic

from asgiref.sync import sync_to_async
from django.contrib.auth import aget_user
from django.contrib.sessions.backends.base import SessionBase
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_GET

from apps.access.actor import Actor
from apps.accounts.models import User
from apps.core.identifiers import encode
from apps.dashboard.asking import actor_for
from apps.events.bus import Topic
from apps.events.models import Event
from apps.events.news import News, closing
from apps.events.queries import after, last_position
from apps.pools.models import Pool
from apps.sessions.models import BrowserSession

BATCH = 200  # more than this at once: the page asks for everything instead
LOOK_SECONDS = 1.0  # without news the table is read this often
BEAT_SECONDS = 10.0  # keeps proxies from closing, and tells the page that we live; the cookie is checked as often
news = News(Topic.NEWS)


@require_GET
async def live(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    user = await request.auser()
    if not isinstance(user, User):
        return HttpResponse(_message("bye", {}), content_type="text/event-stream")
    asked = request.GET.get("after") or request.headers.get("Last-Event-ID", "")
    position = int(asked) if asked.isdecimal() and len(asked) < 19 else None
    response = StreamingHttpResponse(_stream(request, user, position), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


async def _stream(request: HttpRequest, user: User, position: int | None) -> AsyncIterator[str]:
    actor = actor_for(user)
    if position is None:
        position = await _last()
    yield _message("hello", {"now": datetime.now(UTC).isoformat()})
    checked = monotonic()
    while not closing.is_set():
        events = await _read(actor, position)
        if len(events) == BATCH:
            position = await _last()
            yield _message("reset", {}, position)
        for event in events if len(events) < BATCH else ():
            position = event.position or position
            yield _message("change", _told(event), position)
        await news.wait(LOOK_SECONDS)
        if monotonic() - checked >= BEAT_SECONDS:
            checked = monotonic()
            if not await _still_signed_in(request):
                yield _message("bye", {})
                return
            yield _message("beat", {})


def _told(event: Event) -> dict[str, str | None]:
    """Ids and the type; the facts are asked for by the parts that show them."""
    return {
        "type": event.type,
        "session": encode(BrowserSession.prefix, event.session_id) if event.session_id else None,
        "pool": encode(Pool.prefix, event.pool_id) if event.pool_id else None,
    }


def _message(name: str, data: object, position: int | None = None) -> str:
    place = f"id: {position}\n" if position is not None else ""
    return f"{place}event: {name}\ndata: {json.dumps(data)}\n\n"


@sync_to_async(thread_sensitive=False)
def _read(actor: Actor, position: int) -> list[Event]:
    """In a thread of the common pool, whose connection is given back: a stream must not keep one for its whole life."""
    try:
        return list(after(actor, position, limit=BATCH))
    finally:
        close_old_connections()


@sync_to_async(thread_sensitive=False)
def _last() -> int:
    try:
        return last_position()
    finally:
        close_old_connections()


async def _still_signed_in(request: HttpRequest) -> bool:
    """Whether the cookie would still be accepted: signed out elsewhere, password changed or suspended all end it."""
    former: SessionBase = request.session
    request.session = type(former)(former.session_key)
    try:
        return (await aget_user(request)).is_authenticated
    finally:
        request.session = former
