"""Every sin of a provider ends in the right reason, with nothing left running and the pool back at its min."""

import uuid

import pytest

from apps.accounts.models import User
from apps.pools.models import Pool
from apps.providers.contract import BrowserRef
from apps.providers.fake import FakeProvider
from apps.reconciler.act import ref_of
from apps.sessions.models import BrowserSession
from tests.providers import misbehaving as sins
from tests.reconciler.drive import (
    Drive,
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


def comes_to_min(drive: Drive, pool: Pool, **limits: int) -> None:
    drive.until(lambda: is_at_min(pool), **limits, what="the pool at its min")
    drive.settle()
    assert is_at_min(pool)
    assert_nothing_leaked(drive)


def test_a_browser_that_never_starts_ends_by_its_start_timeout(time: MovingClock) -> None:
    provider = sins.NeverStarts()
    with driven(provider, time) as drive:
        pool = make_pool(drive)
        drive.until(lambda: len(ends_of(pool)) == 2, ticks=80, what="both given up")
        assert ends_of(pool) == [("error", "start_timeout")] * 2
        assert provider.peak <= pool.max_starting + 2  # one generation going while the next is asked for
        provider.cured = True
        comes_to_min(drive, pool)


def test_a_claim_whose_browser_never_starts_ends_by_its_start_timeout(time: MovingClock, user: User) -> None:
    with driven(sins.NeverStarts(), time) as drive:
        pool = make_pool(drive, min=0)
        session = claimed(user, pool)
        drive.until(lambda: BrowserSession.objects.get(pk=session.pk).is_ended, ticks=80)
        assert ends_of(pool) == [("error", "start_timeout")]
        assert_nothing_leaked(drive)


def test_one_that_starts_slowly_is_waited_for(time: MovingClock) -> None:
    with driven(sins.StartsSlowly(looks=20), time) as drive:
        pool = make_pool(drive)
        comes_to_min(drive, pool, ticks=60)
        assert ends_of(pool) == []


@pytest.mark.parametrize(
    ("told", "reason"),
    [("browser_crashed",) * 2, ("out_of_memory",) * 2, ("", "start_timeout"), ("?", "start_timeout")],
)
def test_one_that_fails_to_start_ends_with_what_it_says(time: MovingClock, told: str, reason: str) -> None:
    with driven(sins.FailsToStart(3, told), time) as drive:
        pool = make_pool(drive)
        comes_to_min(drive, pool)
        assert ends_of(pool) == [("error", reason)] * 3


def test_one_that_dies_silently_is_lost_and_replaced(time: MovingClock) -> None:
    with driven(sins.DiesSilently(2), time) as drive:
        pool = make_pool(drive)
        comes_to_min(drive, pool)
        assert ends_of(pool) == [("error", "node_lost")] * 2


def test_one_that_dies_after_it_was_ready_ends_with_its_reason(time: MovingClock) -> None:
    with driven(sins.DiesAfterReady(2), time) as drive:
        pool = make_pool(drive)
        comes_to_min(drive, pool)
        assert ends_of(pool) == [("error", "out_of_memory")] * 2


def test_a_session_in_use_whose_browser_crashes_ends_with_browser_crashed(drive: Drive, pool: Pool, user: User) -> None:
    comes_to_min(drive, pool)
    session = claimed(user, pool)
    drive.provider.crash(ref_of(session))
    comes_to_min(drive, pool)
    assert ends_of(pool) == [("error", "browser_crashed")]
    farewell = drive.provider.ended[ref_of(session)].farewell
    assert farewell is not None
    assert (farewell.code, farewell.reason) == (4000, "browser_crashed")


def test_one_that_refuses_to_stop_is_asked_again_and_is_not_over_until_it_is_gone(
    time: MovingClock, user: User
) -> None:
    provider = sins.RefusesToStop(5)
    with driven(provider, time) as drive:
        pool = make_pool(drive, min=1, max=2)
        comes_to_min(drive, pool)
        session = claimed(user, pool)
        drive.forward(11)
        drive.tick()
        for _ in range(4):
            drive.tick()
            session.refresh_from_db()
            assert session.state == "stopping"
            drive.forward(1)
        comes_to_min(drive, pool)
        assert ends_of(pool) == [("timed_out", "no_connect")]
        assert provider.asked[ref_of(session)] == 6
        assert provider.peak <= pool.max


def test_one_that_refuses_to_stop_does_not_wake_the_clock_again_and_again(time: MovingClock, user: User) -> None:
    with driven(sins.RefusesToStop(1000), time) as drive:
        pool = make_pool(drive, min=0)
        claimed(user, pool)
        drive.settle()
        drive.forward(11)
        drive.tick()
        drive.tick()
        woken = drive.woken
        for _ in range(5):
            drive.tick()
        assert drive.woken == woken


def test_answers_that_come_late_are_used_and_end_nothing(time: MovingClock) -> None:
    provider = sins.AnswersLate()
    with driven(provider, time) as drive:
        pool = make_pool(drive)
        drive.tick()
        for _ in range(30):  # half a minute without an answer
            drive.tick()
            drive.forward(1)
        assert {row.state for row in pool.sessions.all()} == {"starting"}
        provider.answer.set()
        comes_to_min(drive, pool)
        assert ends_of(pool) == []


def test_a_forgotten_warm_browser_is_replaced_and_the_forgotten_one_ended(time: MovingClock) -> None:
    provider = sins.ForgetsBrowsers()
    with driven(provider, time) as drive:
        pool = make_pool(drive)
        comes_to_min(drive, pool)
        provider.forgotten.add(ref_of(ready(pool)[0]))
        comes_to_min(drive, pool)
        assert ends_of(pool) == [("error", "node_lost")]


def test_one_forgotten_again_and_again_is_ended_as_an_orphan(time: MovingClock) -> None:
    """It denies the browser, so its row ends; it still owns it, so it is stopped all the same."""
    provider = sins.ForgetsBrowsers()
    with driven(provider, time) as drive:
        pool = make_pool(drive)
        comes_to_min(drive, pool)
        ref = BrowserRef(f"{uuid.uuid4()}-1")
        sins.plant(provider, ref)
        provider.forgotten.add(ref)
        drive.until(lambda: ref not in provider.browsers, ticks=90)
        comes_to_min(drive, pool)


@pytest.mark.parametrize("done", [False, True])
def test_a_lost_start_request_is_made_again_and_starts_one_browser(time: MovingClock, done: bool) -> None:
    with driven(sins.LosesStartRequest(4, done=done), time) as drive:
        pool = make_pool(drive)
        comes_to_min(drive, pool)
        assert ends_of(pool) == []
        assert drive.provider.peak == 2


def test_one_that_stays_unreachable_loses_its_sessions_and_is_cleared_when_it_is_back(
    time: MovingClock, user: User
) -> None:
    provider = sins.IsUnreachable()
    with driven(provider, time, room=6) as drive:
        pool = make_pool(drive)
        comes_to_min(drive, pool)
        session = claimed(user, pool, keep_alive=True)
        comes_to_ready(drive, pool)
        renew(5)
        provider.away = True
        drive.until(lambda: not ready(pool), ticks=25, what="doubt")
        session.refresh_from_db()
        assert (session.state, session.end_reason) == ("stopping", "node_lost")  # not over: nobody saw it gone
        provider.away = False
        renew()
        comes_to_min(drive, pool)
        assert ends_of(pool) == [("error", "node_lost")] * 3


def comes_to_ready(drive: Drive, pool: Pool) -> None:
    drive.until(lambda: len(ready(pool)) == pool.min, what="warm ones")
    drive.settle()


@pytest.mark.parametrize("lease", ["lapses", "holds"])
def test_an_unreachable_provider_whose_node_still_answers_loses_nothing(
    time: MovingClock, user: User, lease: str
) -> None:
    """Failed looks alone are one signal. The lease that the watcher renews is the second."""
    provider = sins.IsUnreachable()
    with driven(provider, time, room=6) as drive:
        pool = make_pool(drive)
        comes_to_min(drive, pool)
        claimed(user, pool, keep_alive=True)
        comes_to_ready(drive, pool)
        before = drive.told()
        provider.away = True
        if lease == "lapses":
            renew(-1)
        for _ in range(13 if lease == "lapses" else 60):
            drive.tick()
            drive.forward(1)
        assert drive.told() == before
        provider.away = False
        renew()
        drive.settle()
        assert drive.told() == before
        assert_nothing_leaked(drive)


@pytest.mark.parametrize("hides", [False, True])
def test_lies_about_what_it_owns_end_no_session(time: MovingClock, hides: bool) -> None:
    invented = BrowserRef(f"{uuid.uuid4()}-1")
    provider = sins.LiesAboutOwned(invented, hides=hides)
    with driven(provider, time) as drive:
        pool = make_pool(drive)
        comes_to_min(drive, pool)
        for _ in range(60):
            drive.tick()
            drive.forward(1)
        assert is_at_min(pool)
        assert ends_of(pool) == []
        assert set(provider.stopped) == {invented}
        assert_nothing_leaked(drive)


@pytest.mark.parametrize("verb", ["observe", "start", "owned"])
def test_one_that_breaks_in_its_own_way_holds_up_no_other(time: MovingClock, verb: str) -> None:
    provider = sins.Breaks(verb)
    with driven(provider, time) as drive:
        pool = make_pool(drive)
        for _ in range(3):
            assert drive.tick()
            drive.forward(1)
        provider.verbs.clear()
        comes_to_min(drive, pool)


def test_a_refused_spec_ends_the_session_and_starts_nothing(drive: Drive) -> None:
    pool = make_pool(drive, min=1, launch={"viewport": {"width": 1, "height": 1}})
    drive.until(lambda: ends_of(pool), ticks=5)
    assert ends_of(pool)[0] == ("error", "start_timeout")
    assert drive.provider.peak == 0
    change(pool, launch={})
    comes_to_min(drive, pool)


def test_a_full_provider_is_asked_again_until_there_is_room(time: MovingClock) -> None:
    provider = FakeProvider(room=1)
    with driven(provider, time) as drive:
        pool = make_pool(drive)
        for _ in range(5):
            drive.tick()
            drive.forward(1)
        assert len(ready(pool)) == 1
        provider.room = 5
        comes_to_min(drive, pool)
        assert ends_of(pool) == []
