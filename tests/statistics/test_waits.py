"""Histograms of waits."""

import random

from apps.statistics.waits import bucket, counted, middle, percentile, read, stored


def test_nothing_waited_has_no_percentile() -> None:
    assert percentile({}, 0.5) is None


def test_what_was_served_at_once_waited_nothing() -> None:
    assert percentile(counted([0.0, 0.0, 0.0005]), 0.95) == 0.0


def test_percentiles_are_true_within_eight_percent() -> None:
    chance = random.Random(7)
    seconds = sorted(chance.lognormvariate(0, 1.5) for _ in range(5000))
    waits = counted(seconds)
    for share in (0.5, 0.95, 0.99):
        exact = seconds[int(share * len(seconds)) - 1]
        assert abs((percentile(waits, share) or 0) / exact - 1) < 0.08


def test_sums_of_histograms_are_the_histogram_of_all() -> None:
    one, two = [0.1, 0.2, 5.0], [0.4, 30.0]
    assert counted(one) + counted(two) == counted(one + two)


def test_a_histogram_survives_json() -> None:
    waits = counted([0.0, 0.3, 12.0, 12.0])
    assert read(stored(waits)) == waits


def test_a_bucket_s_middle_lies_in_it() -> None:
    assert all(bucket(middle(number)) == number for number in range(1, 90))
