"""What people and programs ask of a session. They write wishes; the reconciler carries them out."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, Q

from apps.access.actor import Actor
from apps.access.lookup import allow
from apps.access.permissions import Permission
from apps.audit.actions import Action
from apps.audit.record import record
from apps.core import clock
from apps.core.errors import Conflict, Ended
from apps.events.catalog import EventType
from apps.nodes.leases import Held
from apps.pools.launch_rules import UNSTORABLE
from apps.sessions.advance import Raced, note, want
from apps.sessions.lifecycle import EndReason, Outcome, SessionState
from apps.sessions.models import BrowserSession, Claim
from apps.sessions.options import from_body

CHANGEABLE = ("name", "metadata", "keep_alive", "timeout")


def stop_session(
    session: BrowserSession,
    *,
    actor: Actor,
    reason: EndReason = EndReason.RELEASED,
    outcome: Outcome = Outcome.COMPLETED,
) -> bool:
    """Wish the session's end. Repeatable: True for the first wish, False where it was asked before or is over."""
    allow(actor, Permission.SESSION_CONTROL, session)
    now = clock.now()
    with transaction.atomic():
        asked = ask_to_stop([session.pk], outcome=outcome, reason=reason, now=now)
        if asked:
            session.refresh_from_db()
            want(session)
            record(actor, Action.SESSION_RELEASED, session, after={"reason": reason})
    return bool(asked)


def ask_to_stop(
    keys: Iterable[object], *, outcome: Outcome, reason: EndReason, now: datetime, still: Q | None = None
) -> int:
    """Write the wish on those of the rows that have none and are not over. Returns how many.

    `still` is what made the wish due: it must hold in this very statement, or a client that came meanwhile would lose.
    """
    rows = BrowserSession.objects.filter(pk__in=list(keys), stop_requested_at__isnull=True, ended_at__isnull=True)
    rows = rows.filter(still) if still is not None else rows
    return rows.update(stop_requested_at=now, outcome=outcome, end_reason=reason, generation=F("generation") + 1)


def ask_unclaimed_to_stop(keys: Iterable[object], *, reason: EndReason, now: datetime) -> int:
    """The same for warm sessions only: one that was claimed meanwhile is left alone."""
    rows = BrowserSession.objects.filter(pk__in=list(keys), stop_requested_at__isnull=True, owner__isnull=True)
    rows = rows.filter(state__in=[SessionState.PENDING, SessionState.STARTING, SessionState.READY])
    return rows.update(
        stop_requested_at=now, outcome=Outcome.COMPLETED, end_reason=reason, generation=F("generation") + 1
    )


def change_session(session: BrowserSession, changes: Mapping[str, Any], *, actor: Actor) -> BrowserSession:
    """Change `name`, `metadata`, `keep_alive` or `timeout` (seconds from now, within the pool's longest life).

    What differs afterwards is told by its name, never by its value: metadata may be nobody else's business. Raises
    Invalid naming a value that is wrong, Ended, Conflict.
    """
    allow(actor, Permission.SESSION_CONTROL, session)
    from_body({name: changes[name] for name in CHANGEABLE if name in changes})
    with transaction.atomic():
        row = BrowserSession.objects.select_for_update(of=("self",)).select_related("pool").get(pk=session.pk)
        if row.is_ended or row.stop_requested_at is not None:
            raise Ended("session_ended", "This session has ended.")
        now = clock.now()
        before = _audited(row)
        plain = ("name", "metadata", "keep_alive")
        fields: dict[str, Any] = {name: changes[name] for name in plain if changes.get(name) is not None}
        if changes.get("keep_alive") is True:
            fields["connect_deadline"] = None
        if changes.get("keep_alive") is False and row.keep_alive and row.status is not SessionState.RUNNING:
            raise Conflict("no_client", "A session without a client cannot give up keep_alive; release it instead.")
        if changes.get("timeout") is not None and row.claimed_at is not None:
            latest = row.claimed_at + timedelta(minutes=row.pool.timeout_minutes)
            fields["expires_at"] = min(now + timedelta(seconds=changes["timeout"]), latest)
        BrowserSession.objects.filter(pk=row.pk).update(generation=F("generation") + 1, **fields)
        if changed := [name for name in before if fields.get(name, before[name]) != before[name]]:
            note(row, EventType.SESSION_CHANGED, now=now, data={"changed": changed})
            record(actor, Action.SESSION_CHANGED, session, before=before, after=before | fields)
    session.refresh_from_db()
    return session


def _audited(session: BrowserSession) -> dict[str, Any]:
    return {name: getattr(session, name) for name in ("name", "metadata", "keep_alive", "expires_at")}


def connect_by(session: BrowserSession, usable_at: datetime) -> datetime | None:
    """When somebody must have connected to a session that is usable from that moment; one not yet fetched waits on."""
    if session.keep_alive:
        return session.connect_deadline
    soonest = usable_at + timedelta(seconds=settings.GRID.connect_seconds)
    return max(soonest, session.connect_deadline or soonest)


def fetched(session: BrowserSession) -> None:
    """Whoever polled for it has seen it: with keep_alive nothing presses any more, else 10 seconds to connect."""
    with transaction.atomic():
        now = clock.now()
        unseen = Claim.objects.filter(session=session, is_held=False, fetched_at__isnull=True)
        if not unseen.update(fetched_at=now):
            return
        row = BrowserSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
        if row.connect_deadline is not None:
            presses = row.is_usable and not row.keep_alive  # else it begins when the browser is usable
            soonest = now + timedelta(seconds=settings.GRID.connect_seconds)
            BrowserSession.objects.filter(pk=row.pk).update(connect_deadline=soonest if presses else None)
    session.refresh_from_db(fields=["connect_deadline"])


def mark(session: BrowserSession, label: str, *, actor: Actor) -> None:
    """A mark in the session's story, as `BrowserGrid.mark` makes it."""
    actor.require(Permission.SESSION_USE)
    with transaction.atomic():
        note(session, EventType.SESSION_MARKED, now=clock.now(), data={"label": UNSTORABLE.sub("?", label[:200])})


def keep_open(session: BrowserSession, seconds: int, *, actor: Actor) -> datetime | None:
    """Prolong to `seconds` from now, within the pool's longest life. Returns the new end."""
    changed = change_session(session, {"timeout": seconds}, actor=actor)
    return changed.expires_at


def adopt_launch(session: BrowserSession, launch: str, *, fence: Held) -> None:
    """The browser runs the wanted launch now, so the session is usable: the 10 seconds to connect begin."""
    with transaction.atomic():
        now = clock.now()
        rows = BrowserSession.objects.filter(Exists(fence.query()), pk=session.pk, generation=session.generation)
        deadline = connect_by(session, now) if session.status is SessionState.CLAIMED else None
        adopted = rows.update(
            launch_present=launch, start_deadline=None, connect_deadline=deadline, generation=F("generation") + 1
        )
        if not adopted:
            raise Raced
        session.refresh_from_db()
        note(session, EventType.SESSION_RELAUNCHED, now=now)
