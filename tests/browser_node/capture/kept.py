"""What a running node has kept of a browser, unpacked."""

import gzip
import hashlib
import json
from typing import Any

from browser_node.capture.video_frames import VideoFrame, unpacked
from browser_node.wire import LaunchSpec
from browser_node.wire_capture import CaptureWish, Stream
from tests.support.eventually import eventually
from tests.support.node import RunningNode


def bodies(node: RunningNode, spec: LaunchSpec, *streams: Stream) -> list[tuple[Stream, bytes]]:
    """Segments of these streams (all where none is named), lines unzipped; each is checked against its sum."""
    found = []
    for segment in node.client.segments(spec.instance_id, spec.credential, flush=True):
        if not streams or segment.stream in streams:
            body = node.client.segment(spec.instance_id, spec.credential, segment.stream, segment.number)
            assert (len(body), hashlib.sha256(body).hexdigest()) == (segment.bytes, segment.sha256)
            found.append((segment.stream, gzip.decompress(body) if segment.stream.is_lines else body))
    return found


def lines(node: RunningNode, spec: LaunchSpec, stream: Stream) -> list[dict[str, Any]]:
    return [json.loads(line) for _, body in bodies(node, spec, stream) for line in body.splitlines()]


def events(node: RunningNode, spec: LaunchSpec, page: str = "") -> list[dict[str, Any]]:
    """rrweb's, of one page or of all."""
    return [line["e"] for line in lines(node, spec, Stream.DOM) if page in ("", line["page"])]


def frames(node: RunningNode, spec: LaunchSpec) -> list[VideoFrame]:
    return [frame for _, body in bodies(node, spec, Stream.VIDEO) for frame in unpacked(body)]


def wait_for_text(node: RunningNode, spec: LaunchSpec, text: str) -> None:
    """Until the DOM recording says so somewhere."""
    eventually(lambda: text in json.dumps(events(node, spec)), within=15, what=f"{text!r} in the recording")


def keep(node: RunningNode, spec: LaunchSpec, **wish: Any) -> None:
    state = node.client.capture(spec.instance_id, spec.credential, CaptureWish(**wish))
    assert not state.refused, state
