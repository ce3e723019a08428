"""A serving process looks for garbage seldom, and never through what it imported."""

import gc
from collections.abc import Iterator

import pytest

from splice import garbage


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_what_exists_is_left_alone_from_then_on() -> None:
    garbage.look_seldom()
    assert gc.get_freeze_count() > 10_000
    assert gc.get_threshold() == (garbage.YOUNG, garbage.OLDER, garbage.OLDER)


def test_a_cycle_made_afterwards_is_still_found() -> None:
    garbage.look_seldom()
    cycle: list[object] = []
    cycle.append(cycle)
    del cycle
    assert gc.collect() >= 1
