"""Ada, who calls the API as in its own tests, and a watch over what the hostile requests do besides."""

from collections.abc import Iterator

import pytest

from tests.api.conftest import caller, thread_lets_go, user
from tests.hostile.watch import deeds, forged, logged

__all__ = ["caller", "thread_lets_go", "user"]


@pytest.fixture(autouse=True)
def _no_deeds_and_no_forged_lines() -> Iterator[None]:
    """Whatever is asked, no file is written, no program started, and each record is one line of the log."""
    with deeds() as done, logged() as lines:
        yield
    assert done == []
    assert forged(lines) == []
