"""What is kept of one browser, on the node's own disk: appended to in memory, closed into numbered segments.

A segment is a file that is never changed again; everything that is known of it stands in its name, so that the spool
is found again after a restart of the node. Of what is still open, `SEGMENT_SECONDS` at most, a killed node loses all.
"""

import asyncio
import contextlib
import gzip
import hashlib
import hmac
import json
import logging
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from browser_node.capture.video_frames import VideoFrame
from browser_node.wire_capture import Segment, Stream

logger = logging.getLogger(__name__)

SEGMENT_SECONDS = 5.0
SEGMENT_BYTES = 1024 * 1024
_STEADY = (Stream.DOM, Stream.VIDEO)  # others get no more than a segment each `SEGMENT_SECONDS`: the rest is a flood
_ALWAYS = (Stream.MARK, Stream.CRASH)
_COMPRESSION = 4  # a megabyte of rrweb events: 12 ms instead of 30, and 4 % more bytes
_NAME = re.compile(r"([a-z]+)-([0-9]{8})-([0-9]{1,15})-([0-9]{1,15})-([0-9a-f]{64})")
_CREDENTIAL = "credential"


@dataclass(slots=True)
class _Open:
    """What is not yet a segment. Lines are encoded when it closes, which happens in a thread."""

    first_ms: int
    last_ms: int
    since: float
    items: list[Mapping[str, Any] | bytes] = field(default_factory=list)
    size: int = 0


class Spool:
    """`append` and `append_frame` from the event loop; they never wait and never fail.

    `limit` bounds what lies here: beyond it everything but marks and crashes is dropped, and marks say so; so they do
    where a page or a client says more than anybody could want to read.
    """

    def __init__(self, directory: Path, limit: int) -> None:
        self.directory = directory
        self.limit = limit
        self.dropped = 0
        self.ended_at: float | None = None  # when nothing more can come; by time.monotonic()
        self._streams: set[Stream] = set()  # that may grow
        self._open: dict[Stream, _Open] = {}
        self._segments: dict[tuple[Stream, int], Segment] = {}
        self._next: dict[Stream, int] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._bytes = 0
        self._missing: dict[Stream, int] = {}  # dropped since the last mark about it

    @classmethod
    def create(cls, directory: Path, limit: int, credential: str) -> "Spool":
        """Raises OSError."""
        directory.mkdir(mode=0o700, exist_ok=True)
        _write(directory / _CREDENTIAL, hashlib.sha256(credential.encode()).hexdigest().encode())
        return cls.load(directory, limit)

    @classmethod
    def load(cls, directory: Path, limit: int) -> "Spool":
        """With what lies there from before; what was being written then is removed."""
        spool = cls(directory, limit)
        for entry in os.scandir(directory):
            segment = _parse(entry.name, entry.stat(follow_symlinks=False).st_size)
            if segment is not None:
                spool._add(segment)
            elif entry.name != _CREDENTIAL:
                os.unlink(entry.path)
        return spool

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return self._bytes

    def opens_to(self, credential: bytes) -> bool:
        """Whether this is the credential of the browser that is kept here."""
        try:
            known = (self.directory / _CREDENTIAL).read_bytes()
        except OSError:
            return False
        return hmac.compare_digest(known, hashlib.sha256(credential).hexdigest().encode())

    def take(self, streams: set[Stream]) -> None:
        """From now on these may grow; what comes for another is ignored."""
        self._streams = streams
        self.ended_at = None

    def takes(self, stream: Stream) -> bool:
        return stream in self._streams

    def append(self, stream: Stream, record: dict[str, Any], size: int = 200) -> None:
        """A line; `t` is put in where it has none. `size` is about what it takes, where it may be much."""
        record.setdefault("t", now_ms())
        self._put(stream, record, int(record["t"]), size)

    def append_frame(self, frame: VideoFrame) -> None:
        self._put(Stream.VIDEO, frame.packed(), int(frame.at_ms), frame.size)

    def segments(self) -> list[Segment]:
        """All that are closed, in order."""
        ordered = sorted(self._segments.values(), key=lambda each: (list(Stream).index(each.stream), each.number))
        return [self._told(segment) for segment in ordered]

    def path(self, stream: Stream, number: int) -> Path:
        """Raises KeyError."""
        return self.directory / _name(self._segments[stream, number])

    async def tick(self) -> None:
        """Close what has been open for long enough."""
        due = time.monotonic() - SEGMENT_SECONDS
        for stream in [stream for stream, part in self._open.items() if part.since <= due]:
            self._close(stream)
        await asyncio.gather(*self._closing)

    async def flush(self) -> None:
        """Everything that came so far is in segments afterwards."""
        for stream in list(self._open):
            self._close(stream)
        await asyncio.gather(*self._closing)

    async def free(self, stream: Stream, number: int) -> None:
        """Already gone is a success."""
        segment = self._segments.pop((stream, number), None)
        if segment is not None:
            self._bytes -= segment.bytes
            await asyncio.to_thread(_unlink, self.directory / _name(segment))

    def _told(self, segment: Segment) -> Segment:
        stream = segment.stream
        is_last = stream not in self._streams and stream not in self._open and segment.number == self._next[stream] - 1
        if not is_last:
            return segment
        return Segment(**{**segment.to_json(), "is_last": True})

    def _put(self, stream: Stream, item: Mapping[str, Any] | bytes, at_ms: int, size: int) -> None:
        if stream not in self._streams:
            return
        part = self._open.get(stream)
        is_flood = part is not None and part.size >= SEGMENT_BYTES
        waiting = sum(each.size for each in self._open.values())
        if is_flood or (self._bytes + waiting + size > self.limit and stream not in _ALWAYS):
            self.drop(stream)
            return
        if stream in self._missing:
            self._tell_missing(stream)
        part = self._open.setdefault(stream, _Open(at_ms, at_ms, time.monotonic()))
        part.items.append(item)
        part.size += size
        part.first_ms, part.last_ms = min(part.first_ms, at_ms), max(part.last_ms, at_ms)
        if part.size >= SEGMENT_BYTES and stream in _STEADY:
            self._close(stream)

    def drop(self, stream: Stream) -> None:
        """Something of that stream could not be kept. A mark says so when it begins, another when it is over."""
        self.dropped += 1
        before = self._missing.get(stream, 0)
        self._missing[stream] = before + 1
        if not before and stream is not Stream.MARK:
            self._put(Stream.MARK, {"t": now_ms(), "kind": "dropped", "stream": stream, "state": "began"}, now_ms(), 80)

    def _tell_missing(self, stream: Stream) -> None:
        count = self._missing.pop(stream)
        mark = {"t": now_ms(), "kind": "dropped", "stream": stream, "state": "ended", "count": count}
        self._put(Stream.MARK, mark, now_ms(), 100)

    def _close(self, stream: Stream) -> None:
        part = self._open.pop(stream)
        number = self._next.get(stream, 1)
        self._next[stream] = number + 1
        task = asyncio.get_running_loop().create_task(self._store(stream, number, part))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _store(self, stream: Stream, number: int, part: _Open) -> None:
        try:
            segment = await asyncio.to_thread(_store, self.directory, stream, number, part)
        except Exception:  # a full disk, or what no line can be made of: the other spools go on
            self.dropped += len(part.items)
            logger.exception("a segment could not be written", extra={"spool": self.directory.name})
        else:
            self._add(segment)

    def _add(self, segment: Segment) -> None:
        self._segments[segment.stream, segment.number] = segment
        self._next[segment.stream] = max(self._next.get(segment.stream, 1), segment.number + 1)
        self._bytes += segment.bytes


