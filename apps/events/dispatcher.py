"""Gives committed events their position. Resident in the watcher; a second one may take over at any moment."""

from django.db import connection, transaction

from apps.events import bus
from apps.events.models import Event, EventPosition

BATCH = 500


def dispatch() -> int:
    """Number one batch, in row-id order, in one transaction that first locks the position row. Returns how many."""
    if not Event.objects.filter(position__isnull=True).exists():
        return 0
    with transaction.atomic():
        EventPosition.objects.get_or_create(id=1)
        place = EventPosition.objects.select_for_update().get(id=1)
        waiting = list(Event.objects.filter(position__isnull=True).order_by("id").only("id")[:BATCH])
        for offset, event in enumerate(waiting, start=1):
            event.position = place.last + offset
        if waiting:
            Event.objects.bulk_update(waiting, ["position"])
            EventPosition.objects.filter(id=1).update(last=place.last + len(waiting))
    if waiting:
        bus.hint(bus.Topic.NEWS, place.last + len(waiting))
    return len(waiting)


def wake_channel_is_available() -> bool:
    """Whether the database can wake us (PostgreSQL's LISTEN); else one asks again and again for `others_commits`."""
    return connection.vendor == "postgresql"


def others_commits() -> int:
    """Another number when somebody else has committed anything: a tenth of a look at the table.

    https://www.sqlite.org/pragma.html#pragma_data_version
    """
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA data_version")
        return int(cursor.fetchone()[0])
