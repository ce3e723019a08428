"""The one way to write an event: in the caller's transaction. The dispatcher tells everyone once it is numbered."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from apps.events.catalog import EventType
from apps.events.models import Event

NOTIFY_CHANNEL = "browsergrid_events"


def publish(
    type_: EventType,
    *,
    at: datetime,
    owner_id: UUID | None = None,
    session_id: UUID | None = None,
    pool_id: UUID | None = None,
    sequence: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> Event:
    """Must be called inside the transaction that makes the event true. `data` must not hold secrets."""
    if not connection.in_atomic_block:
        raise RuntimeError("An event is written in the transaction of what it tells.")
    event = Event.objects.create(
        type=type_,
        occurred_at=at,
        owner_id=owner_id,
        session_id=session_id,
        pool_id=pool_id,
        sequence=sequence,
        data=dict(data or {}),
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {NOTIFY_CHANNEL}")  # delivered at commit
    return event
