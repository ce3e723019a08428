"""Event rows are written once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from apps.accounts.models import User
from apps.core.clock import now
from apps.core.identifiers import uuid7
from apps.events.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("type", "session.ended"),
        ("uuid", uuid7()),
        ("occurred_at", now),
        ("session_id", uuid7()),
        ("pool_id", uuid7()),
        ("sequence", 7),
        ("data", {"changed": True}),
        ("owner", None),
    ],
)
def test_what_was_told_is_never_changed(
    column: str, value: Any, tell: Callable[..., Event], make_user: Callable[..., User]
) -> None:
    event = tell(make_user(), session_id=uuid7(), sequence=1)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(**{column: value() if callable(value) else value})


def test_a_position_is_given_once(tell: Callable[..., Event]) -> None:
    event = tell()
    Event.objects.filter(pk=event.pk).update(position=1)
    for other in (2, None):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            Event.objects.filter(pk=event.pk).update(position=other)


def test_a_session_has_one_event_for_each_number(tell: Callable[..., Event]) -> None:
    session_id = uuid7()
    tell(session_id=session_id, sequence=1)
    with pytest.raises(IntegrityError):
        tell(session_id=session_id, sequence=1)


def test_no_two_events_share_a_position(tell: Callable[..., Event]) -> None:
    first, second = tell(), tell()
    Event.objects.filter(pk=first.pk).update(position=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.filter(pk=second.pk).update(position=1)


def test_a_persons_events_go_with_the_person(tell: Callable[..., Event], make_user: Callable[..., User]) -> None:
    user = make_user()
    tell(user)
    user.delete()
    assert Event.objects.filter(owner_id=user.pk).count() == 0
