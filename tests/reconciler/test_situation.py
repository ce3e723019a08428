"""Nodes: room taken and given back, claims before warm ones when it is full, nodes that are away or come anew."""

import pytest

from apps.accounts.models import User
from apps.providers.fake import FakeProvider
from apps.sessions.models import BrowserSession
from apps.sessions.services import stop_session
from tests.factories.people import actor_for
from tests.reconciler.drive import (
    assert_nothing_leaked,
    change,
    claimed,
    driven,
    ends_of,
    is_at_min,
    make_pool,
    ready,
    renew,
)
from tests.support.moving_clock import MovingClock

pytestmark = [pytest.mark.database, pytest.mark.concurrency]


def test_room_is_taken_at_the_start_and_given_back_when_it_is_seen_gone(time: MovingClock, user: User) -> None:
    with driven(FakeProvider(), time, room=3) as drive:
        pool = make_pool(drive, min=2, max=6)
        drive.until(lambda: is_at_min(pool))
        assert_nothing_leaked(drive)
        session = claimed(user, pool, keep_alive=True)
        drive.settle()
        stop_session(session, actor=actor_for(user))
        drive.until(lambda: is_at_min(pool))
        assert_nothing_leaked(drive)
        assert drive.provider.peak <= 3


def test_full_nodes_leave_claims_pending_and_a_warm_one_of_another_pool_yields_exactly_once(
    time: MovingClock, user: User
) -> None:
    with driven(FakeProvider(), time, room=3) as drive:
        generous = make_pool(drive, "generous", min=3, max=6)
        drive.until(lambda: is_at_min(generous))
        poor = make_pool(drive, "poor", min=0)
        session = claimed(user, poor, keep_alive=True)
        drive.until(lambda: BrowserSession.objects.get(pk=session.pk).is_usable, ticks=20)
        drive.settle()
        assert ends_of(generous) == [("completed", "maintenance")]
        assert len(ready(generous)) == 2
        assert drive.provider.peak == 3
        assert_nothing_leaked(drive)
        stop_session(session, actor=actor_for(user))
        drive.until(lambda: is_at_min(generous), ticks=20)


def test_a_claims_start_goes_before_those_for_warm_ones(time: MovingClock, user: User) -> None:
    with driven(FakeProvider(), time, room=1) as drive:
        warm = make_pool(drive, "warm", min=1, max=4)
        other = make_pool(drive, "other", min=0)
        drive.until(lambda: is_at_min(warm))
        change(warm, min=2)
        session = claimed(user, other, keep_alive=True)
        drive.until(lambda: BrowserSession.objects.get(pk=session.pk).is_usable, ticks=20)
        drive.settle()
        assert not ready(warm)
        assert_nothing_leaked(drive)


def test_a_pool_on_full_nodes_still_rolls(time: MovingClock) -> None:
    with driven(FakeProvider(), time, room=2) as drive:
        pool = make_pool(drive, min=2, max=6)
        drive.until(lambda: is_at_min(pool))
        change(pool, viewport_width=1000)
        drive.settle()
        assert is_at_min(pool)
        assert ends_of(pool) == [("completed", "pool_rotated")] * 2
        assert drive.provider.peak == 2
        assert_nothing_leaked(drive)


def test_a_node_that_is_away_gets_no_starts_and_no_warm_one_yields_for_it(time: MovingClock, user: User) -> None:
    with driven(FakeProvider(), time, room=2) as drive:
        pool = make_pool(drive)
        drive.until(lambda: is_at_min(pool))
        other = make_pool(drive, "other", min=0)
        renew(-1)
        session = claimed(user, other, keep_alive=True)
        for _ in range(5):
            drive.tick()
            drive.forward(1)
        session.refresh_from_db()
        assert session.state == "pending"
        assert ends_of(pool) == []
        assert len(ready(pool)) == 2


def test_a_node_that_starts_anew_loses_its_sessions_at_once_and_is_filled_again(time: MovingClock, user: User) -> None:
    with driven(FakeProvider(), time, room=6) as drive:
        pool = make_pool(drive)
        drive.until(lambda: is_at_min(pool))
        claimed(user, pool, keep_alive=True)
        drive.settle()
        for ref in list(drive.provider.browsers):
            drive.provider.vanish(ref)
        drive.until(lambda: is_at_min(pool))
        assert ends_of(pool) == [("error", "node_lost")] * 3
        assert_nothing_leaked(drive)
