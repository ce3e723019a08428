"""Server-sent events: one loop for every stream, reading on by its own place on a hint and at least every second.

It subscribes before it reads, so nothing falls between; without Redis it is slower and loses nothing.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from time import monotonic
from typing import Any, Generic, TypeVar

from django.http import StreamingHttpResponse
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from apps.access.actor import Actor
from apps.accounts.queries import is_staff, live_sessions
from apps.api.aside import aside
from apps.api.v1.event_json import event_json
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
P = TypeVar("P")
T = TypeVar("T")
LONGEST_NUMBER = 18  # digits of a place

news = News(Topic.NEWS, Topic.REVOKED)


class EventStreamRenderer(BaseRenderer):
    """Only so that DRF agrees to `Accept: text/event-stream`; the stream itself is no rendered value."""

    media_type = MEDIA_TYPE
    format = "event-stream"

    def render(self, data: Any, *_: Any, **__: Any) -> bytes:
        return json.dumps(data).encode()


class Source(ABC, Generic[P, T]):
    """What a stream tells. `place` is where it stands: what the last one told leads to."""

    def __init__(self, actor: Actor, place: P) -> None:
        self.actor = actor
        self.place = place

    @abstractmethod
    def read(self) -> tuple[Sequence[tuple[P, T]], bool]:
        """What follows `place`, at most BATCH, each with its place; and whether nothing more will ever come."""

    def is_allowed(self) -> bool:
        """Whether the actor may still hear it: a share may have been withdrawn."""
        return True

    @abstractmethod
    def name(self, event: T) -> str:
        """What it is called in the stream."""

    @abstractmethod
    def shape(self, event: T) -> dict[str, Any]:
        """The event as JSON."""


class EventSource(Source[int, Event]):
    """Of the grid's own events, by their number."""

    def name(self, event: Event) -> str:
        return event.type

    def shape(self, event: Event) -> dict[str, Any]:
        return event_json(event)


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


def stream(source: Source[Any, Any]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(_told(source), content_type=MEDIA_TYPE)
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


def _is_void(actor: Actor) -> bool:
    """Whether the token was revoked, the browser signed out, or somebody who saw all is staff no more."""
    if revoked([actor.credential]) or (actor.cookie and not live_sessions([actor.cookie])):
        return True
    return actor.user is not None and actor.sees_all and not is_staff(actor.user)


async def _told(source: Source[Any, Any]) -> AsyncIterator[str]:
    yield f"retry: {RETRY_MILLISECONDS}\n: from here on\n\n"
    await news.wait(0)  # subscribed before the first look
    checked = said = monotonic()
    while not closing.is_set():
        events, is_over = await aside(source.read)
        for place, event in events:
            source.place = place
            yield f"id: {place}\nevent: {source.name(event)}\ndata: {json.dumps(source.shape(event))}\n\n"
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
