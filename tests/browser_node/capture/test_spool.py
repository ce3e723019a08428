"""The spool: segments of lines and of frames, limits, floods, and finding everything again."""

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from browser_node.capture import spool as spool_module
from browser_node.capture.spool import Spool
from browser_node.capture.video_frames import VideoFrame, unpacked
from browser_node.wire_capture import Stream

CREDENTIAL = "a-credential-of-a-browser"


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    made = Spool.create(tmp_path / "spool", 10_000_000, CREDENTIAL)
    made.take(set(Stream))
    return made


def lines(spool: Spool, stream: Stream) -> list[dict[str, Any]]:
    found = []
    for segment in spool.segments():
        if segment.stream is stream:
            body = spool.path(stream, segment.number).read_bytes()
            assert (len(body), hashlib.sha256(body).hexdigest()) == (segment.bytes, segment.sha256)
            found += [json.loads(line) for line in gzip.decompress(body).splitlines()]
    return found


async def test_lines_come_back_in_order_with_their_times(spool: Spool) -> None:
    for t in (5, 9, 7):
        spool.append(Stream.CONSOLE, {"t": t, "text": "line\nbreak \ud800 ü"})
    spool.append(Stream.PAGE, {"kind": "opened"})
    assert spool.segments() == []
    await spool.flush()
    assert [line["t"] for line in lines(spool, Stream.CONSOLE)] == [5, 9, 7]
    console, page = spool.segments()
    assert (console.stream, console.number, console.first_ms, console.last_ms) == (Stream.CONSOLE, 1, 5, 9)
    assert page.first_ms > 1_700_000_000_000  # a line without a time gets the present one


async def test_frames_come_back_as_they_were(spool: Spool) -> None:
    frames = [VideoFrame(1000.5, 1280, 720, b"jpeg"), VideoFrame(2000.25, 1280, 720)]
    for frame in frames:
        spool.append_frame(frame)
    await spool.flush()
    (segment,) = spool.segments()
    assert list(unpacked(spool.path(Stream.VIDEO, segment.number).read_bytes())) == frames


async def test_a_segment_closes_when_it_is_large_or_old(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_module, "SEGMENT_BYTES", 1000)
    for _ in range(25):
        spool.append(Stream.DOM, {"e": 1}, size=100)
    await spool.tick()
    assert [segment.number for segment in spool.segments()] == [1, 2]
    monkeypatch.setattr(spool_module, "SEGMENT_SECONDS", 0.0)
    await spool.tick()
    assert [segment.number for segment in spool.segments()] == [1, 2, 3]
    assert len(lines(spool, Stream.DOM)) == 25


async def test_what_is_not_taken_is_not_kept(spool: Spool) -> None:
    spool.take({Stream.DOM})
    spool.append(Stream.CONSOLE, {"text": "x"})
    await spool.flush()
    assert spool.segments() == []


async def test_the_last_segment_of_a_stream_says_so_once_nothing_can_follow(spool: Spool) -> None:
    for _ in range(2):
        spool.append(Stream.DOM, {})
        await spool.flush()
    assert [segment.is_last for segment in spool.segments()] == [False, False]
    spool.take(set())
    assert [segment.is_last for segment in spool.segments()] == [False, True]
    spool.take({Stream.DOM})
    spool.append(Stream.DOM, {})
    await spool.flush()
    assert [(segment.number, segment.is_last) for segment in spool.segments()] == [(1, False), (2, False), (3, False)]


async def test_beyond_the_limit_all_but_marks_is_dropped_and_marks_say_so(spool: Spool) -> None:
    spool.limit = 1000
    spool.append(Stream.VIDEO, {}, size=1)  # never mind: its size alone counts here
    for _ in range(10):
        spool.append_frame(VideoFrame(1.0, 1, 1, b"x" * 400))
    spool.append(Stream.CRASH, {"reason": "x"}, size=400)
    await spool.flush()
    assert spool.dropped == 8
    assert [segment.stream for segment in spool.segments()] == [Stream.VIDEO, Stream.MARK, Stream.CRASH]
    for segment in spool.segments():
        await spool.free(segment.stream, segment.number)
    spool.append_frame(VideoFrame(2.0, 1, 1, b"x"))
    await spool.flush()
    marks = lines(spool, Stream.MARK)
    assert [(mark["kind"], mark["stream"], mark["state"], mark.get("count")) for mark in marks] == [
        ("dropped", "video", "ended", 8)
    ]


