"""A session as pages show it: the row of a table, the facts of its page, the sentence of its end."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from apps.access.actor import Actor
from apps.access.lookup import may_each
from apps.access.permissions import Permission
from apps.dashboard.endings import Ending, Limits, ending
from apps.dashboard.states import words
from apps.pools.queries import shows_pool
from apps.sessions.lifecycle import SessionState
from apps.sessions.models import BrowserSession

SHORT = 8  # letters at an id's end that tell two of them apart


@dataclass(frozen=True)
class SessionRow:
    id: str
    state: str
    title: str
    is_named: bool
    url: str
    pool: str
    pool_url: str
    owner: str
    clients: int
    browser: str
    created_at: datetime
    since: datetime | None
    until: datetime | None
    ending: Ending | None
    can_release: bool
    shared_by: str = ""  # the owner of what is another's; staff see all, so for them nothing is shared

    @property
    def word(self) -> str:
        return words(self.state).word

    @property
    def meaning(self) -> str:
        return words(self.state).meaning

    @property
    def is_ended(self) -> bool:
        return self.until is not None

    @property
    def short_id(self) -> str:
        return f"…{self.id[-SHORT:]}"


def shown_state(session: BrowserSession) -> str:
    """A session that was told to end is shown as stopping, though the reconciler has not moved it yet."""
    if session.stop_requested_at is not None and not session.is_ended:
        return SessionState.STOPPING
    return session.state


def session_rows(sessions: Iterable[BrowserSession], actor: Actor) -> list[SessionRow]:
    return [session_row(session, actor) for session in sessions]


def session_row(session: BrowserSession, actor: Actor) -> SessionRow:
    sees_pool = shows_pool(actor, session.pool)
    return SessionRow(
        id=session.public_id,
        state=shown_state(session),
        title=session.name or session.public_id,
        is_named=bool(session.name),
        url=reverse("dashboard:sessions-one", args=[session.public_id]),
        pool=session.pool.name,
        pool_url=reverse("dashboard:pools-one", args=[session.pool.public_id]) if sees_pool else "",
        owner=session.owner.email if session.owner else "",
        clients=getattr(session, "clients", 0),
        browser=str(session.version.get("Browser", "")),
        created_at=session.created_at,
        since=session.claimed_at or session.created_at,
        until=session.ended_at,
        ending=ending(session.end_reason, limits_of(session, actor)) if session.end_reason else None,
        can_release=not session.is_ended
        and session.stop_requested_at is None
        and may_each(actor, Permission.SESSION_CONTROL, session),
        shared_by=session.owner.email if session.owner and not actor.sees_all and not _is_own(session, actor) else "",
    )


def limits_of(session: BrowserSession, actor: Actor | None = None) -> Limits:
    return Limits(
        connect_seconds=settings.GRID.connect_seconds,
        start_seconds=settings.GRID.start_timeout_seconds,
        idle_seconds=session.idle_timeout_seconds or session.pool.idle_timeout_seconds,
        timeout_minutes=session.pool.timeout_minutes,
        pool=session.pool.name,
        is_own=actor is None or _is_own(session, actor),
    )


def _is_own(session: BrowserSession, actor: Actor) -> bool:
    return actor.user is not None and session.owner_id == actor.user.pk
