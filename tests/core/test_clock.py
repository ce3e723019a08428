"""The one clock."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from apps.core import clock
from tests.support.eventually import eventually
from tests.support.moving_clock import moving_clock

MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_a_stopped_clock_answers_the_same_until_it_is_let_go() -> None:
    with clock.stopped_at(MOMENT):
        assert clock.now() == clock.now() == MOMENT
        with clock.stopped_at(MOMENT + timedelta(days=1)):
            assert clock.now() == MOMENT + timedelta(days=1)
        assert clock.now() == MOMENT


def test_a_clock_moved_by_hand_goes_forward_by_what_it_is_told() -> None:
    with moving_clock() as time:
        before = clock.now()
        time.forward(9.9)
        assert clock.now() - before == timedelta(seconds=9.9)


@pytest.mark.django_db
@pytest.mark.database
def test_it_answers_in_utc_and_goes_on_within_a_transaction() -> None:
    with transaction.atomic():
        first = clock.now()
        later = eventually(lambda: clock.now() if clock.now() > first else None, what="a later moment")
    assert first.utcoffset() == timedelta(0)
    assert timedelta(0) < later - first < timedelta(seconds=5)
