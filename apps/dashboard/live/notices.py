"""Events of mine that are worth a toast wherever I am: what failed, who asks for me, a quota nearly used up."""

from datetime import timedelta
from typing import Any

from django.urls import reverse

from apps.access.actor import Actor
from apps.accounts.models import User
from apps.core import clock
from apps.dashboard.endings import ending
from apps.dashboard.meters import quota_rows
from apps.dashboard.rows import limits_of
from apps.events.catalog import EventType
from apps.events.models import Event
from apps.sessions.lifecycle import SessionState
from apps.sessions.queries import visible_sessions

NEW = timedelta(seconds=60)  # what is replayed after a longer gap stands on the pages, and needs no toast


def notice(event: Event, actor: Actor) -> dict[str, Any] | None:
    """`group` joins toasts of one kind into one that counts."""
    if actor.user is None or event.owner_id != actor.user.pk or clock.now() - event.occurred_at > NEW:
        return None
    if event.type == EventType.SESSION_ENDED and event.data.get("outcome") == SessionState.ERROR:
        return _failed(event, actor)
    if event.type == EventType.SESSION_CLAIMED:
        return _scarce(actor.user)
    if event.type == EventType.TAKEOVER_REQUESTED:
        return _wanted(event, actor)
    return None


def _wanted(event: Event, actor: Actor) -> dict[str, Any] | None:
    """The automation waits: this stays until somebody comes."""
    session = visible_sessions(actor).filter(pk=event.session_id).first() if event.session_id else None
    if session is None:
        return None
    reason = str(event.data.get("reason") or "It waits until you hand back.")
    return {
        "level": "error",
        "message": f"{session.name or 'A session'} asks you to take over. {reason}",
        "link": {"url": reverse("dashboard:sessions-one", args=[session.public_id]), "label": "Take over"},
        "group": f"takeover-{session.public_id}",
    }


def _scarce(user: User) -> dict[str, Any] | None:
    """The scarcest quota, said at each claim while it is nearly used up."""
    rows = [row for row in quota_rows(user, clock.now()) if row.is_scarce]
    if not rows:
        return None
    row = max(rows, key=lambda row: row.share)
    return {
        "level": "warning",
        "message": f"{row.warning}. {row.advice}",
        "link": {"url": reverse("dashboard:usage"), "label": "See usage"},
        "group": "quota",
    }


def _failed(event: Event, actor: Actor) -> dict[str, Any] | None:
    session = visible_sessions(actor).filter(pk=event.session_id).first() if event.session_id else None
    if session is None or not session.end_reason:
        return None
    why = ending(session.end_reason, limits_of(session)).what
    return {
        "level": "error",
        "message": f"{session.name or 'A session failed'}: {why[0].lower()}{why[1:]}",
        "link": {"url": reverse("dashboard:sessions-one", args=[session.public_id]), "label": "See what happened"},
        "group": "session-failed",
        "many": "{n} sessions failed",
        "all": {"url": f"{reverse('dashboard:sessions')}?state=failed", "label": "See them"},
    }
