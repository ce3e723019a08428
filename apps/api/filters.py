"""Narrowing lists by what the query names. Every filter is named after a field; a value that cannot be is 422."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from rest_framework.request import Request

from apps.api.endpoint import query_of
from apps.core import clock
from apps.core.errors import Invalid
from apps.core.identifiers import decode
from apps.events.catalog import EventType
from apps.events.models import Event
from apps.events.queries import between
from apps.sessions.filters import SessionFilters, filters_from
from apps.sessions.models import BrowserSession


def session_filters(request: Request) -> SessionFilters:
    """By what `apps.sessions.filters` understands, which the pages take too. Raises Invalid naming what is wrong."""
    filters = filters_from(request.GET)
    if filters.wrong:
        listed = "; ".join(f"{name}: {why}" for name, why in filters.wrong.items())
        raise Invalid("invalid", listed, fields=filters.wrong)
    return filters


def narrowed_events(rows: QuerySet[Event], request: Request) -> QuerySet[Event]:
    """By `type` (several: comma), `session`, `since` and `until`."""
    types = _words(request, "type", set(EventType))
    if types:
        rows = rows.filter(type__in=types)
    session = query_of(request, "session")
    if session:
        rows = rows.filter(session_id=_key("session", BrowserSession.prefix, session))
    return between(rows, moment_of(request, "since"), moment_of(request, "until"))


def wanted_types(request: Request) -> frozenset[str]:
    """Of a stream; none: all."""
    return frozenset(_words(request, "type", set(EventType)))


def _words(request: Request, name: str, known: set[str]) -> list[str]:
    words = [word for word in query_of(request, name).split(",") if word]
    unknown = [word for word in words if word not in known]
    if unknown:
        raise Invalid("invalid", f"{name}: There is no {unknown[0][:60]!r}.", fields={name: "There is no such value."})
    return words


def _key(name: str, prefix: str, word: str) -> UUID:
    key = decode(prefix, word)
    if key is None:
        raise Invalid("invalid", f"{name}: Not an id.", fields={name: "Not an id."})
    return key


def moment_of(request: Request, name: str) -> datetime | None:
    """A time that the query names. Raises Invalid."""
    text = query_of(request, name)
    if not text:
        return None
    value = clock.read(text.replace(" ", "+"))  # a `+` that nobody encoded
    if value is None:
        words = "Give a time as 2026-11-21T10:00:00Z."
        raise Invalid("invalid", f"{name}: {words}", fields={name: words})
    return value
