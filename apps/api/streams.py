"""Server-sent events: one loop for every stream, reading on by its own place on a hint and at least every second.

It subscribes before it reads, so nothing falls between; without Redis it is slower and loses nothing.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from time import monotonic
from typing import Any

from django.http import StreamingHttpResponse
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from apps.access.actor import Actor
from apps.accounts.cookie_sessions import is_alive
from apps.api.aside import aside
from apps.core import clock
from apps.core.errors import Invalid
from apps.events.bus import Topic
from apps.events.models import Event
from apps.events.news import News, closing
from apps.tokens.services import revoked

MEDIA_TYPE = "text/event-stream"
BATCH = 200
LOOK_SECONDS = 1.0
CHECK_SECONDS = 0.5  # whether the credential still works is asked no more often
BEAT_SECONDS = 10.0  # a comment keeps proxies from closing
RETRY_MILLISECONDS = 2000
LONGEST_NUMBER = 18  # digits of a place

news = News(Topic.NEWS, Topic.REVOKED)


class EventStreamRenderer(BaseRenderer):
    """Only so that DRF agrees to `Accept: text/event-stream`; the stream itself is no rendered value."""

    media_type = MEDIA_TYPE
    format = "event-stream"

    def render(self, data: Any, *_: Any, **__: Any) -> bytes:
        return json.dumps(data).encode()


class Source(ABC):
    """What a stream tells. `place` is where it stands: the last number told."""

    def __init__(self, actor: Actor, place: int) -> None:
        self.actor = actor
        self.place = place

    @abstractmethod
    def read(self) -> tuple[Sequence[tuple[int, Event]], bool]:
        """What follows `place`, at most BATCH, each with its number; and whether nothing more will ever come."""

    def is_allowed(self) -> bool:
        """Whether the actor may still hear it: a share may have been withdrawn."""
        return True

    @abstractmethod
    def shape(self, event: Event) -> dict[str, Any]:
        """The event as JSON."""


def wants_stream(request: Request) -> bool:
    return bool(request.accepted_renderer.media_type == MEDIA_TYPE)


def last_event_id(request: Request) -> int | None:
    """Raises Invalid where it is none that we gave."""
    text = request.headers.get("Last-Event-ID", "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()) or len(text) > LONGEST_NUMBER:
        raise Invalid("invalid", "Last-Event-ID: Not one of ours.", fields={"Last-Event-ID": "Not one of ours."})
    return int(text)


def stream(source: Source) -> StreamingHttpResponse:
    response = StreamingHttpResponse(_told(source), content_type=MEDIA_TYPE)
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


def _is_void(actor: Actor) -> bool:
    """Whether the token was revoked, or the browser signed out."""
    return bool(revoked([actor.credential])) or bool(actor.cookie and not is_alive(actor.cookie, clock.now()))


async def _told(source: Source) -> AsyncIterator[str]:
    yield f"retry: {RETRY_MILLISECONDS}\n: from here on\n\n"
    await news.wait(0)  # subscribed before the first look
    checked = said = monotonic()
    while not closing.is_set():
        events, is_over = await aside(source.read)
        for place, event in events:
            source.place = place
            yield f"id: {place}\nevent: {event.type}\ndata: {json.dumps(source.shape(event))}\n\n"
        if is_over:
            return
        now = monotonic()
        if now - checked >= CHECK_SECONDS:
            checked = now
            if await aside(_is_void, source.actor) or not await aside(source.is_allowed):
                return
        if events:
            said = now
        elif now - said >= BEAT_SECONDS:
            said = now
            yield ": still here\n\n"
        if len(events) < BATCH:
            await news.wait(LOOK_SECONDS)
