"""Wait for a state instead of sleeping: ask until the answer is true, or fail with the last one."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
PAUSE_SECONDS = 0.02


def eventually(ask: Callable[[], T], *, within: float = 10.0, what: str | Callable[[], str] = "the state") -> T:
    """`what` may be asked for when it did not come, to tell what there was instead."""
    deadline = time.monotonic() + within
    while not (answer := ask()):
        if time.monotonic() > deadline:
            raise _missed(what, within, answer)
        time.sleep(PAUSE_SECONDS)
    return answer


def becomes(ask: Callable[[], T], wanted: T, *, within: float = 10.0, what: str = "the state") -> None:
    """Like `eventually`, for an answer that tells more than yes or no."""
    deadline = time.monotonic() + within
    while (answer := ask()) != wanted:
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} is not {wanted!r} after {within} s, but {answer!r}")
        time.sleep(PAUSE_SECONDS)


async def eventually_async(
    ask: Callable[[], T], *, within: float = 10.0, what: str | Callable[[], str] = "the state"
) -> T:
    deadline = time.monotonic() + within
    while not (answer := ask()):
        if time.monotonic() > deadline:
            raise _missed(what, within, answer)
        await asyncio.sleep(PAUSE_SECONDS)
    return answer


def _missed(what: str | Callable[[], str], within: float, answer: object) -> AssertionError:
    named = what() if callable(what) else what
    return AssertionError(f"{named} did not come within {within} s; last answer: {answer!r}")
