"""Narrowing lists by what the query names. Every filter is named after a field; a value that cannot be is 422."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime
from rest_framework.request import Request

from apps.access.actor import Actor
from apps.api.endpoint import query_of
from apps.core.errors import Invalid
from apps.core.identifiers import decode
from apps.events.catalog import EventType
from apps.events.models import Event
from apps.pools.models import Pool
from apps.sessions.lifecycle import SessionState
from apps.sessions.metadata import noted
from apps.sessions.models import BrowserSession
from apps.sessions.options import UNSTORABLE

METADATA = "metadata."
MOST_METADATA = 10
LONGEST_KEY = 60


def narrowed_sessions(rows: QuerySet[BrowserSession], request: Request, actor: Actor) -> QuerySet[BrowserSession]:
    """By `state` (several: comma), `pool` (name or id), `owner` and `metadata.<key>`."""
    states = _words(request, "state", set(SessionState))
    if states:
        rows = rows.filter(state__in=states)
    pool = query_of(request, "pool")
    if pool:
        rows = rows.filter(_pool(pool, actor))
    owner = query_of(request, "owner")
    if owner:
        rows = rows.filter(owner=_key("owner", "usr", owner))
    return noted(rows, _metadata(request))


def narrowed_events(rows: QuerySet[Event], request: Request) -> QuerySet[Event]:
    """By `type` (several: comma), `session`, `since` and `until`."""
    types = _words(request, "type", set(EventType))
    if types:
        rows = rows.filter(type__in=types)
    session = query_of(request, "session")
    if session:
        rows = rows.filter(session_id=_key("session", BrowserSession.prefix, session))
    since, until = _time(request, "since"), _time(request, "until")
    if since:
        rows = rows.filter(occurred_at__gte=since)
    if until:
        rows = rows.filter(occurred_at__lt=until)
    return rows


def wanted_types(request: Request) -> frozenset[str]:
    """Of a stream; none: all."""
    return frozenset(_words(request, "type", set(EventType)))


def _pool(word: str, actor: Actor) -> Q:
    """By name; by id only pools that the actor sees, so that ids tell nothing."""
    key = decode(Pool.prefix, word)
    if key is None:
        return Q(pool__name=word)
    return Q(pool=key) if actor.sees_all else Q(pool=key, pool__owner=actor.user)


def _metadata(request: Request) -> dict[str, str]:
    names = [name for name in request.GET if name.startswith(METADATA)]
    if len(names) > MOST_METADATA:
        raise Invalid("invalid", f"At most {MOST_METADATA} metadata filters.", fields={"metadata": "Too many."})
    wanted = {name.removeprefix(METADATA): query_of(request, name) for name in names}
    if any(not key or len(key) > LONGEST_KEY or UNSTORABLE.search(key) for key in wanted):
        raise Invalid("invalid", "metadata: Name a key.", fields={"metadata": "Name a key."})
    return wanted


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


def _time(request: Request, name: str) -> datetime | None:
    text = query_of(request, name)
    if not text:
        return None
    try:
        value = parse_datetime(text.replace(" ", "+"))  # a `+` that nobody encoded
    except ValueError:
        value = None
    if value is None or value.tzinfo is None:
        words = "Give a time as 2026-11-21T10:00:00Z."
        raise Invalid("invalid", f"{name}: {words}", fields={name: words})
    return value
