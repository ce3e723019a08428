"""A node of one browser after another, behind the very client that the real one is reached by: its answers are those of
`browser_node.wire_capture`, its disk is this process."""

import gzip
import hashlib
import json
import struct
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from apps.nodes import captures, files
from apps.nodes.models import Node
from apps.sessions.models import BrowserSession
from browser_node.client import NodeRefused, NodeUnreachable
from browser_node.wire_capture import CaptureState, CaptureWish, FileKind, NodeFile, Segment, Stream

FRAME = struct.Struct(">IdHH")


@dataclass
class Spool:
    wish: CaptureWish = field(default_factory=CaptureWish)
    open: dict[Stream, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    times: dict[Stream, list[float]] = field(default_factory=lambda: defaultdict(list))
    closed: dict[tuple[Stream, int], tuple[Segment, bytes]] = field(default_factory=dict)
    numbers: dict[Stream, int] = field(default_factory=lambda: defaultdict(int))
    is_over: bool = False


@dataclass
class StubNode:
    """`is_away`: it does not answer. `refused`: why a wish is not granted, by its name."""

    is_away: bool = False
    refused: dict[str, str] = field(default_factory=dict)
    spools: dict[str, Spool] = field(default_factory=lambda: defaultdict(Spool))
    browsers: set[str] = field(default_factory=set)  # that run; empty: all do
    there: dict[str, dict[str, tuple[NodeFile, bytes]]] = field(default_factory=lambda: defaultdict(dict))
    calls: list[tuple[str, str]] = field(default_factory=list)
    spoil: bool = False  # answer with other bytes than announced
    gone: set[str] = field(default_factory=set)

    def write(self, session: BrowserSession, stream: str, *lines: dict[str, Any]) -> None:
        """As a recorder does. Lines without `t` are of now."""
        spool = self.spools[session.instance_id]
        for line in lines:
            told = {"t": time.time() * 1000, **line}
            spool.open[Stream(stream)].append(json.dumps(told).encode() + b"\n")
            spool.times[Stream(stream)].append(told["t"])

    def frame(self, session: BrowserSession, at_ms: float, jpeg: bytes, width: int = 320, height: int = 240) -> None:
        spool = self.spools[session.instance_id]
        spool.open[Stream.VIDEO].append(FRAME.pack(len(jpeg), at_ms, width, height) + jpeg)
        spool.times[Stream.VIDEO].append(at_ms)

    def close(self, session: BrowserSession, *, is_last: bool = False) -> None:
        self._close(self.spools[session.instance_id], is_last=is_last)

    def download(self, session: BrowserSession, name: str, data: bytes, *, is_complete: bool = True) -> None:
        file = NodeFile(name, FileKind.DOWNLOAD, len(data), 0, "https://example.com/x", is_complete)
        self.there[session.instance_id][name] = file, data

    # What follows is NodeClient's own.

    def capture(self, instance_id: str, credential: str, wish: dict[str, Any]) -> CaptureState:
        self._asked("capture", instance_id)
        if instance_id in self.gone:
            raise NodeRefused(404, "unknown_browser", "no such browser")
        spool = self.spools[instance_id]
        spool.wish = CaptureWish.from_json(wish)
        if not spool.wish:
            self._close(spool, is_last=True)
        return CaptureState(spool.wish, self.refused)

    def segments(self, instance_id: str, credential: str, *, flush: bool = False) -> list[Segment]:
        self._asked("segments", instance_id)
        if instance_id not in self.spools:
            raise NodeRefused(404, "unknown_capture", "nothing is kept")
        spool = self.spools[instance_id]
        if flush:
            self._close(spool, is_last=spool.is_over)
        return [segment for segment, _ in spool.closed.values()]

    def segment(self, instance_id: str, credential: str, stream: str, number: int) -> bytes:
        self._asked("segment", instance_id)
        data = self.spools[instance_id].closed[Stream(stream), number][1]
        return data[::-1] if self.spoil else data

    def free(self, instance_id: str, credential: str, stream: str = "", number: int | None = None) -> None:
        self._asked("free", instance_id)
        if number is not None:
            self.spools[instance_id].closed.pop((Stream(stream), number), None)

    def files(self, instance_id: str, credential: str) -> list[NodeFile]:
        self._asked("files", instance_id)
        return [file for file, _ in self.there[instance_id].values()]

    @contextmanager
    def file(self, instance_id: str, credential: str, name: str) -> Iterator[Iterator[bytes]]:
        self._asked("file", instance_id)
        yield iter([self.there[instance_id][name][1]])

    def put_file(self, instance_id: str, credential: str, name: str, body: Iterable[bytes]) -> NodeFile:
        self._asked("put_file", instance_id)
        data = b"".join(body)
        file = NodeFile(name, FileKind.UPLOAD, len(data), 0)
        self.there[instance_id][name] = file, data
        return file

    def delete_file(self, instance_id: str, credential: str, name: str) -> None:
        self._asked("delete_file", instance_id)
        self.there[instance_id].pop(name, None)

    def _asked(self, what: str, instance_id: str) -> None:
        self.calls.append((what, instance_id))
        if self.is_away:
            raise NodeUnreachable("ConnectError")

    def _close(self, spool: Spool, *, is_last: bool) -> None:
        for stream in list(spool.open):
            data = b"".join(spool.open.pop(stream))
            times = spool.times.pop(stream)
            sent = gzip.compress(data, mtime=0) if stream.is_lines else data
            spool.numbers[stream] += 1
            number = spool.numbers[stream]
            digest = hashlib.sha256(sent).hexdigest()
            segment = Segment(stream, number, int(min(times)), int(max(times)), len(sent), digest)
            spool.closed[stream, number] = segment, sent
        if is_last:
            spool.is_over = True
            for key, (segment, sent) in spool.closed.items():
                if key[1] == spool.numbers[key[0]]:
                    spool.closed[key] = replace(segment, is_last=True), sent


def stubbed(monkeypatch: pytest.MonkeyPatch) -> StubNode:
    stub = StubNode()
    monkeypatch.setattr(captures, "client_of", lambda address: stub)
    monkeypatch.setattr(files, "client_of", lambda address: stub)
    return stub


def on_a_node(session: BrowserSession) -> BrowserSession:
    """The session as if its browser ran on a node; sessions of the fake provider have none."""
    node, _ = Node.objects.get_or_create(name="stub", defaults={"provider": "fake", "address": "unix:/nowhere"})
    Node.objects.filter(pk=node.pk).update(browsers=node.browsers + 1)
    BrowserSession.objects.filter(pk=session.pk).update(node=node)
    session.refresh_from_db()
    return session
