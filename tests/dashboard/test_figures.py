"""Four figures and their lines, and the day's charts."""

from collections import Counter
from datetime import UTC, datetime

from apps.dashboard.figures import BUCKETS, day_charts, figures
from apps.statistics.use import HOUR, Use
from apps.statistics.waits import counted

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def day(**uses: Use) -> list[tuple[datetime, Use]]:
    """24 hours up to the present one; `h3=…` is what was used three hours ago."""
    return [(NOON - HOUR * ago, uses.get(f"h{ago}", Use())) for ago in reversed(range(BUCKETS))]


def test_nothing_yet_is_said_plainly_and_drawn_flat() -> None:
    for figure in figures(day(), in_use=0, last_hour=0):
        assert figure.value in {"0", "–"}
        assert figure.is_flat
        assert len(figure.points) == BUCKETS
    assert all(chart.is_flat and chart.peak is None for chart in day_charts(day()))


def test_each_figure_counts_its_own() -> None:
    hours = day(h3=Use(3, 3, errors=1, waits=Counter({0: 3})), h0=Use(2, 1, waits=counted([2.0])))
    found = {figure.name: figure for figure in figures(hours, in_use=2, last_hour=1)}
    assert found["running"].value == "2"
    assert found["running"].note == "at most 3 within an hour"
    assert (found["claims"].value, found["claims"].note) == ("1", "4 in 24 hours")
    assert (found["wait"].value, found["wait"].unit) == ("0", "ms")
    assert "p95 2." in found["wait"].note or "p95 1.9" in found["wait"].note
    assert found["errors"].value == "1"
    assert "25.0 %" in found["errors"].note


def test_a_line_begins_at_the_left_and_ends_at_the_right() -> None:
    figure = figures(day(h0=Use(1, 1)), in_use=1, last_hour=1)[0]
    assert figure.line.startswith("M0.0 ")
    assert "88.0 " in figure.line


def test_a_chart_says_each_hour_exactly() -> None:
    chart = next(chart for chart in day_charts(day(h1=Use(5, 4))) if chart.name == "claims")
    assert chart.rows[-2].label == "21 Nov, 11:00–12:00"
    assert chart.rows[-2].said == "4 claims"
    assert chart.now == "4 claims in 24 hours"