def now_ms() -> int:
    return int(time.time() * 1000)


def _store(directory: Path, stream: Stream, number: int, part: _Open) -> Segment:
    if stream.is_lines:
        # ASCII only: what a page says may hold half a surrogate pair, which UTF-8 cannot.
        lines = [json.dumps(item, separators=(",", ":"), default=str) for item in part.items]
        body = gzip.compress(("\n".join(lines) + "\n").encode(), _COMPRESSION, mtime=0)
    else:
        body = b"".join(item for item in part.items if isinstance(item, bytes))
    digest = hashlib.sha256(body).hexdigest()
    segment = Segment(stream, number, part.first_ms, part.last_ms, len(body), digest)
    _write(directory / _name(segment), body)
    return segment


def _write(path: Path, body: bytes) -> None:
    """Whole or not at all."""
    partial = path.with_name(f"partial-{path.name}")
    try:
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "wb") as file:
            file.write(body)
        partial.rename(path)
    except OSError:
        _unlink(partial)  # on a full disk it would be in the way of the next
        raise


def _unlink(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        path.unlink()


def _name(segment: Segment) -> str:
    return f"{segment.stream}-{segment.number:08d}-{segment.first_ms}-{segment.last_ms}-{segment.sha256}"


def _parse(name: str, size: int) -> Segment | None:
    match = _NAME.fullmatch(name)
    if match is None or match[1] not in Stream.__members__.values():
        return None
    return Segment(Stream(match[1]), int(match[2]), int(match[3]), int(match[4]), size, match[5])
