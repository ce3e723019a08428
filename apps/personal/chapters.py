"""What belongs to one person, row by row as JSON, without secrets: the chapters of an account's export."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, TypeVar
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db.models import Model, Q, QuerySet

from apps.accounts.devices import devices_of
from apps.accounts.models import Device, Membership, User
from apps.audit.models import Entry
from apps.core.identifiers import encode
from apps.events.models import Event
from apps.pools.models import Pool
from apps.recordings.models import Recording, SessionFile
from apps.recordings.queries import files_by, recordings_by
from apps.saved_views.models import SavedView
from apps.sessions.models import BrowserSession
from apps.tokens.models import ApiToken

M = TypeVar("M", bound=Model)
Row = dict[str, Any]
PAGE = 500  # rows read at a time: nothing is held open between two of them

POOL_FIELDS = (
    "name", "min", "max", "max_concurrency", "timeout_minutes", "idle_timeout_seconds", "per_user_limit", "queue_limit",
    "viewport_width", "viewport_height", "labels", "deleted_at",
)  # fmt: skip
SESSION_FIELDS = (
    "name", "metadata", "state", "outcome", "end_reason", "keep_alive", "claimed_at", "connected_at", "ended_at",
    "active_seconds",
)  # fmt: skip


@dataclass(frozen=True)
class Chapter:
    """One file of the archive. `rows` reads as it is asked."""

    name: str
    rows: Callable[[User], Iterator[Row]]


def _rows(queryset: QuerySet[M], shape: Callable[[M], Row]) -> Iterator[Row]:
    """In the order of the key, a page at a time."""
    last: Any = None
    while True:
        ahead = queryset if last is None else queryset.filter(pk__gt=last)
        found = list(ahead.order_by("pk")[:PAGE])
        yield from map(shape, found)
        if len(found) < PAGE:
            return
        last = found[-1].pk


def _profile(user: User) -> Iterator[Row]:
    yield {
        "id": user.public_id,
        "email": user.email,
        "name": user.name,
        "is_staff": user.is_staff,
        "joined_at": user.date_joined,
        "last_sign_in_at": user.last_login,
    }


def _ways_in(user: User) -> Iterator[Row]:
    addresses = EmailAddress.objects.filter(user=user)
    factors = Authenticator.objects.filter(user=user)
    accounts = SocialAccount.objects.filter(user=user)
    return chain(
        _rows(addresses, lambda row: {"kind": "email", "email": row.email, "is_confirmed": row.verified}),
        _rows(
            factors,
            lambda row: {
                "kind": row.type,
                "name": str(row.data.get("name", "")),
                "created_at": row.created_at,
                "last_used_at": row.last_used_at,
            },
        ),
        _rows(accounts, lambda row: {"kind": "connected", "provider": row.provider, "id": row.uid}),
    )


def _device(row: Device) -> Row:
    return {
        "id": row.public_id,
        "address": row.address,
        "user_agent": row.user_agent,
        "created_at": row.created_at,
        "last_seen_at": row.last_seen_at,
    }


def _membership(row: Membership) -> Row:
    return {"id": row.team.public_id, "name": row.team.name, "role": row.role, "since": row.created_at}


def _token(row: ApiToken) -> Row:
    names = ("name", "start", "last4", "scopes", "pools", "created_at", "expires_at", "last_used_at", "revoked_at")
    return {"id": row.public_id, **_picked(row, names)}


def _pool(row: Pool) -> Row:
    return {"id": row.public_id, "created_at": row.created_at, **_picked(row, POOL_FIELDS)}


def _session(row: BrowserSession) -> Row:
    pool = encode(Pool.prefix, row.pool_id)
    return {"id": row.public_id, "pool": pool, "created_at": row.created_at, **_picked(row, SESSION_FIELDS)}


def _recording(row: Recording) -> Row:
    """Their bytes are fetched session by session: they may be many gigabytes."""
    names = ("kind", "state", "started_at", "ended_at", "bytes", "expires_at", "error")
    return {"id": row.public_id, "session": encode(BrowserSession.prefix, row.session_id), **_picked(row, names)}


def _file(row: SessionFile) -> Row:
    names = ("kind", "name", "url", "bytes", "sha256", "created_at", "expires_at")
    return {"id": row.public_id, "session": encode(BrowserSession.prefix, row.session_id), **_picked(row, names)}


def _event(row: Event) -> Row:
    session = encode(BrowserSession.prefix, row.session_id) if row.session_id else None
    return {
        "id": row.public_id,
        "type": row.type,
        "at": row.occurred_at,
        "session": session,
        "sequence": row.sequence,
        "data": row.data,
    }


def _entry(row: Entry) -> Row:
    """What others did to the account is told without where they were."""
    return {"id": row.public_id, **_picked(row, ("at", "action", "kind", "thing", "before", "after"))}


def _entries(user: User) -> Iterator[Row]:
    own = Q(person_id=user.pk) | Q(thing=user.public_id)
    return _rows(
        Entry.objects.filter(own),
        lambda row: _entry(row) | {"address": row.address if row.person_id == user.pk else ""},
    )


def _picked(row: Model, names: tuple[str, ...]) -> Row:
    return {name: getattr(row, name) for name in names}


CHAPTERS = (
    Chapter("profile", _profile),
    Chapter("ways_to_sign_in", _ways_in),
    Chapter("devices", lambda user: _rows(devices_of(user), _device)),
    Chapter("teams", lambda user: _rows(Membership.objects.filter(user=user).select_related("team"), _membership)),
    Chapter("tokens", lambda user: _rows(ApiToken.objects.filter(owner=user), _token)),
    Chapter("pools", lambda user: _rows(Pool.objects.filter(owner=user), _pool)),
    Chapter("sessions", lambda user: _rows(BrowserSession.objects.filter(owner=user), _session)),
    Chapter("recordings", lambda user: _rows(recordings_by(user), _recording)),
    Chapter("files", lambda user: _rows(files_by(user), _file)),
    Chapter(
        "saved_views",
        lambda user: _rows(SavedView.objects.filter(owner=user), lambda row: _picked(row, ("name", "query"))),
    ),
    Chapter("events", lambda user: _rows(Event.objects.filter(owner=user), _event)),
    Chapter("audit", _entries),
)


def as_json(value: object) -> str:
    """What JSON itself cannot say."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value).__name__)
