"""Beat waits for its database instead of dying of it."""

import pytest
from celery import current_app
from django.db import OperationalError
from django_celery_beat.schedulers import DatabaseScheduler

from browsergrid import beat

pytestmark = pytest.mark.django_db


@pytest.fixture
def rests(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    taken: list[float] = []
    monkeypatch.setattr(beat.time, "sleep", taken.append)
    monkeypatch.setattr(beat.connection, "close", lambda: None)  # the test's own
    return taken


def test_it_begins_when_the_database_is_there_again(rests: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([OperationalError("locking protocol"), OperationalError("locked"), None])

    def sometimes(_: object) -> None:
        if (answer := next(answers)) is not None:
            raise answer

    monkeypatch.setattr(DatabaseScheduler, "setup_schedule", sometimes)
    beat.PatientScheduler(app=current_app._get_current_object())
    assert len(rests) == 2


def test_a_turn_without_the_database_is_taken_again_soon(rests: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DatabaseScheduler, "setup_schedule", lambda _: None)

    def away(*_: object, **__: object) -> float:
        raise OperationalError

    scheduler = beat.PatientScheduler(app=current_app._get_current_object())
    scheduler._initial_read = False
    monkeypatch.setattr(DatabaseScheduler, "tick", away)
    assert scheduler.tick() == beat.AGAIN_SECONDS
    assert scheduler._initial_read  # the rows are read anew


def test_a_first_reading_that_broke_off_is_begun_anew(rests: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    read, answers = DatabaseScheduler.all_as_schedule, iter([True, False])

    def at_first_away(scheduler: DatabaseScheduler) -> object:
        if next(answers, False):
            raise OperationalError
        return read(scheduler)

    monkeypatch.setattr(DatabaseScheduler, "all_as_schedule", at_first_away)
    scheduler = beat.PatientScheduler(app=current_app._get_current_object())
    assert "reconcile" in scheduler.schedule
