"""What the server draws."""

import re

from apps.dashboard.charts import HEIGHT, WIDTH, Chart, points, spark


def chart(*values: float) -> Chart:
    entries = [(f"h{n}", value) for n, value in enumerate(values)]
    return Chart("x", "X", "now", points(entries, lambda value: f"{value:g} of them"))


def test_the_highest_bar_reaches_the_top_and_bears_its_value() -> None:
    drawn = chart(1, 4, 2)
    assert f"v-{HEIGHT:.1f}" in drawn.path
    assert drawn.peak is not None
    assert (drawn.peak.said, drawn.peak.at) == ("4 of them", "50.00")


def test_of_several_highest_the_last_one_is_labelled() -> None:
    peak = chart(4, 1, 4, 1).peak
    assert peak is not None
    assert peak.label == "h2"


def test_nothing_at_all_is_flat() -> None:
    drawn = chart(0, 0)
    assert drawn.is_flat
    assert drawn.peak is None
    assert drawn.path == ""


def test_a_small_value_is_still_seen() -> None:
    assert "v-1.5" in chart(1, 100000).path


def test_all_is_drawn_within_the_box() -> None:
    numbers = re.findall(r"M(-?[\d.]+) (-?[\d.]+)", chart(3, 1, 2).path)
    assert numbers
    assert all(0 <= float(x) <= WIDTH and 0 <= float(y) <= HEIGHT for x, y in numbers)


def test_a_label_at_the_edge_stays_inside() -> None:
    assert chart(9, *[1] * 20).peak_anchor == "start"
    assert chart(*[1] * 20, 9).peak_anchor == "end"


def test_a_chart_of_nothing_is_a_chart() -> None:
    assert (chart().path, chart().rows, chart().peak) == ("", (), None)


def test_a_spark_needs_two_values() -> None:
    assert spark([1], 88, 30) == ""
    assert spark([0, 1], 88, 30).startswith("M0.0 ")
