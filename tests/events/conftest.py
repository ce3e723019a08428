"""Telling events by hand."""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import transaction

from apps.accounts.models import User
from apps.core import clock
from apps.core.identifiers import uuid7
from apps.events.catalog import EventType
from apps.events.models import Event
from apps.events.publish import publish


def tell_one(owner: User | None = None, *, session_id: UUID | None = None, sequence: int | None = None) -> Event:
    with transaction.atomic():
        return publish(
            EventType.SESSION_MARKED,
            at=clock.now(),
            owner_id=owner.pk if owner else None,
            session_id=session_id,
            sequence=sequence,
        )


@pytest.fixture
def tell(db: None) -> Callable[..., Event]:
    """`tell(owner=None, session_id=None, sequence=None)`."""
    return tell_one


@pytest.fixture
def story(db: None) -> Callable[..., list[Event]]:
    """`story(owner, length)`: events of one session, in sequence."""

    def make(owner: User | None, length: int) -> list[Event]:
        session_id = uuid7()
        return [tell_one(owner, session_id=session_id, sequence=number) for number in range(1, length + 1)]

    return make
