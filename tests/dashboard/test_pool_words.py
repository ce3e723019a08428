"""A pool's numbers in sentences."""

import pytest

from apps.dashboard.pool_words import explained, ordinal

USUAL = {
    "min": 2,
    "max": 8,
    "max_concurrency": 6,
    "timeout_minutes": 60,
    "idle_timeout_seconds": 300,
    "queue_limit": 100,
    "queue_timeout_seconds": 25,
}


def test_the_usual_numbers() -> None:
    found = explained(USUAL)
    assert found.sentences == (
        "Up to 8 browsers, 2 always warm.",
        "6 sessions may be in use; the 7th caller waits up to 25 seconds, and then is told to come back.",
        "A session ends 1 hour after its claim, or after 5 minutes without activity.",
    )
    assert found.warnings == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"min": 0}, "none kept warm"),
        ({"max": 1, "min": 1}, "Up to 1 browser, 1 always warm"),
        ({"queue_limit": 0}, "the 7th caller is refused at once"),
        ({"idle_timeout_seconds": 0}, "A session ends 1 hour after its claim."),
        ({"max_concurrency": 20}, "never more than 8 can be in use"),
        ({"max_concurrency": 7}, "When 7 are in use, only 1 stays warm"),
        ({"max_concurrency": 8}, "none stays warm"),
        ({"queue_timeout_seconds": 40}, "gives up after 30 seconds"),
        ({"min": 9}, "may not exceed max"),
        ({"max": 0, "min": 0}, "at least 1"),
        ({"min": -3}, "Give whole numbers: min"),
    ],
)
def test_what_follows_from_others(change: dict[str, int], words: str) -> None:
    found = explained(USUAL | change)
    assert words in " ".join([*found.sentences, *found.warnings])


def test_ordinals() -> None:
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 22, 101, 111)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "101st", "111th",
    ]  # fmt: skip
