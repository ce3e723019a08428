"""Reading on from a position, and one session's story."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Min, QuerySet

from apps.access.actor import Actor
from apps.access.lookup import visible
from apps.access.permissions import Permission
from apps.events.models import Event, EventPosition

FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
LONGEST_TRANSACTION = timedelta(hours=1)  # what happened before is written at most so much later


def after(actor: Actor, position: int, *, limit: int = 200) -> QuerySet[Event]:
    """What `actor` may see that was committed after `position`, in order."""
    events = Event.objects.filter(position__gt=position).order_by("position")
    return visible(events, actor, Permission.EVENT_VIEW)[:limit]


def visible_events(actor: Actor) -> QuerySet[Event]:
    """All that have a position and that the actor may see."""
    return visible(Event.objects.filter(position__isnull=False), actor, Permission.EVENT_VIEW)


def between(events: QuerySet[Event], since: datetime | None, until: datetime | None) -> QuerySet[Event]:
    """Those of that time. Lists go by position: they are led to where the time is, and do not walk there row by row.

    Positions follow the order of writing, but for transactions under way at once. So what was written long enough
    before has a smaller position, and what was written long enough after a larger one.
    """
    numbered = Event.objects.filter(position__isnull=False)
    if since is not None:
        events = events.filter(occurred_at__gte=since)
        earlier = numbered.filter(occurred_at__lt=_moved(since, -LONGEST_TRANSACTION)).order_by("-occurred_at")
        if (position := earlier.values_list("position", flat=True).first()) is not None:
            events = events.filter(position__gt=position)
    if until is not None:
        events = events.filter(occurred_at__lt=until)
        later = numbered.filter(occurred_at__gte=_moved(until, LONGEST_TRANSACTION)).order_by("occurred_at")
        if (position := later.values_list("position", flat=True).first()) is not None:
            events = events.filter(position__lt=position)
    return events


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


def _moved(moment: datetime, by: timedelta) -> datetime:
    """As far as there are years."""
    try:
        return moment + by
    except OverflowError:
        return LAST if by > timedelta() else FIRST
