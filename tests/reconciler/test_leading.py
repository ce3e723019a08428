"""One acts; who was deposed never writes; and no tick waits for what a provider does."""

import time as real
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Barrier, Event, Thread

import pytest
from django.db import connection

from apps.core import clock
from apps.nodes.leases import hold
from apps.nodes.models import Lease
from apps.pools.models import Pool
from apps.providers.contract import BrowserRef, BrowserSpec, Farewell, ProviderUnavailable
from apps.providers.fake import FakeProvider
from apps.reconciler.act import ref_of
from apps.reconciler.reconciler import LEASE, Reconciler
from apps.reconciler.situation import read_situation
from apps.sessions.models import BrowserSession
from apps.sessions.queries import live
from tests.providers.misbehaving import AnswersLate, plant
from tests.reconciler.drive import (
    Drive,
    assert_nothing_leaked,
    claimed,
    driven,
    ends_of,
    is_at_min,
    make_pool,
    ready,
)
from tests.support.eventually import eventually
from tests.support.moving_clock import MovingClock

pytestmark = [pytest.mark.database, pytest.mark.concurrency]


class Gated(FakeProvider):
    """Holds the first call of a verb until it is let through."""

    def __init__(self, verb: str) -> None:
        super().__init__()
        self.verb, self.calls = verb, 0
        self.held, self.let = Event(), Event()

    def start(self, spec: BrowserSpec) -> None:
        self._gate("start")
        super().start(spec)

    def stop(self, ref: BrowserRef, *, grace_seconds: int, farewell: Farewell = Farewell()) -> None:  # noqa: B008
        self._gate("stop")
        super().stop(ref, grace_seconds=grace_seconds, farewell=farewell)

    def _gate(self, verb: str) -> None:
        if verb != self.verb:
            return
        self.calls += 1
        if not self.let.is_set():
            self.held.set()
            assert self.let.wait(20)


def in_thread(reconciler: Reconciler, at: Barrier, answers: list[bool]) -> Thread:
    def run() -> None:
        try:
            at.wait(10)
            answers.append(reconciler.tick(again=lambda: None))
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    return thread


@contextmanager
def deposed_while_starting(time: MovingClock) -> Iterator[tuple[Gated, Drive, Reconciler, Pool]]:
    """The leader's start hangs at its provider until it is let through, and meanwhile another reconciler leads."""
    provider = Gated("start")
    with driven(provider, time) as drive:
        pool = make_pool(drive, min=1)
        drive.tick(wait=False)
        assert provider.held.wait(10)
        other = drive.another()
        drive.forward(6)
        provider.verb = ""
        yield provider, drive, other, pool


def test_of_two_that_tick_at_once_one_acts(drive: Drive, pool: Pool) -> None:
    other = drive.another()
    for _ in range(10):
        answers: list[bool] = []
        at = Barrier(2)
        for thread in [in_thread(each, at, answers) for each in (drive.reconciler, other)]:
            thread.join(20)
        assert sorted(answers) == [False, True]
        drive.rest()
        drive.rest(other)
        drive.forward(1)
    assert Lease.objects.get(name=LEASE).epoch == 1  # it kept what it had
    assert len(pool.sessions.all()) == 2
    assert_nothing_leaked(drive)


def test_the_lead_passes_when_the_holder_falls_silent(drive: Drive, pool: Pool) -> None:
    other = drive.another()
    assert drive.tick()
    drive.forward(4.9)
    assert not drive.tick(reconciler=other)
    drive.forward(0.2)
    assert drive.tick(reconciler=other)
    assert not drive.tick()


def test_the_lead_passes_at_once_when_the_holder_resigns(drive: Drive, pool: Pool) -> None:
    other = drive.another()
    assert drive.tick()
    other.resign()  # not its own to give
    assert not drive.tick(reconciler=other)
    drive.reconciler.resign()
    assert drive.tick(reconciler=other)


def test_a_tick_that_meets_another_of_the_same_process_leaves_it_to_that_one(time: MovingClock) -> None:
    with driven(AnswersLate(), time) as drive:
        make_pool(drive)
        drive.tick()
        answers: list[bool] = []
        thread = in_thread(drive.reconciler, Barrier(1), answers)
        began = real.monotonic()
        assert drive.tick(wait=False)
        assert real.monotonic() - began < 1.0
        drive.provider.answer.set()  # type: ignore[attr-defined]
        thread.join(10)


