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


@pytest.mark.parametrize("text", ["2026-01-02T03:04:05Z", "2026-01-02T04:04:05+01:00", "2026-01-01 22:04:05-0500"])
def test_a_time_is_read_whatever_its_zone(text: str) -> None:
    read = clock.read(text)
    assert read == MOMENT
    assert read.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "", "yesterday", "2026-01-02", "2026-01-02T03:04:05", "2026-02-30T00:00:00Z", "2016-12-31T23:59:60Z",
        "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00",
    ],
)  # fmt: skip
def test_what_is_no_time_or_no_computer_holds_is_none(text: str) -> None:
    assert clock.read(text) is None


@pytest.mark.django_db
@pytest.mark.database
def test_it_answers_in_utc_and_goes_on_within_a_transaction() -> None:
    with transaction.atomic():
        first = clock.now()
        later = eventually(lambda: clock.now() if clock.now() > first else None, what="a later moment")
    assert first.utcoffset() == timedelta(0)
    assert timedelta(0) < later - first < timedelta(seconds=5)
