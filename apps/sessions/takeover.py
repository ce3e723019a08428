"""A person takes the automation's place in a session, and gives it back.

The automation may ask for it and wait (`BrowserGrid.requestTakeover`); a person may also take it unasked. Whoever holds
control has an interactive view ticket, which goes with it: the server, not the page, decides who may act.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from apps.access.actor import Actor
from apps.access.lookup import allow
from apps.access.permissions import Permission
from apps.audit.actions import Action
from apps.audit.record import record
from apps.core import clock
from apps.core.errors import Conflict, Ended, Invalid
from apps.events.catalog import EventType
from apps.sessions.advance import note
from apps.sessions.models import BrowserSession, Connection, Takeover, Ticket
from apps.sessions.tickets import person_of, revoke_ticket
from apps.sessions.viewing import make_view

USUAL_SECONDS = 300
MOST_SECONDS = 3600
HELD_SECONDS = 12 * 3600  # how long control can be held without being taken anew
AWAY_SECONDS = 30  # a holder whose view is closed for so long has left


class Ending(StrEnum):
    HANDED_BACK = "handed_back"
    TAKEN_OVER = "taken_over"  # by somebody else
    LEFT = "left"  # the view was closed
    TIMED_OUT = "timed_out"  # nobody came in time
    SESSION_ENDED = "session_ended"


def request_takeover(
    session: BrowserSession, *, actor: Actor, reason: str = "", seconds: int = USUAL_SECONDS
) -> Takeover:
    """The automation asks for a person. One that is open already, asked for or held, answers for this one too."""
    allow(actor, Permission.SESSION_USE, session)
    if not 1 <= seconds <= MOST_SECONDS:
        detail = f"Must be from 1 to {MOST_SECONDS} seconds."
        raise Invalid("invalid", f"timeout: {detail}", fields={"timeout": detail})
    with transaction.atomic():
        row, now = _locked(session), clock.now()
        found = open_takeover(row)
        if found is not None:
            if found.requested_at is None:  # held by somebody who came unasked: from now on the automation waits
                found.requested_at = now
                found.save(update_fields=["requested_at"])
            return found
        takeover = Takeover.objects.create(
            session=row, reason=reason.strip()[:200], requested_at=now, expires_at=now + timedelta(seconds=seconds)
        )
        _tell(row, EventType.TAKEOVER_REQUESTED, takeover, now)
    return takeover


def take_control(session: BrowserSession, *, actor: Actor, from_others: bool = False) -> tuple[Takeover, str]:
    """The person holds control now; with it the secret of an interactive ticket.

    Raises Conflict where somebody else holds it, unless it is to be taken `from_others`.
    """
    allow(actor, Permission.SESSION_CONTROL, session)
    person = person_of(actor)
    with transaction.atomic():
        row, now = _locked(session), clock.now()
        found = open_takeover(row)
        takeover = found or Takeover(session=row)
        if found is not None and found.started_at is not None:
            if found.person_id != person.pk and not from_others:
                raise Conflict("control_is_held", "Somebody else has control. You may take it from them.")
            _finish(row, found, Ending.TAKEN_OVER, now)
            # An automation that asked for the first waits on, for this one.
            asked = {"reason": found.reason, "requested_at": found.requested_at, "expires_at": found.expires_at}
            takeover = Takeover(session=row, **asked)
        ticket, secret = make_view(row, actor=actor, interactive=True, seconds=HELD_SECONDS)
        takeover.person, takeover.ticket, takeover.started_at = person, ticket, now
        takeover.save()
        _tell(row, EventType.TAKEOVER_STARTED, takeover, now)
        record(actor, Action.SESSION_CONTROL_TAKEN, row)
    return takeover, secret


def hand_back(session: BrowserSession, *, actor: Actor) -> bool:
    """False where nobody held it. Whoever may take control may also end somebody else's."""
    allow(actor, Permission.SESSION_CONTROL, session)
    with transaction.atomic():
        row = BrowserSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
        found = open_takeover(row)
        if found is None:
            return False
        _finish(row, found, Ending.HANDED_BACK, clock.now())
        record(actor, Action.SESSION_CONTROL_GIVEN_BACK, row)
    return True


def open_takeover(session: BrowserSession) -> Takeover | None:
    """The one that is asked for or held."""
    return Takeover.objects.select_related("person").filter(session=session, finished_at__isnull=True).first()


def was_asked_for(ticket: Ticket) -> bool:
    """Whether who holds control by this ticket came because the automation asked: its own input then waits."""
    return Takeover.objects.filter(ticket=ticket, requested_at__isnull=False, finished_at__isnull=True).exists()


def takeover_with_key(key: UUID) -> Takeover | None:
    return Takeover.objects.select_related("person").filter(pk=key).first()


def successor_of(takeover: Takeover) -> Takeover | None:
    """To which the automation's request has passed, where control was taken from its holder."""
    if takeover.ending != Ending.TAKEN_OVER or takeover.requested_at is None:
        return None
    later = Takeover.objects.filter(session=takeover.session_id, requested_at=takeover.requested_at)
    return later.filter(pk__gt=takeover.pk).order_by("pk").first()


def takeover_json(takeover: Takeover) -> dict[str, Any]:
    return {
        "takeover": takeover.public_id,
        "reason": takeover.reason,
        "by": takeover.person.public_id if takeover.person else None,
        "ending": takeover.ending or None,
    }


def end_overdue(now: datetime) -> int:
    """Requests that nobody answered, holders who left, sessions that ended. Returns how many."""
    watched = Connection.objects.filter(ticket_id=OuterRef("ticket"), closed_at__isnull=True)
    lately = Connection.objects.filter(
        ticket_id=OuterRef("ticket"), closed_at__gt=now - timedelta(seconds=AWAY_SECONDS)
    )
    unanswered = Q(started_at__isnull=True, expires_at__lte=now)
    away = Q(started_at__lte=now - timedelta(seconds=AWAY_SECONDS)) & ~Exists(watched) & ~Exists(lately)
    over = Q(session__ended_at__isnull=False)
    overdue = Takeover.objects.filter(unanswered | away | over, finished_at__isnull=True)
    done = 0
    for key, session_key in overdue.values_list("pk", "session_id")[:200]:
        with transaction.atomic():
            row = BrowserSession.objects.select_for_update(of=("self",)).get(pk=session_key)
            takeover = overdue.filter(pk=key).first()
            if takeover is None:
                continue  # somebody came just now
            ending = Ending.SESSION_ENDED if row.is_ended else Ending.LEFT if takeover.started_at else Ending.TIMED_OUT
            done += _finish(row, takeover, ending, now)
    return done


def _locked(session: BrowserSession) -> BrowserSession:
    row = BrowserSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
    if row.is_ended or row.stop_requested_at is not None:
        raise Ended("session_ended", "This session has ended.")
    return row


def _finish(session: BrowserSession, takeover: Takeover, ending: Ending, now: datetime) -> bool:
    """Under the session's lock. False where it was over already."""
    open_row = Takeover.objects.filter(pk=takeover.pk, finished_at__isnull=True)
    if not open_row.update(finished_at=now, ending=ending):
        return False
    takeover.finished_at, takeover.ending = now, ending
    if takeover.ticket is not None:
        revoke_ticket(takeover.ticket)
    _tell(session, EventType.TAKEOVER_FINISHED, takeover, now)
    return True


def _tell(session: BrowserSession, event: EventType, takeover: Takeover, now: datetime) -> None:
    data: Mapping[str, Any] = takeover_json(takeover)
    note(session, event, now=now, data=data)
