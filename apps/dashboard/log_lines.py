"""Lines of a session's logs as a page shows them: one sentence each, whatever the node wrote."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from apps.dashboard.spans import offset
from apps.recordings.kinds import Stream
from apps.recordings.logs import Line

NAMES = {
    Stream.CONSOLE: "Console",
    Stream.NETWORK: "Network",
    Stream.COMMAND: "Commands",
    Stream.PAGE: "Pages",
    Stream.DOWNLOAD: "Downloads",
    Stream.CRASH: "Crashes",
    Stream.MARK: "Notes",
}
LONGEST = 600
PAGES = {"opened": "Opened", "navigated": "Went to", "title": "Is titled", "closed": "Closed"}


@dataclass(frozen=True)
class LogLine:
    """`level` colours it: error, warning or nothing. `sum` stands at the end: a status, a duration, a size."""

    id: str
    stream: str
    level: str
    what: str
    sum: str
    at: datetime
    offset: str


def log_lines(lines: Iterable[Line], start: datetime) -> list[LogLine]:
    """`start` is where the offsets count from."""
    return [_line(line, start) for line in lines]


def _line(line: Line, start: datetime) -> LogLine:
    at = datetime.fromtimestamp(line.at_ms / 1000, UTC)
    level, what, told = _said(line)
    seconds = (at - start).total_seconds()
    shown = offset(seconds) if seconds >= 0 else f"−{offset(-seconds)[1:]}"
    return LogLine(line.id, line.stream, level, what[:LONGEST], told, at, shown)


def _said(line: Line) -> tuple[str, str, str]:
    data = line.data
    match line.stream:
        case Stream.CONSOLE:
            line_number = data.get("line")
            where = _text(data, "url") + (f":{line_number}" if isinstance(line_number, int) else "")
            return _level(data), _text(data, "text"), where[-80:]
        case Stream.NETWORK:
            return _request(data, line.at_ms)
        case Stream.COMMAND:
            error = _text(data, "error")
            what = " ".join(filter(None, (_text(data, "method"), error)))
            return "error" if error else "", what, _took(data.get("ms"))
        case Stream.PAGE:
            word = PAGES.get(_text(data, "kind"), "")
            return "", " ".join(filter(None, (word, _text(data, "title") or _text(data, "url")))), ""
        case Stream.DOWNLOAD:
            return "", _text(data, "name"), _text(data, "state")
        case Stream.CRASH:
            return "error", _text(data, "reason") or "The page crashed.", ""
        case _:
            told = [_text(data, name) for name in ("label", "kind", "stream", "state")]
            return "", told[0] or " ".join(filter(None, told[1:])), str(data.get("count", ""))[:20]


def _request(data: dict[str, Any], began_ms: float) -> tuple[str, str, str]:
    status, error, end = data.get("status"), _text(data, "error"), data.get("end")
    number = status if isinstance(status, int) else 0
    level = "error" if error or number >= 500 else "warning" if number >= 400 else ""
    took = _took(end - began_ms) if isinstance(end, int | float) else ""
    told = " · ".join(filter(None, (error or str(number or ""), took)))
    return level, f"{_text(data, 'method')} {_text(data, 'url')}".strip(), told


def _level(data: dict[str, Any]) -> str:
    level = _text(data, "level")
    return level if level in {"error", "warning"} else ""


def _took(milliseconds: Any) -> str:
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float):
        return ""
    return f"{milliseconds:.0f} ms" if milliseconds < 10_000 else f"{milliseconds / 1000:.1f} s"


def _text(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    return "".join(letter if letter.isprintable() else " " for letter in value) if isinstance(value, str) else ""