def test_a_deposed_leaders_late_start_writes_nothing(time: MovingClock) -> None:
    """Its browser is started twice for one name, which is one browser; the row is moved by the present leader."""
    with deposed_while_starting(time) as (provider, drive, other, pool):
        drive.until(lambda: is_at_min(pool), ticks=10, reconciler=other)
        (row,) = ready(pool)
        generation = row.generation
        provider.let.set()
        drive.rest()
        row.refresh_from_db()
        assert (row.state, row.generation) == ("ready", generation)
        assert_nothing_leaked(drive)


def test_a_deposed_leader_loses_a_step_that_it_decided_before(drive: Drive, pool: Pool) -> None:
    """The fence is in the statement itself: what was decided under a former epoch moves no row."""
    drive.tick()  # pending → starting, both
    held = hold(LEASE, drive.reconciler.holder, now=clock.now(), seconds=5)
    assert held is not None
    Lease.objects.filter(name=LEASE).update(holder="another", epoch=held.epoch + 1)
    before = list(pool.sessions.order_by("id").values_list("state", "generation"))

    for _ in range(3):
        drive.monotonic += 0.01
        drive.reconciler._reconcile(read_situation(), drive.monotonic, held, lambda: None)
        drive.rest()
    assert list(pool.sessions.order_by("id").values_list("state", "generation")) == before


def test_a_former_step_that_ends_late_starts_no_browser_of_a_session_that_is_over(time: MovingClock) -> None:
    """It may finish at the provider; then nobody's row stands for it, and it is removed."""
    with deposed_while_starting(time) as (provider, drive, other, pool):
        Pool.objects.filter(pk=pool.pk).update(min=0)
        drive.until(lambda: not live(pool.sessions.all()).exists(), ticks=10, reconciler=other)
        provider.let.set()
        drive.rest()
        assert len(provider.browsers) == 1
        assert [row.state for row in pool.sessions.all()] == ["completed"]
        drive.until(lambda: not provider.browsers, ticks=90, reconciler=other)
        assert ends_of(pool) == [("completed", "pool_rotated")]


def test_a_tick_never_waits_for_a_verb(time: MovingClock) -> None:
    provider = AnswersLate(verbs=True)
    with driven(provider, time) as drive:
        pool = make_pool(drive, min=6, max=8, max_starting=6)
        for _ in range(3):
            began = real.monotonic()
            assert drive.tick(wait=False)
            assert real.monotonic() - began < 1.0
            drive.forward(1)
        assert drive.reconciler.steps.in_flight() == 4  # so many at once at one place
        eventually(lambda: pool.sessions.filter(state="starting").count() == 4, what="four under way")
        provider.answer.set()
        drive.until(lambda: is_at_min(pool))
        assert_nothing_leaked(drive)


def test_a_silent_provider_holds_up_neither_the_tick_nor_the_others(time: MovingClock) -> None:
    slow = AnswersLate()
    with driven(slow, time) as drive:
        stuck = make_pool(drive, "stuck")
        other = type(drive.configuration).objects.create(name="quick", kind="fake")
        quick = make_pool(drive, "quick")
        Pool.objects.filter(pk=quick.pk).update(provider=other)
        longest = 0.0
        for _ in range(12):
            began = real.monotonic()
            drive.tick()
            longest = max(longest, real.monotonic() - began)
            drive.forward(1)
        assert longest < 1.5  # with all its steps, on a busy machine
        assert len(ready(quick)) == 2
        assert {row.state for row in stuck.sessions.all()} == {"starting"}
        slow.answer.set()


def test_one_step_at_a_time_for_one_browser(time: MovingClock) -> None:
    provider = Gated("start")
    with driven(provider, time) as drive:
        pool = make_pool(drive, min=1)
        drive.tick(wait=False)
        assert provider.held.wait(10)
        for _ in range(5):
            drive.tick(wait=False)
            drive.forward(0.5)
        assert provider.calls == 1
        provider.let.set()
        drive.until(lambda: is_at_min(pool))


