"""Reading on from a position, and one session's story."""

from datetime import datetime
from uuid import UUID

from django.db.models import Count, Min, QuerySet

from apps.access.actor import Actor
from apps.access.lookup import visible
from apps.access.permissions import Permission
from apps.events.models import Event, EventPosition


def after(actor: Actor, position: int, *, limit: int = 200) -> QuerySet[Event]:
    """What `actor` may see that was committed after `position`, in order."""
    events = Event.objects.filter(position__gt=position).order_by("position")
    return visible(events, actor, Permission.EVENT_VIEW)[:limit]


def visible_events(actor: Actor) -> QuerySet[Event]:
    """All that have a position and that the actor may see."""
    return visible(Event.objects.filter(position__isnull=False), actor, Permission.EVENT_VIEW)


def of_session(session_id: UUID | str, *, after_sequence: int = 0) -> QuerySet[Event]:
    return Event.objects.filter(session_id=session_id, sequence__gt=after_sequence).order_by("sequence")


def latest_of_session(session_id: UUID | str, *, before_sequence: int = 0) -> QuerySet[Event]:
    """The same story from its end."""
    events = Event.objects.filter(session_id=session_id, sequence__isnull=False)
    return (events.filter(sequence__lt=before_sequence) if before_sequence else events).order_by("-sequence")


def last_position() -> int:
    row = EventPosition.objects.filter(id=1).first()
    return row.last if row else 0


def unnumbered() -> tuple[int, datetime | None]:
    """How many events wait for their position, and since when the first one does: the dispatcher's lag."""
    found = Event.objects.filter(position__isnull=True).aggregate(number=Count("pk"), first=Min("occurred_at"))
    return found["number"], found["first"]
