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
from apps.api.aside import aside
from apps.core.errors import Invalid
from apps.events.bus import Topic
from apps.events.models import Event
from apps.events.news import News, closing
from apps.tokens.services import revoked

MEDIA_TYPE = "text/event-stream"
BATCH = 200
LOOK_SECONDS = 1.0
CHECK_SECONDS = 2.0  # a revoked credential's stream ends this soon
BEAT_SECONDS = 10.0  # a comment keeps proxies from closing
RETRY_MILLISECONDS = 2000
LONGEST_NUMBER = 18  # digits of a place

news = News(Topic.NEWS)


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
            if await aside(revoked, [source.actor.credential]):
                return
        if events:
            said = now
        elif now - said >= BEAT_SECONDS:
            said = now
            yield ": still here\n\n"
        if len(events) < BATCH:
            await news.wait(LOOK_SECONDS)
