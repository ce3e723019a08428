"""Every reason a session can end for is told in words."""

import pytest

from apps.dashboard.endings import Limits, ending
from apps.sessions.lifecycle import EndReason

LIMITS = Limits(connect_seconds=10, start_seconds=60, idle_seconds=300, timeout_minutes=60, pool="default")


@pytest.mark.parametrize("reason", list(EndReason))
def test_a_reason_says_what_happened_and_why(reason: EndReason) -> None:
    said = ending(reason, LIMITS)
    assert said.what
    assert not said.what.endswith(".")  # it stands in rows too; the page sets the stop
    assert said.why.endswith(".")
    assert "!" not in said.what + said.why + said.advice


def test_a_limit_is_named_with_its_value_and_where_to_change_it() -> None:
    assert "10 seconds" in ending(EndReason.NO_CONNECT, LIMITS).why
    assert "5 minutes" in ending(EndReason.IDLE, LIMITS).why
    assert "idle_timeout_seconds" in ending(EndReason.IDLE, LIMITS).advice
    assert "1 hour" in ending(EndReason.MAX_DURATION, LIMITS).why
