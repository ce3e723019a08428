"""A session's story: its events in words, and its states as spans of one line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.dashboard.endings import Limits, ending
from apps.dashboard.spans import clock_face, offset
from apps.dashboard.states import words
from apps.events.catalog import EventType
from apps.events.models import Event
from apps.sessions.lifecycle import SessionState

E, S = EventType, SessionState
KINDS = {"state": "States", "client": "Clients", "mark": "Marks", "other": "Other"}
CHANGED = {"name": "name", "metadata": "metadata", "keep_alive": "keep alive", "expires_at": "when it ends"}
LINE = 1000.0  # the width that spans are parts of


@dataclass(frozen=True)
class Moment:
    """`kind` is what the stream can be narrowed to: one of KINDS."""

    id: str
    kind: str
    state: str  # its glyph, or empty where `icon` stands
    icon: str
    what: str
    why: str
    at: datetime
    offset: str


@dataclass(frozen=True)
class Span:
    state: str
    x: float
    width: float
    label: str


_PLAIN: dict[str, tuple[str, str, str]] = {  # type → glyph, icon, what
    E.SESSION_CREATED: ("pending", "", "Created"),
    E.SESSION_STARTING: ("starting", "", "Browser starting"),
    E.SESSION_READY: ("ready", "", "Browser ready"),
    E.SESSION_CLAIMED: ("claimed", "", "Claimed"),
    E.SESSION_CONNECTED: ("", "link", "Client connected"),
    E.SESSION_DISCONNECTED: ("", "unlink", "Client disconnected"),
    E.SESSION_PAUSED: ("paused", "", "Paused"),
    E.SESSION_RESUMED: ("running", "", "Resumed"),
    E.SESSION_RELAUNCHED: ("", "refresh", "Browser relaunched with your options"),
    E.SESSION_STOPPING: ("stopping", "", "Stopping"),
    E.SESSION_MARKED: ("", "mark", "Mark"),
    E.SESSION_CHANGED: ("", "settings", "Changed"),
    E.SESSION_SHARED: ("", "share", "Shared"),
    E.SESSION_UNSHARED: ("", "share", "No longer shared"),
    E.SESSION_TRANSFERRED: ("", "user", "Given to another owner"),
    E.TAKEOVER_REQUESTED: ("", "bell", "A person was asked to take over"),
    E.TAKEOVER_STARTED: ("", "user", "A person took control"),
    E.TAKEOVER_FINISHED: ("", "user", "Control was handed back"),
}
TAKEOVER = {E.TAKEOVER_REQUESTED, E.TAKEOVER_STARTED, E.TAKEOVER_FINISHED}
OVER = {  # how a takeover ended, where it was not handed back
    "left": "The person left",
    "session_ended": "The session ended meanwhile",
    "taken_over": "Somebody else took control",
    "timed_out": "Nobody came in time",
}


def moments(events: Iterable[Event], start: datetime, limits: Limits) -> list[Moment]:
    """Oldest first; `start` is where the offsets count from."""
    return [_moment(event, start, limits) for event in events]


def spans(events: Sequence[Event], start: datetime, end: datetime) -> list[Span]:
    """The states from `start` to `end`, as parts of a line 1000 wide. Each at least visible."""
    marks = [(event.occurred_at, str(event.data["to"])) for event in events if event.data.get("to") in set(S)]
    total = max((end - start).total_seconds(), 0.001)
    found: list[Span] = []
    for (at, state), (until, _) in zip(marks, [*marks[1:], (end, "")], strict=False):
        first, last = max(at, start), min(until, end)
        seconds = (last - first).total_seconds()
        if seconds <= 0 or state in {S.COMPLETED, S.TIMED_OUT, S.ERROR}:
            continue
        x = LINE * (first - start).total_seconds() / total
        label = f"{words(state).word} for {clock_face(seconds)}"
        found.append(Span(state, round(x, 2), max(round(LINE * seconds / total, 2), 2.0), label))
    return found


def _moment(event: Event, start: datetime, limits: Limits) -> Moment:
    glyph, icon, what = _PLAIN.get(event.type, ("", "info", event.type))
    if event.type == E.SESSION_CONNECTED and event.data.get("to") == S.RUNNING:
        glyph, icon = "running", ""
    why = ""
    if event.type == E.SESSION_ENDED:
        glyph, icon = str(event.data.get("to") or event.data.get("state") or "completed"), ""
        what = words(glyph).word
    if event.type == E.TAKEOVER_FINISHED:
        what = OVER.get(str(event.data.get("ending")), what)
    if event.type == E.SESSION_MARKED:
        what = str(event.data.get("label", "")) or what
    reason = _reason(event.data)
    if reason:
        why = ending(reason, limits).what
    elif event.type in {E.SESSION_CONNECTED, E.SESSION_DISCONNECTED}:
        why = str(event.data.get("connection", ""))
    elif event.type == E.TAKEOVER_REQUESTED:
        why = str(event.data.get("reason", ""))
    elif event.type == E.SESSION_CHANGED:
        why = ", ".join(CHANGED.get(name, name) for name in event.data.get("changed", ()))
    seconds = (event.occurred_at - start).total_seconds()
    return Moment(
        id=event.public_id,
        kind=_kind(event.type),
        state=glyph,
        icon=icon,
        what=what,
        why=why,
        at=event.occurred_at,
        offset=offset(seconds) if seconds >= 0 else f"−{offset(-seconds)[1:]}",
    )


def _kind(type_: str) -> str:
    if type_ in {E.SESSION_CONNECTED, E.SESSION_DISCONNECTED, *TAKEOVER}:
        return "client"
    if type_ == E.SESSION_MARKED:
        return "mark"
    if type_ in {E.SESSION_CHANGED, E.SESSION_SHARED, E.SESSION_UNSHARED, E.SESSION_TRANSFERRED}:
        return "other"
    return "state" if type_ in _PLAIN or type_ == E.SESSION_ENDED else "other"


def _reason(data: dict[str, Any]) -> str:
    return str(data.get("end_reason") or data.get("reason") or "") if data.get("to") else ""
