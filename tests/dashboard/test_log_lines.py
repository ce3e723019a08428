"""Lines of logs as sentences, whatever a node or a page wrote."""

from datetime import UTC, datetime
from typing import Any

import pytest

from apps.dashboard.log_lines import LogLine, log_lines
from apps.recordings.kinds import Stream
from apps.recordings.logs import Line

START = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


def shown(stream: str, at_seconds: float = 1.0, /, **data: Any) -> LogLine:
    line = Line("x", Stream(stream), START.timestamp() * 1000 + at_seconds * 1000, data)
    return log_lines([line], START)[0]


@pytest.mark.parametrize(
    ("stream", "data", "level", "what", "end"),
    [
        (
            "console",
            {"level": "error", "text": "Oh", "url": "https://a/b.js", "line": 3},
            "error",
            "Oh",
            "https://a/b.js:3",
        ),
        ("console", {"level": "log", "text": "a\nb"}, "", "a b", ""),
        ("network", {"method": "GET", "url": "https://a", "status": 200}, "", "GET https://a", "200"),
        ("network", {"method": "GET", "url": "https://a", "status": 404}, "warning", "GET https://a", "404"),
        ("network", {"method": "GET", "url": "https://a", "error": "net::ERR"}, "error", "GET https://a", "net::ERR"),
        ("command", {"method": "Page.navigate", "ms": 12.4}, "", "Page.navigate", "12 ms"),
        ("command", {"method": "X.y", "ms": 20000, "error": "no"}, "error", "X.y no", "20.0 s"),
        ("page", {"kind": "navigated", "url": "https://a"}, "", "Went to https://a", ""),
        ("download", {"name": "a.pdf", "state": "completed"}, "", "a.pdf", "completed"),
        ("crash", {"reason": "page_crashed"}, "error", "page_crashed", ""),
        ("mark", {"label": "here", "kind": "mark"}, "", "here", ""),
        ("mark", {"kind": "dropped", "stream": "video", "count": 7}, "", "dropped video", "7"),
        ("console", {"level": 3, "text": ["x"], "line": None}, "", "", ""),
    ],
)
def test_each_is_one_sentence(stream: str, data: dict[str, Any], level: str, what: str, end: str):
    line = shown(stream, **data)
    assert (line.level, line.what, line.sum) == (level, what, end)


def test_how_long_a_request_took_is_counted_from_its_start():
    line = shown("network", url="https://a", status=200, end=START.timestamp() * 1000 + 1250)
    assert line.sum == "200 · 250 ms"


def test_what_was_before_the_claim_has_a_minus():
    assert shown("console", -2.0, text="x").offset.startswith("−")
