"""A DOM recording as lists of scrubbed events, one for each page; times count from the recording's start."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from apps.recordings.kinds import Stream
from apps.recordings.models import Recording, Segment
from apps.recordings.reading import lines, moment_of
from apps.recordings.scrub import Scrubber

META = 4  # the type of rrweb's event that tells address and size
LATE_MS = 1000  # what came in after the end is not of it
LONGEST_TEXT = 2000


@dataclass
class Page:
    """What is known of one page from its own events. `first` and `last` in milliseconds from the start."""

    id: str  # its target, as the browser named it
    number: int
    url: str = ""
    width: int = 0
    height: int = 0
    first: float = 0.0
    last: float = 0.0
    events: int = 0
    scrubber: Scrubber = field(default_factory=Scrubber, repr=False)

    def about(self) -> dict[str, Any]:
        names = ("id", "number", "url", "width", "height", "first", "last", "events")
        return {name: getattr(self, name) for name in names}


def pieces_of(recording: Recording) -> Iterable[Segment]:
    rows = Segment.objects.filter(recording=recording, stream=Stream.DOM)
    return rows.order_by("incarnation", "number")


class Pages:
    """Reads a recording once; `pages` is complete when `events` is through."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._start = recording.started_at.timestamp() * 1000
        self._end = recording.ended_at.timestamp() * 1000 + LATE_MS if recording.ended_at else float("inf")
        self.pages: dict[str, Page] = {}

    def events(self) -> Iterator[tuple[Page, dict[str, Any]]]:
        """Scrubbed, in order of time within each page."""
        for piece in pieces_of(self._recording):
            for line in lines(piece):
                event = line.get("e")
                if isinstance(event, dict):
                    yield from self._taken(str(line.get("page", "")), event, moment_of(line, piece.first_ms))

    def _taken(self, target: str, event: dict[str, Any], at_ms: float) -> Iterator[tuple[Page, dict[str, Any]]]:
        at = moment_of({"t": event.get("timestamp")}, at_ms)
        if at > self._end:
            return
        page = self.pages.get(target)
        if page is None:
            page = self.pages[target] = Page(target, len(self.pages) + 1, first=max(0.0, at - self._start))
        told = page.scrubber.scrubbed({**event, "timestamp": max(0.0, at - self._start)})
        if told is None:
            return
        page.last = max(page.last, told["timestamp"])
        page.events += 1
        if event.get("type") == META:
            _meta(page, event.get("data"))  # as text alone: the player is given no address to go to
        yield page, told


def _meta(page: Page, data: Any) -> None:
    if not isinstance(data, dict):
        return
    page.url = str(data.get("href", ""))[:LONGEST_TEXT] or page.url
    for name in ("width", "height"):
        if isinstance(data.get(name), int):
            setattr(page, name, data[name])
