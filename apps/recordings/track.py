"""The timeline of a session for its player: what happened when, in milliseconds from the recording's start."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from apps.events.catalog import EventType
from apps.events.queries import of_session
from apps.recordings.dom import Pages
from apps.recordings.kinds import LOGS, STREAMS, Kind, RecordingState, Stream
from apps.recordings.logs import Line, every
from apps.recordings.models import Recording
from apps.recordings.numbers import is_number
from apps.sessions.models import BrowserSession

MOST = 5000  # of each track: a player draws no more
MOST_INPUTS = 50_000
TYPING_GAP_MS = 1000
LONGEST = 300
TRACKS = ("navigation", "clicks", "typing", "console", "network", "errors", "marks")

Address = Callable[[Recording, str], str]


@dataclass
class Track:
    """`start_ms` is zero on the timeline; what was before or after is left out."""

    start_ms: float
    end_ms: float
    pages: dict[str, dict[str, Any]] = field(default_factory=dict)
    inputs: list[dict[str, Any]] = field(default_factory=list)
    tracks: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {name: [] for name in TRACKS})

    def add(self, name: str, entry: dict[str, Any]) -> None:
        if len(self.tracks[name]) < MOST:
            self.tracks[name].append(entry)


def track_of(session: BrowserSession, recording: Recording | None, now: datetime, address: Address) -> dict[str, Any]:
    """`recording` of pictures, or None: then it is the session's whole story. `address` gives a recording's files."""
    began = recording.started_at if recording else session.claimed_at or session.created_at
    ended = (recording.ended_at if recording else session.ended_at) or now
    track = Track(began.timestamp() * 1000, ended.timestamp() * 1000)
    for line in every(session, LOGS):
        if track.start_ms - 1000 <= line.at_ms <= track.end_ms + 1000 or line.stream is Stream.PAGE:
            _READERS.get(line.stream, _ignored)(track, line, max(0.0, round(line.at_ms - track.start_ms, 1)))
    _marks(track, session)
    film, doms = _pictures(recording, address)
    for told in doms:
        page = track.pages.setdefault(told["page"], _new_page(told["page"], told["first"]))
        page["url"], page["last"] = page["url"] or told["about"], max(page["last"], told["last"])
    return {
        "duration": round(track.end_ms - track.start_ms),
        "is_live": (recording.ended_at if recording else session.ended_at) is None,
        "started_at": began.isoformat(),
        "pages": [page for page in track.pages.values() if page["last"] >= 0],
        "video": film,
        "dom": [{"page": told["page"], "url": told["url"]} for told in doms],
        "inputs": track.inputs,
        "tracks": track.tracks,
    }


def _pictures(recording: Recording | None, address: Address) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    if recording is None:
        return None, []
    film = None
    doms: list[dict[str, Any]] = []
    for artifact in recording.artifacts.all():
        about = artifact.about
        if artifact.name == "video.webm":
            film = {"url": address(recording, artifact.name), "start": 0}
            film |= {name: about.get(name) for name in ("width", "height")}
        else:
            doms.append(_dom(about, address(recording, artifact.name)))
    if not recording.artifacts.all() and Stream.DOM in STREAMS[Kind(recording.kind)]:
        doms = [_dom(about, address(recording, f"dom/{about['number']}.json")) for about in live_pages(recording)]
    return film, sorted(doms, key=lambda told: told["number"])


def live_pages(recording: Recording) -> list[dict[str, Any]]:
    """Of one whose lists are not made yet: read from its pieces."""
    if recording.state not in {RecordingState.RECORDING, RecordingState.FINALISING, RecordingState.FAILED}:
        return []
    reading = Pages(recording)
    for _ in reading.events():
        pass
    return [page.about() for page in reading.pages.values() if page.events]


def _dom(about: Mapping[str, Any], url: str) -> dict[str, Any]:
    return {
        "page": str(about.get("id", "")),
        "number": int(about.get("number", 0)),
        "about": str(about.get("url", "")),
        "first": about.get("first", 0),
        "last": about.get("last", 0),
        "url": url,
    }


def _new_page(id_: str, at: float) -> dict[str, Any]:
    return {"id": id_, "title": "", "url": "", "first": at, "last": at}


def _page(track: Track, line: Line, at: float) -> None:
    id_ = str(line.data.get("page", ""))
    page = track.pages.setdefault(id_, _new_page(id_, at))
    is_before, is_after = line.at_ms < track.start_ms, line.at_ms > track.end_ms
    if is_after:
        return
    url, title, kind = _text(line, "url"), _text(line, "title"), line.data.get("kind")
    page["url"], page["title"] = url or page["url"], title or page["title"]
    if kind == "closed" and is_before:
        page["last"] = -1  # it was gone before the recording began
        return
    page["last"] = at if kind == "closed" else track.end_ms - track.start_ms
    if kind == "navigated" and not is_before:
        track.add("navigation", {"t": at, "page": id_, "url": url, "title": title})


_KINDS = {
    "mousePressed": "down", "mouseReleased": "up", "mouseMoved": "move", "mouseWheel": "wheel",
    "keyDown": "key", "rawKeyDown": "key", "char": "key", "insertText": "text",
    "touchStart": "touch", "touchMove": "touch", "touchEnd": "touch",
}  # fmt: skip


def _input(track: Track, line: Line, at: float) -> None:
    params = line.data.get("params")
    params = params if isinstance(params, dict) else {}
    method = str(line.data.get("method", ""))
    word = "insertText" if method.endswith("insertText") else str(params.get("type", ""))
    kind, page = _KINDS.get(word), str(line.data.get("page", ""))
    if kind is None:
        return
    spot = {name: round(float(value), 1) for name, value in _spot(line, params).items()}
    if len(track.inputs) < MOST_INPUTS:
        track.inputs.append({"t": at, "kind": kind, "page": page, **spot})
    if kind == "down" and "x" in spot:
        track.add("clicks", {"t": at, "page": page, **spot})
    if kind in {"key", "text"}:
        _typed(track, at, page)


def _spot(line: Line, params: Mapping[str, Any]) -> dict[str, float]:
    points = params.get("touchPoints") or params.get("points")
    first = points[0] if isinstance(points, list) and points and isinstance(points[0], dict) else {}
    known = {**line.data, **params, **first}
    names = {"x": ("x",), "y": ("y",), "w": ("w", "width"), "h": ("h", "height")}
    found = {}
    for name, others in names.items():
        value = next((known[other] for other in others if is_number(known.get(other))), None)
        if value is not None:
            found[name] = float(value)
    return found


def _typed(track: Track, at: float, page: str) -> None:
    """Keys that follow each other are one stretch of typing."""
    typing = track.tracks["typing"]
    if typing and typing[-1]["page"] == page and at - typing[-1]["end"] <= TYPING_GAP_MS:
        typing[-1]["end"], typing[-1]["count"] = at, typing[-1]["count"] + 1
    else:
        track.add("typing", {"t": at, "end": at, "page": page, "count": 1})


def _console(track: Track, line: Line, at: float) -> None:
    told = {"t": at, "page": str(line.data.get("page", "")), "level": _text(line, "level"), "text": _text(line, "text")}
    track.add("console", told)
    if told["level"] == "error":
        track.add("errors", {"t": at, "page": told["page"], "kind": "console", "text": told["text"]})


def _network(track: Track, line: Line, at: float) -> None:
    data = line.data
    end = data.get("end")
    status = data.get("status")
    told: dict[str, Any] = {
        "t": at,
        "end": max(at, round(float(end) - track.start_ms, 1)) if is_number(end) else at,
        "page": str(data.get("page", "")),
        "method": _text(line, "method"),
        "url": _text(line, "url"),
        "status": status if isinstance(status, int) else None,
        "type": _text(line, "type"),
        "bytes": data.get("bytes") if is_number(data.get("bytes")) else None,
        "error": _text(line, "error"),
    }
    track.add("network", told)
    if told["error"] or (told["status"] or 0) >= 500:
        text = f"{told['method']} {told['url']} {told['error'] or told['status']}"
        track.add("errors", {"t": told["end"], "page": told["page"], "kind": "network", "text": text[:LONGEST]})


def _crash(track: Track, line: Line, at: float) -> None:
    text = _text(line, "reason") or "The page crashed."
    track.add("errors", {"t": at, "page": str(line.data.get("page", "")), "kind": "crash", "text": text})


def _ignored(track: Track, line: Line, at: float) -> None:
    pass


def _marks(track: Track, session: BrowserSession) -> None:
    """As `BrowserGrid.mark` and the API set them: they are events of the session."""
    marked: Iterable[Any] = of_session(session.pk).filter(type=EventType.SESSION_MARKED)
    for event in marked:
        at = event.occurred_at.timestamp() * 1000
        if track.start_ms <= at <= track.end_ms:
            track.add("marks", {"t": round(at - track.start_ms, 1), "label": str(event.data.get("label", ""))})


def _text(line: Line, name: str) -> str:
    value = line.data.get(name)
    return value[:LONGEST] if isinstance(value, str) else ""


_READERS: dict[Stream, Callable[[Track, Line, float], None]] = {
    Stream.PAGE: _page,
    Stream.INPUT: _input,
    Stream.CONSOLE: _console,
    Stream.NETWORK: _network,
    Stream.CRASH: _crash,
}
