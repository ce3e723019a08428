"""Positions: given once, in row order within a batch, in the order of commits over all, whoever gives them."""

from collections.abc import Callable
from threading import Event as Flag
from threading import Thread

import pytest
from django.db import connection, transaction

from apps.core import clock
from apps.core.identifiers import uuid7
from apps.events import dispatcher
from apps.events.catalog import EventType
from apps.events.dispatcher import dispatch
from apps.events.models import Event
from apps.events.publish import publish
from apps.events.queries import last_position
from tests.events.conftest import tell_one
from tests.support.at_once import at_once, failures
from tests.support.eventually import eventually

pytestmark = pytest.mark.django_db


def positions() -> list[int | None]:
    return list(Event.objects.order_by("id").values_list("position", flat=True))


@pytest.mark.database
def test_events_are_numbered_in_row_order(tell: Callable[..., Event]) -> None:
    for _ in range(3):
        tell()
    assert positions() == [None, None, None]
    assert dispatch() == 3
    assert positions() == [1, 2, 3]
    assert last_position() == 3


def test_nothing_to_number_is_no_work() -> None:
    assert dispatch() == 0
    assert last_position() == 0


def test_numbers_go_on_where_they_ended(tell: Callable[..., Event]) -> None:
    tell()
    dispatch()
    tell()
    tell()
    dispatch()
    assert positions() == [1, 2, 3]


def test_a_large_backlog_is_numbered_in_batches(tell: Callable[..., Event], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatcher, "BATCH", 4)
    for _ in range(9):
        tell()
    assert [dispatch(), dispatch(), dispatch(), dispatch()] == [4, 4, 1, 0]
    assert positions() == list(range(1, 10))


def test_a_batch_that_is_rolled_back_gives_its_numbers_again(tell: Callable[..., Event]) -> None:
    tell()
    with transaction.atomic():
        dispatch()
        transaction.set_rollback(True)  # the watcher died
    assert positions() == [None]
    dispatch()
    assert positions() == [1]


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_two_dispatchers_and_four_writers_leave_one_unbroken_order() -> None:
    """And a reader that follows by position never meets a number below one that it saw."""
    stories, done, seen, late = 4, Flag(), [0], []

    def write() -> None:
        session_id = uuid7()
        for number in range(1, 26):
            tell_one(session_id=session_id, sequence=number)

    def number() -> None:
        while not done.is_set() or dispatch():
            dispatch()

    def read() -> None:
        while not done.is_set():
            fresh = list(Event.objects.filter(position__isnull=False).values_list("position", flat=True))
            late.extend(position for position in set(fresh) - set(seen) if position < max(seen))
            seen[:] = [0, *fresh]

    def write_all() -> None:
        try:
            assert failures(at_once([write] * stories)) == []
        finally:
            done.set()

    assert failures(at_once([write_all, number, number, read])) == []
    while dispatch():
        pass
    rows = list(Event.objects.order_by("position").values_list("position", "session_id", "sequence"))
    assert [position for position, _, _ in rows] == list(range(1, stories * 25 + 1))
    for story in {session for _, session, _ in rows}:
        assert [sequence for _, session, sequence in rows if session == story] == list(range(1, 26))
    assert late == []
    assert last_position() == stories * 25


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL wakes us")
@pytest.mark.django_db(transaction=True)
def test_whoever_else_commits_is_noticed_and_oneself_is_not() -> None:
    seen = dispatcher.others_commits()
    tell_one()
    dispatch()
    assert dispatcher.others_commits() == seen
    assert failures(at_once([tell_one])) == []
    assert dispatcher.others_commits() != seen


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_who_commits_late_gets_a_later_position_than_all_that_was_read_before() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time: nobody commits late")
    written, may_commit = Flag(), Flag()

    def slow_writer() -> None:
        try:
            with transaction.atomic():
                publish(EventType.SESSION_MARKED, at=clock.now(), data={"slow": True})
                written.set()
                may_commit.wait(10)
        finally:
            connection.close()

    writer = Thread(target=slow_writer)
    writer.start()
    assert written.wait(10)
    fast = tell_one()
    dispatch()
    fast.refresh_from_db()
    assert fast.position == 1
    may_commit.set()
    writer.join(10)
    dispatch()
    slow = Event.objects.get(data__slow=True)
    assert slow.pk < fast.pk
    assert slow.position == 2


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_the_writing_transaction_wakes_the_dispatcher_at_commit_and_not_before() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no NOTIFY; there the dispatcher looks every 50 ms")
    import psycopg

    parameters = connection.get_connection_params()
    with psycopg.connect(
        dbname=parameters["dbname"], user=parameters.get("user"), host=parameters.get("host"), autocommit=True
    ) as listener:
        listener.execute("LISTEN browsergrid_events")
        with transaction.atomic():
            publish(EventType.SESSION_MARKED, at=clock.now())
            assert list(listener.notifies(timeout=0.05)) == []
        assert eventually(lambda: list(listener.notifies(timeout=0.1, stop_after=1)), what="the notification")
