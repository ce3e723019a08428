"""Steps in flight: bounded, one per browser, never decided on what a former step has changed since."""

from collections.abc import Callable, Iterator
from threading import Event

import pytest
from django.db import OperationalError

from apps.providers.contract import ProviderUnavailable
from apps.reconciler.steps import AT_ONCE, AT_ONCE_PER_PLACE, Steps, Task
from apps.sessions.advance import Raced
from tests.support.eventually import eventually

pytestmark = pytest.mark.django_db


class Work:
    """Runs until it is let."""

    def __init__(self) -> None:
        self.let = Event()
        self.done = 0

    def __call__(self) -> bool:
        assert self.let.wait(10)
        self.done += 1
        return True


@pytest.fixture
def steps() -> Iterator[Steps]:
    one = Steps(lambda: now[0])
    yield one
    eventually(lambda: one.in_flight() == 0)


now = [100.0]


def task(work: Callable[[], bool], name: str = "one", place: str = "here", at: float = 100.0) -> Task:
    return Task(name, place, at, work)


def nobody() -> None:
    raise AssertionError("nothing moved, so nobody is woken")


def test_a_browser_has_one_step_at_a_time(steps: Steps) -> None:
    work = Work()
    assert steps.submit(task(work), lambda: None)
    assert not steps.submit(task(work), lambda: None)
    work.let.set()
    eventually(lambda: steps.in_flight() == 0)
    assert work.done == 1


def test_what_was_decided_before_the_last_step_ended_is_not_carried_out(steps: Steps) -> None:
    work = Work()
    work.let.set()
    now[0] = 105.0
    assert steps.submit(task(work, at=104.0), lambda: None)
    eventually(lambda: steps.in_flight() == 0)
    assert not steps.submit(task(work, at=104.9), lambda: None)
    assert steps.submit(task(work, at=105.1), lambda: None)


def test_a_place_has_few_steps_at_once_and_the_whole_not_many(steps: Steps) -> None:
    work = Work()
    taken = [steps.submit(task(work, f"{place}-{n}", place), lambda: None) for place in "abcdefgh" for n in range(6)]
    assert sum(taken[:6]) == AT_ONCE_PER_PLACE
    assert sum(taken) == AT_ONCE == steps.in_flight()
    work.let.set()


def test_a_step_that_moved_something_wakes_the_clock_and_one_that_did_not_lets_it_be(steps: Steps) -> None:
    woken = Event()
    steps.submit(task(lambda: True), woken.set)
    assert woken.wait(5)
    steps.submit(task(lambda: False, "two"), nobody)


@pytest.mark.parametrize("error", [ProviderUnavailable("away"), OperationalError("locked"), ZeroDivisionError()])
def test_a_step_that_fails_frees_its_place_and_wakes_nobody(steps: Steps, error: Exception) -> None:
    def fail() -> bool:
        raise error

    assert steps.submit(task(fail), nobody)
    eventually(lambda: steps.in_flight() == 0)


def test_a_step_that_was_raced_has_the_row_looked_at_again(steps: Steps) -> None:
    def lose() -> bool:
        raise Raced

    woken = Event()
    steps.submit(task(lose), woken.set)
    assert woken.wait(5)
