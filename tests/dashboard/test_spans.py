"""Spans of time in words."""

import pytest

from apps.dashboard.spans import ago, clock_face, in_words, offset


@pytest.mark.parametrize(
    ("seconds", "face"), [(0, "0:00"), (9.9, "0:09"), (750, "12:30"), (3723, "1:02:03"), (-5, "0:00")]
)
def test_a_clock_face_counts_whole_seconds(seconds: float, face: str) -> None:
    assert clock_face(seconds) == face


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (10, "10 seconds"),
        (60, "1 minute"),
        (5400, "1 hour 30 minutes"),
        (90061, "1 day 1 hour"),
    ],
)
def test_a_span_is_said_in_its_two_largest_units(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(2, "now"), (40, "40 s ago"), (200, "3 min ago"), (7300, "2 h ago"), (-2700, "in 45 min")]
)
def test_a_moment_is_said_relative_to_now(seconds: float, words: str) -> None:
    assert ago(seconds) == words


@pytest.mark.parametrize(("seconds", "words"), [(0.1234, "+0.12 s"), (8.44, "+8.4 s"), (125, "+2:05")])
def test_an_offset_is_as_exact_as_it_is_short(seconds: float, words: str) -> None:
    assert offset(seconds) == words
