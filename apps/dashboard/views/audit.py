"""The audit log: one's own actions; for staff everybody's, with filters."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET

from apps.access.actor import Actor
from apps.audit.actions import WORDS, Action
from apps.audit.models import Entry
from apps.audit.queries import Wanted, names_of, narrowed, shows_address, visible_entries
from apps.core.identifiers import decode, encode
from apps.dashboard.asking import actor_of
from apps.dashboard.views.page import is_partial, page
from apps.pools.models import Pool
from apps.pools.queries import pool_names

PAGE = 50
POOLS = "pools"  # of a token: the only ones that it serves
NAMES = ("action", "person", "thing", "since", "until")


@dataclass(frozen=True)
class Change:
    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Row:
    id: str
    at: datetime
    who: str
    words: str
    thing: str
    address: str
    changes: tuple[Change, ...]


@page
@require_GET
def audit(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    given = {name: request.GET.get(name, "").replace("\x00", "").strip()[:80] for name in NAMES}
    entries = narrowed(visible_entries(actor), _wanted(given, actor))
    if (key := decode(Entry.prefix, request.GET.get("before", ""))) is not None:
        entries = entries.filter(pk__lt=key)
    found = list(entries[: PAGE + 1])
    names = names_of(found)
    pools = _pools(found, actor)
    rows = [_row(entry, names, pools, actor) for entry in found[:PAGE]]
    query = urlencode({name: value for name, value in given.items() if value})
    context = {
        "rows": rows,
        "more_url": f"{reverse('dashboard:audit')}?{query}&before={rows[-1].id}" if len(found) > PAGE else "",
        "given": given,
        "is_narrowed": bool(query),
        "is_staff": actor.sees_all,
        "actions": [(str(action), WORDS[action]) for action in sorted(Action, key=lambda known: WORDS[known])],
    }
    return render(request, f"dashboard/audit/{'rows' if is_partial(request) else 'page'}.html", context)


def _wanted(given: dict[str, str], actor: Actor) -> Wanted:
    """What cannot be understood narrows nothing; a page of nothing would look like a quiet grid."""
    action = given["action"] if given["action"] in set(Action) else ""
    return Wanted(
        action=action,
        person=given["person"] if actor.sees_all else "",
        thing=given["thing"],
        since=_day(given["since"]),
        until=_day(given["until"], after=1),
    )


def _day(text: str, *, after: int = 0) -> datetime | None:
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=after) if day else None


def _pools(entries: Iterable[Entry], actor: Actor) -> dict[str, str]:
    """What the pools that entries name by their ids are called."""
    words = {word for entry in entries for word in _listed(entry.after)}
    keys = [key for word in words if (key := decode(Pool.prefix, word))]
    return {encode(Pool.prefix, key): name for key, name in pool_names(actor, keys).items()}


def _row(entry: Entry, names: Mapping[UUID, str], pools: Mapping[str, str], actor: Actor) -> Row:
    shows = shows_address(entry, actor)
    who = names.get(entry.person_id, entry.person_public_id) if entry.person_id else ""
    own = actor.user is not None and entry.person_id == actor.user.pk
    return Row(
        id=entry.public_id,
        at=entry.at,
        who="You" if own and not actor.sees_all else who or "Nobody signed in",
        words=WORDS[Action(entry.action)] if entry.action in set(Action) else entry.action,
        thing=entry.thing,
        address=entry.address if shows else "",
        changes=_changes(entry, pools),
    )


def _changes(entry: Entry, pools: Mapping[str, str]) -> tuple[Change, ...]:
    before: dict[str, Any] = entry.before or {}
    after: dict[str, Any] = entry.after or {}
    if listed := _listed(entry.after):
        after = after | {POOLS: [pools.get(word, word) for word in listed]}
    names = dict.fromkeys([*before, *after])
    changes = (Change(name, _said(before.get(name)), _said(after.get(name))) for name in names)
    return tuple(change for change in changes if change.before or change.after)


def _listed(fields: Mapping[str, Any] | None) -> list[str]:
    """The pools that are named there."""
    found = (fields or {}).get(POOLS)
    return [str(word) for word in found] if isinstance(found, list) else []


def _said(value: Any) -> str:
    match value:
        case None | "":
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(_said(item) for item in value)
        case dict():
            return ", ".join(f"{name}={_said(inner)}" for name, inner in value.items())
    return str(value)
