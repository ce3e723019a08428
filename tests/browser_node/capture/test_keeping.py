"""One browser's capture without a browser: what is listened to and when, and what no trouble may break."""

import gzip
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from browser_node.capture.keeping import Capture
from browser_node.capture.spools import Spools
from browser_node.devtools import DevtoolsError
from browser_node.life import Life
from browser_node.relay import Relay
from browser_node.wire_capture import CaptureWish, Stream

NAME = "00000000-0000-4000-8000-000000000001-1"


class NoPages:
    """Of a browser that refuses whoever wants to see its pages."""

    active = None
    all: tuple[()] = ()

    def attend(self, watcher: object) -> None:
        pass

    def held(self, watcher: object) -> Any:
        raise DevtoolsError("the browser does not answer")


def life() -> Life:
    return cast(Life, SimpleNamespace(pages=NoPages(), casts=None))


@pytest.fixture
async def spools(tmp_path: Path) -> Any:
    made = Spools(tmp_path / "captures", 1_000_000)
    await made.open()
    yield made
    await made.close()


@pytest.fixture
def capture(spools: Spools, tmp_path: Path) -> Capture:
    return Capture(spools, NAME, "credential", tmp_path / "recorder.js")


def relay() -> Relay:
    return Relay("con_1", None, lambda: (4000, ""))


async def test_relays_are_listened_to_only_while_somebody_wants_to_know(capture: Capture) -> None:
    early, late = relay(), relay()
    capture.joined("early", early, "")
    assert early.listener is None
    await capture.want(CaptureWish(logs=True))
    capture.joined("late", late, "")
    assert None not in (early.listener, late.listener)
    await capture.want(CaptureWish())
    assert (early.listener, late.listener) == (None, None)
    undo = capture.hear_inputs(lambda line: None)
    assert early.listener is not None
    undo()
    assert early.listener is None
    capture.left("early")


async def test_what_cannot_be_had_is_refused_and_the_rest_is_kept(capture: Capture, spools: Spools) -> None:
    await capture.begin(life())
    await capture.want(CaptureWish(dom=True, logs=True))
    assert set(capture.state.refused) == {"dom", "logs"}
    assert "./setup.sh" in capture.state.refused["dom"]
    capture.mark("kept all the same")
    await capture.want(CaptureWish())
    spool = spools.get(NAME)
    assert spool is not None
    assert [segment.stream for segment in spool.segments()] == [Stream.MARK]
    assert capture.state.refused == {}


async def test_a_full_disk_is_no_reason_to_have_no_browser(tmp_path: Path) -> None:
    def full(*_: str) -> None:
        raise OSError(28, "No space left on device")

    capture = Capture(cast(Spools, SimpleNamespace(of=full)), NAME, "credential", tmp_path)
    capture.wish = CaptureWish(logs=True)
    await capture.begin(life())
    capture.mark("nowhere to put it")
    with pytest.raises(OSError, match="No space"):
        await capture.want(CaptureWish(logs=True))
    await capture.close()


async def test_once_closed_a_capture_waits_to_be_fetched(capture: Capture, spools: Spools) -> None:
    await capture.want(CaptureWish(logs=True))
    await capture.begin(life())
    capture.crashed("browser_crashed", "it was ended by signal 11")
    await capture.close()
    await capture.close()
    spool = spools.get(NAME)
    assert spool is not None
    assert spool.ended_at is not None
    assert [(segment.stream, segment.is_last) for segment in spool.segments()] == [(Stream.CRASH, True)]
    capture.mark("too late")
    await spool.flush()
    assert len(spool.segments()) == 1


async def test_what_chromium_wrote_last_loses_its_secrets(capture: Capture, spools: Spools) -> None:
    await capture.want(CaptureWish(logs=True))
    capture.crashed("browser_crashed", "it was ended by signal 11: at https://example.com/?token=canary")
    await capture.close()
    spool = spools.get(NAME)
    assert spool is not None
    assert b"?token=REDACTED" in gzip.decompress(spool.path(Stream.CRASH, 1).read_bytes())
