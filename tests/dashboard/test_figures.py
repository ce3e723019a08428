"""Four figures and their lines."""

from datetime import UTC, datetime, timedelta

from apps.dashboard.figures import BUCKETS, Life, figures, path

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def life(
    minutes_ago: float, *, lasted: float | None = None, connected_after: float | None = 0.2, failed: bool = False
) -> Life:
    claimed = NOW - timedelta(minutes=minutes_ago)
    return Life(
        claimed_at=claimed,
        connected_at=claimed + timedelta(seconds=connected_after) if connected_after is not None else None,
        ended_at=claimed + timedelta(minutes=lasted) if lasted is not None else None,
        failed=failed,
    )


def test_nothing_yet_is_said_plainly_and_drawn_flat() -> None:
    for figure in figures([], NOW):
        assert figure.value in {"0", "–"}
        assert figure.is_flat
        assert len(figure.points) == BUCKETS


def test_each_figure_counts_its_own() -> None:
    lives = [life(10), life(30, lasted=5), life(120, lasted=1, failed=True), life(200, lasted=2, connected_after=None)]
    found = {figure.name: figure for figure in figures(lives, NOW)}
    assert found["running"].value == "1"
    assert found["claims"].value == "2"
    assert found["connect"].value == "200"
    assert found["connect"].unit == "ms"
    assert found["errors"].value == "1"
    assert "25.0 %" in found["errors"].note


def test_a_line_begins_at_the_left_and_ends_at_the_right() -> None:
    line = path([0, 1, 2])
    assert line.startswith("M0.0 ")
    assert "88.0 " in line
    assert path([1]) == ""