async def test_a_flood_of_one_stream_is_dropped_and_does_not_drown_the_others(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool_module, "SEGMENT_BYTES", 1000)
    for stream in (Stream.CONSOLE, Stream.MARK):
        for _ in range(100):
            spool.append(stream, {"text": "x"}, size=100)
    spool.append(Stream.DOM, {}, size=100)
    await spool.flush()
    assert len(lines(spool, Stream.CONSOLE)) == 10
    assert len(lines(spool, Stream.DOM)) == 1
    assert any(mark.get("stream") == "console" for mark in lines(spool, Stream.MARK))


async def test_a_spool_is_found_again_with_all_that_was_closed(spool: Spool) -> None:
    spool.append(Stream.DOM, {"t": 3})
    await spool.flush()
    spool.append(Stream.DOM, {"t": 4})  # lost with the process
    (spool.directory / "partial-dom-00000002").write_bytes(b"half")
    (spool.directory / "something else").write_bytes(b"")
    again = Spool.load(spool.directory, 10_000_000)
    assert again.segments() == [
        segment.__class__(**{**segment.to_json(), "is_last": True}) for segment in spool.segments()
    ]
    assert again.size == spool.size
    assert sorted(path.name.partition("-")[0] for path in spool.directory.iterdir()) == ["credential", "dom"]
    again.take({Stream.DOM})
    again.append(Stream.DOM, {})
    await again.flush()
    assert [segment.number for segment in again.segments()] == [1, 2]


async def test_only_the_browsers_credential_opens_a_spool_and_it_is_not_kept_there(spool: Spool) -> None:
    assert spool.opens_to(CREDENTIAL.encode())
    assert not spool.opens_to(b"another")
    assert not spool.opens_to(b"")
    everything = b"".join(path.read_bytes() for path in spool.directory.iterdir())
    assert CREDENTIAL.encode() not in everything
    assert {path.stat().st_mode & 0o777 for path in spool.directory.iterdir()} == {0o600}
    assert spool.directory.stat().st_mode & 0o777 == 0o700


async def test_what_is_freed_is_gone_and_may_be_freed_again(spool: Spool) -> None:
    spool.append(Stream.DOM, {})
    await spool.flush()
    path = spool.path(Stream.DOM, 1)
    await spool.free(Stream.DOM, 1)
    await spool.free(Stream.DOM, 1)
    assert not path.exists()
    assert (spool.size, spool.segments()) == (0, [])
    with pytest.raises(KeyError):
        spool.path(Stream.DOM, 1)


async def test_the_end_of_a_flood_of_marks_is_marked(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_module, "SEGMENT_BYTES", 1000)
    for _ in range(15):
        spool.append(Stream.MARK, {"kind": "mark"}, size=100)
    await spool.flush()
    spool.append(Stream.MARK, {"kind": "mark"})
    await spool.flush()
    (over,) = [mark for mark in lines(spool, Stream.MARK) if mark["kind"] == "dropped"]
    assert (over["stream"], over["state"], over["count"]) == ("mark", "ended", 5)


async def test_what_no_line_can_be_made_of_is_lost_alone(spool: Spool) -> None:
    spool.append(Stream.CONSOLE, {"text": {("no", "name"): 1}})
    spool.append(Stream.DOM, {})
    await spool.flush()
    assert ([segment.stream for segment in spool.segments()], spool.dropped) == ([Stream.DOM], 1)


async def test_a_write_that_fails_leaves_no_bytes(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    before = sorted(spool.directory.iterdir())
    monkeypatch.setattr(Path, "rename", full)
    spool.append(Stream.DOM, {})
    await spool.flush()
    assert sorted(spool.directory.iterdir()) == before


async def test_a_disk_that_is_full_loses_what_it_cannot_hold_and_nothing_else(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(spool_module, "_write", full)
        spool.append(Stream.DOM, {})
        await spool.flush()
    assert (spool.segments(), spool.dropped) == ([], 1)
    spool.append(Stream.DOM, {})
    await spool.flush()
    assert len(spool.segments()) == 1
