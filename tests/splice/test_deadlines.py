"""splice.deadlines: who is not stopped in time is told, in order, and one timer serves a length."""

import asyncio
import logging

import pytest

from splice.deadlines import Deadlines
from tests.splice.harness import eventually

pytestmark = pytest.mark.asyncio


async def test_who_is_not_stopped_in_time_is_told_in_order_and_who_is_stopped_is_not():
    deadlines, told = Deadlines(asyncio.get_running_loop()), []
    began = asyncio.get_running_loop().time()
    for name in "abcd":
        queue = deadlines.start(0.05, name, lambda name=name: told.append(name))
    queue.stop("a")  # whom the timer was set for
    queue.stop("c")
    queue.stop("nobody")
    await eventually(lambda: len(told) == 2)
    assert told == ["b", "d"]
    assert asyncio.get_running_loop().time() - began >= 0.045


async def test_nobody_is_told_early_because_somebody_else_started_before():
    deadlines, told = Deadlines(loop := asyncio.get_running_loop()), []
    deadlines.start(0.1, "first", lambda: None).stop("first")
    await asyncio.sleep(0.06)
    began = loop.time()
    deadlines.start(0.1, "second", lambda: told.append(loop.time() - began))
    await eventually(lambda: told)
    assert 0.095 <= told[0] < 1


async def test_each_length_has_its_own_order():
    deadlines, told = Deadlines(asyncio.get_running_loop()), []
    deadlines.start(0.2, "owner", lambda: told.append("long"))
    deadlines.start(0.02, "owner", lambda: told.append("short"))
    await eventually(lambda: len(told) == 2)
    assert told == ["short", "long"]


async def test_a_missed_deadline_may_set_the_next_and_one_that_fails_stops_no_other(caplog):
    deadlines, told = Deadlines(asyncio.get_running_loop()), []

    def again() -> None:
        told.append("beat")
        if len(told) < 3:
            deadlines.start(0.02, "beating", again)

    def fails() -> None:
        raise LookupError("on purpose")

    deadlines.start(0.02, "failing", fails)
    deadlines.start(0.02, "beating", again)
    with caplog.at_level(logging.ERROR):
        await eventually(lambda: len(told) == 3)
    assert "on purpose" in caplog.text


async def test_a_length_nobody_waits_for_is_forgotten():
    deadlines = Deadlines(asyncio.get_running_loop())
    for seconds in (0.01, 0.02):
        deadlines.start(seconds, "owner", lambda: None)
    deadlines.start(0.03, "owner", lambda: None).stop("owner")
    await eventually(lambda: not deadlines.queues)
