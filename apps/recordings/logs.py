"""Reading a session's logs in order of time, from any place on, narrowed by stream and text. A place is exact: it names
the next line of each stream, so that whoever reads on misses nothing and hears nothing twice.
"""

import base64
import binascii
import heapq
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import F, Q, QuerySet, Sum, Window
from django.db.models.functions import RowNumber

from apps.core.errors import Invalid
from apps.recordings.kinds import LOGS, Stream
from apps.recordings.models import Segment
from apps.recordings.queries import segments_of
from apps.recordings.reading import lines, moment_of
from apps.sessions.models import BrowserSession

SHOWN = (Stream.CONSOLE, Stream.NETWORK, Stream.COMMAND, Stream.PAGE, Stream.DOWNLOAD, Stream.CRASH, Stream.MARK)
BATCH = 50  # pieces of one stream
SCAN = 20_000  # lines looked through for one answer; a rare word takes several
LONGEST_PLACE = 2000
BIGGEST = 2**31

Point = tuple[int, int, int]  # incarnation, number, line: the next one
START: Point = (0, 0, 0)


@dataclass(frozen=True)
class Place:
    """Where a reader stands: of each stream the next line. Its text is what the outside is given."""

    points: Mapping[str, Point] = field(default_factory=dict)

    def __str__(self) -> str:
        text = json.dumps({name: list(point) for name, point in self.points.items()}, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


BEGINNING = Place()


@dataclass(frozen=True)
class Line:
    """One entry; `data` as the node wrote it, without `t`. It came from pages and clients. `after` leads on from it."""

    id: str
    stream: Stream
    at_ms: float
    data: dict[str, Any]
    after: Place = BEGINNING


@dataclass(frozen=True)
class Read:
    """What was found, and from where to read on. `is_end`: nothing more is stored now."""

    lines: list[Line]
    place: Place
    is_end: bool


def place_of(text: str) -> Place:
    """Raises Invalid where it is none of ours."""
    if not text:
        return BEGINNING
    try:
        if len(text) > LONGEST_PLACE:
            raise ValueError(text)
        known = json.loads(base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)))
        points = {str(Stream(name)): _point(value) for name, value in known.items()}
    except (ValueError, AttributeError, TypeError, binascii.Error, RecursionError) as error:
        raise Invalid("invalid", "after: Not one of ours.", fields={"after": "Not one of ours."}) from error
    return Place(points)


def read(session: BrowserSession, streams: Iterable[Stream], place: Place, *, text: str = "", limit: int = 100) -> Read:
    """At most `limit` lines that contain `text`, whatever the case of its letters."""
    points: dict[str, Point] = dict(place.points)
    found: list[Line] = []
    wanted = text.lower()
    for looked, (entry, following) in enumerate(_merged(session, [name for name in streams if name in LOGS], points)):
        if len(found) == limit or looked == SCAN:
            return Read(found, Place(points), is_end=False)
        points[entry.stream] = following
        if not wanted or _mentions(entry, wanted):
            found.append(replace(entry, after=Place(dict(points))))
    return Read(found, Place(points), is_end=True)


def every(session: BrowserSession, streams: Iterable[Stream]) -> Iterator[Line]:
    """All lines of those streams, in order of time."""
    for entry, _ in _merged(session, list(streams), {}):
        yield entry


def end_of(session: BrowserSession, streams: Iterable[Stream], *, least: int) -> Place:
    """A place so near to the end that at least so many lines follow, where there are so many."""
    points: dict[str, Point] = {}
    following = Window(Sum("lines"), **_within_stream("-incarnation", "-number")) - F("lines")
    for piece in segments_of(session, streams).annotate(following=following).filter(following__lt=least):
        skip = max(0, piece.lines - (least - piece.following))
        points.setdefault(piece.stream, (piece.incarnation, piece.number, skip))
    return Place(points)


def _merged(
    session: BrowserSession, streams: Collection[Stream], points: Mapping[str, Point]
) -> Iterator[tuple[Line, Point]]:
    """Of all those streams by time, each from its point on; with the point that follows each line."""
    first = _first_pieces(session, streams, points)
    each = (_stream(session, stream, points.get(stream, START), first[stream]) for stream in streams)
    return heapq.merge(*each, key=lambda pair: pair[0].at_ms)


def _stream(
    session: BrowserSession, stream: Stream, point: Point, first: list[Segment]
) -> Iterator[tuple[Line, Point]]:
    incarnation, number, skip = point
    for piece in _pieces(session, stream, first):
        is_first = (piece.incarnation, piece.number) == (incarnation, number)
        at_ms = float(piece.first_ms)
        for index, entry in enumerate(lines(piece)):
            at_ms = max(at_ms, moment_of(entry, at_ms))  # within a stream the order of writing counts
            if is_first and index < skip:
                continue
            data = {name: value for name, value in entry.items() if name != "t"}
            at = moment_of(entry, at_ms)
            yield (
                Line(f"{stream}.{piece.incarnation}.{piece.number}.{index}", stream, at, data),
                (piece.incarnation, piece.number, index + 1),
            )


def _first_pieces(
    session: BrowserSession, streams: Collection[Stream], points: Mapping[str, Point]
) -> dict[str, list[Segment]]:
    """A few of each stream, by one question for all of them."""
    here = Q()
    for stream in streams:
        here |= Q(stream=stream) & _from(points.get(stream, START))
    place = Window(RowNumber(), **_within_stream("incarnation", "number"))
    found: dict[str, list[Segment]] = {stream: [] for stream in streams}
    for piece in segments_of(session, streams).filter(here).annotate(place=place).filter(place__lte=BATCH):
        found[piece.stream].append(piece)
    return found


def _pieces(session: BrowserSession, stream: Stream, found: list[Segment]) -> Iterator[Segment]:
    """A few at a time: whoever reads may be another thread each time, which takes no open cursor along."""
    while True:
        yield from found
        if len(found) < BATCH:
            return
        last = found[-1]
        rows: QuerySet[Segment] = segments_of(session, [stream])
        found = list(rows.filter(_from((last.incarnation, last.number + 1, 0)))[:BATCH])


def _from(point: Point) -> Q:
    incarnation, number, _ = point
    return Q(incarnation=incarnation, number__gte=number) | Q(incarnation__gt=incarnation)


def _within_stream(*order: str) -> dict[str, Any]:
    return {"partition_by": ["stream"], "order_by": list(order)}


def _mentions(entry: Line, wanted: str) -> bool:
    return wanted in json.dumps(entry.data, ensure_ascii=False).lower()


def _point(value: Any) -> Point:
    if not isinstance(value, list) or len(value) != 3:
        raise ValueError(value)
    if not all(type(part) is int and 0 <= part < BIGGEST for part in value):
        raise ValueError(value)
    return value[0], value[1], value[2]
