"""benchmarks.report and .splice: verdicts and ratios from figures; pure."""

import json

import pytest

from benchmarks import report
from benchmarks.report import Bar, Report, Table
from benchmarks.splice import bars

ROWS = {"direct": {"p50": 10.0, "rate": 200.0}, "ours": {"p50": 25.0, "kB": 9.0}, "peer": {"p50": 50.0, "kB": 3.0}}


@pytest.mark.parametrize(
    ("bar", "holds", "bound"),
    [
        (Bar("a", 1.1, at_most=1.1), True, "≤ 1.1"),
        (Bar("a", 1.11, at_most=1.1), False, "≤ 1.1"),
        (Bar("a", 1.5, at_least=1.5), True, "≥ 1.5"),
        (Bar("a", 1.4, at_least=1.5), False, "≥ 1.5"),
        (Bar("a", 99), True, "reported"),
    ],
)
def test_a_bar_holds_within_its_bounds(bar, holds, bound):
    assert (bar.holds, bar.bound) == (holds, bound)


def test_every_cell_stands_beside_direct_and_peer():
    text = Table("title", ROWS, "direct", "peer").markdown()
    assert "| direct | 10.0 (0.20) | 200 (–) | – |" in text
    assert "| ours | 25.0 (2.50; 0.50) | – | 9.00 (–; 3.00) |" in text
    assert "| peer | 50.0 (5.00) | – | 3.00 (–) |" in text


def test_a_run_is_stored_for_people_and_programs(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "RESULTS", tmp_path)
    found = Report("splice", [Table("title", ROWS, "direct", "peer")], [Bar("what", 2.0, at_most=1.0)], {"rounds": 3})
    path = report.write([found])
    assert "| what | 2.00 | ≤ 1 | **fails** |" in path.read_text()
    stored = json.loads(path.with_suffix(".json").read_text())
    assert stored["reports"][0]["tables"][0]["rows"] == ROWS
    assert stored["reports"][0]["bars"][0]["holds"] is False
    assert not found.holds


def test_the_bars_of_the_splice_are_ratios_to_node():
    splice = {"p50 µs @1": 39.0, "16 MB: MB/s": 1600.0, "opens/s": 2600.0}
    node = {"p50 µs @1": 40.0, "16 MB: MB/s": 770.0, "opens/s": 2500.0}
    verdicts = [bar.holds for bar in bars({"splice": splice, "node http-proxy": node})]
    assert verdicts == [True, True, False]
