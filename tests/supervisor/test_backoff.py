import pytest

from browsergrid.supervisor.backoff import Backoff, GiveUp, Restart

BACKOFF = Backoff(first_seconds=1, factor=2, longest_seconds=10, steady_seconds=30, limit=8, limit_before_ready=3)


@pytest.mark.parametrize(
    ("failures", "ran_seconds", "was_ready", "verdict"),
    [
        (0, 1, True, Restart(1, 1)),
        (1, 1, True, Restart(2, 2)),
        (3, 1, True, Restart(8, 4)),
        (4, 1, True, Restart(10, 5)),
        (6, 1, True, Restart(10, 7)),
        (7, 1, True, GiveUp(8)),
        (7, 30, True, Restart(1, 1)),
        (1, 1, False, Restart(2, 2)),
        (2, 1, False, GiveUp(3)),
    ],
)
def test_pauses_grow_until_a_child_recovers_or_is_given_up(failures, ran_seconds, was_ready, verdict):
    assert BACKOFF.after(failures, ran_seconds, was_ready=was_ready) == verdict
