"""Deadlines hold, to the moment, and end with their reasons."""

from datetime import timedelta

import pytest

from apps.accounts.models import User
from apps.core import clock
from apps.nodes.models import Process
from apps.pools.models import Pool
from apps.reconciler.act import ref_of
from apps.sessions.connections import close_connection, open_connection
from apps.sessions.models import BrowserSession, SessionActivity
from tests.factories.people import actor_for
from tests.factories.sessions import make_gateway
from tests.reconciler.drive import (
    Drive,
    assert_history,
    claimed,
    ends_of,
    is_at_min,
    make_pool,
)

pytestmark = [pytest.mark.database, pytest.mark.concurrency]


def test_nobody_connecting_ends_the_session_after_ten_seconds(drive: Drive, warm: Pool, user: User) -> None:
    session = claimed(user, warm)
    drive.forward(9.9)
    drive.tick()
    session.refresh_from_db()
    assert session.stop_requested_at is None
    drive.forward(0.1)
    drive.until(lambda: BrowserSession.objects.get(pk=session.pk).is_ended, ticks=3)
    assert ends_of(warm) == [("timed_out", "no_connect")]


def test_the_longest_life_ends_a_session_even_with_a_client(drive: Drive, warm: Pool, user: User) -> None:
    session = claimed(user, warm)
    make_lasting(user, session)
    drive.forward(warm.timeout_minutes * 60)
    drive.until(lambda: BrowserSession.objects.get(pk=session.pk).is_ended, ticks=4)
    assert ends_of(warm) == [("timed_out", "max_duration")]
    farewell = drive.provider.ended[ref_of(session)].farewell
    assert farewell is not None
    assert farewell.code == 4008


def make_lasting(user: User, session: BrowserSession) -> None:
    open_connection(session, actor=actor_for(user), gateway=make_gateway())
    Process.objects.update(lease_expires_at=clock.now() + timedelta(days=2))


def test_an_idle_session_ends_and_one_in_use_does_not(drive: Drive, user: User) -> None:
    pool = make_pool(drive, idle_timeout_seconds=60)
    drive.until(lambda: is_at_min(pool))
    idle, used = claimed(user, pool), claimed(user, pool)
    for session in (idle, used):
        make_lasting(user, session)
    drive.forward(59)
    SessionActivity.objects.filter(session=used).update(last_at=clock.now())
    drive.tick()
    assert not ends_of(pool)
    drive.forward(1)
    drive.until(lambda: BrowserSession.objects.get(pk=idle.pk).is_ended, ticks=4)
    assert ends_of(pool) == [("timed_out", "idle")]
    used.refresh_from_db()
    assert used.state == "running"


def test_a_client_whose_gateway_died_has_ten_seconds_to_come_back(drive: Drive, warm: Pool, user: User) -> None:
    session = claimed(user, warm)
    make_lasting(user, session)
    Process.objects.update(lease_expires_at=clock.now())
    drive.tick()
    session.refresh_from_db()
    assert (session.state, session.stop_requested_at) == ("claimed", None)
    assert session.connect_deadline is not None
    drive.forward(11)
    drive.until(lambda: BrowserSession.objects.get(pk=session.pk).is_ended, ticks=4)
    assert ends_of(warm) == [("timed_out", "no_connect")]


def test_a_lost_report_of_a_connection_is_settled(drive: Drive, warm: Pool, user: User) -> None:
    session = claimed(user, warm, keep_alive=True)
    connected = open_connection(session, actor=actor_for(user), gateway=make_gateway())
    Process.objects.update(lease_expires_at=clock.now() + timedelta(days=2))
    type(connected).objects.filter(pk=connected.pk).update(closed_at=clock.now())  # as if the move had been lost
    drive.until(lambda: BrowserSession.objects.get(pk=session.pk).state == "claimed", ticks=3)
    assert_history(warm)


def test_the_last_client_leaving_ends_the_session_in_a_tick_or_two(drive: Drive, warm: Pool, user: User) -> None:
    session = claimed(user, warm)
    connected = open_connection(session, actor=actor_for(user), gateway=make_gateway())
    close_connection(connected)
    assert drive.until(lambda: BrowserSession.objects.get(pk=session.pk).is_ended, ticks=4) <= 4
    assert ends_of(warm) == [("completed", "client_disconnected")]