def test_a_wish_that_comes_while_its_start_is_under_way_is_carried_out_after_it(time: MovingClock) -> None:
    provider = Gated("start")
    with driven(provider, time) as drive:
        pool = make_pool(drive, min=1)
        drive.tick(wait=False)
        assert provider.held.wait(10)
        Pool.objects.filter(pk=pool.pk).update(min=0)
        drive.tick(wait=False)
        drive.tick(wait=False)
        assert not provider.browsers
        provider.let.set()
        drive.rest()
        drive.until(lambda: not live(pool.sessions.all()).exists())
        assert_nothing_leaked(drive)
        assert provider.browsers == {}


def test_a_browser_that_is_being_ended_is_not_started_again_on_an_old_look(time: MovingClock) -> None:
    """The look began before the stop and says GONE or RUNNING; what is decided on it must not undo the stop."""
    provider = Gated("stop")
    with driven(provider, time) as drive:
        pool = make_pool(drive, min=1)
        drive.until(lambda: is_at_min(pool))
        (row,) = ready(pool)
        Pool.objects.filter(pk=pool.pk).update(min=0)
        drive.tick(wait=False)
        assert provider.held.wait(10)
        for _ in range(4):
            drive.tick(wait=False)
        provider.let.set()
        drive.rest()
        drive.until(lambda: BrowserSession.objects.get(pk=row.pk).is_ended)
        assert provider.ended[ref_of(row)].launches == 1
        assert provider.browsers == {}


def test_orphans_are_removed_after_the_grace_and_seen_twice(drive: Drive, pool: Pool) -> None:
    drive.until(lambda: is_at_min(pool))
    stray = BrowserRef("0190aaaa-0000-7000-8000-000000000001-1")
    plant(drive.provider, stray)
    for _ in range(19):
        drive.tick()
        assert stray in drive.provider.browsers
        drive.forward(1)
    drive.until(lambda: stray not in drive.provider.browsers, ticks=90)
    assert is_at_min(pool)
    assert ends_of(pool) == []


def test_a_browser_that_is_starting_is_never_taken_for_an_orphan(time: MovingClock) -> None:
    provider = Gated("nothing")
    with driven(provider, time) as drive:
        pool = make_pool(drive, min=2)
        for _ in range(80):
            drive.tick()
            drive.forward(1)
        assert is_at_min(pool)
        assert provider.ended == {}


def test_an_incarnation_of_the_past_is_an_orphan(drive: Drive, pool: Pool) -> None:
    drive.until(lambda: is_at_min(pool))
    former = BrowserRef(f"{ready(pool)[0].pk}-7")
    plant(drive.provider, former)
    drive.until(lambda: former not in drive.provider.browsers, ticks=90)
    assert is_at_min(pool)


class UnstoppableOnce(FakeProvider):
    """The first stop of an orphan does not get through."""

    failed = False

    def stop(self, ref: BrowserRef, *, grace_seconds: int, farewell: Farewell = Farewell()) -> None:  # noqa: B008
        if not self.failed:
            self.failed = True
            raise ProviderUnavailable("busy")
        super().stop(ref, grace_seconds=grace_seconds, farewell=farewell)


def test_an_orphan_that_could_not_be_stopped_is_stopped_later(time: MovingClock) -> None:
    with driven(UnstoppableOnce(), time) as drive:
        stray = BrowserRef("0190aaaa-0000-7000-8000-000000000001-1")
        plant(drive.provider, stray)
        drive.until(lambda: not drive.provider.browsers, ticks=120)


def test_many_pools_and_claims_end_with_nothing_left(drive: Drive, user: object) -> None:
    pools = [make_pool(drive, f"pool-{number}", min=2, max=4) for number in range(3)]
    drive.until(lambda: all(is_at_min(pool) for pool in pools))
    for pool in pools:
        claimed(user, pool)  # type: ignore[arg-type]
        claimed(user, pool)  # type: ignore[arg-type]
    drive.forward(10)
    drive.until(lambda: all(is_at_min(pool) for pool in pools))
    for pool in pools:
        assert ends_of(pool) == [("timed_out", "no_connect")] * 2
    assert_nothing_leaked(drive)
    eventually(lambda: drive.reconciler.steps.in_flight() == 0)
