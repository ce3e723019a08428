"""All spools of a node: found again after a restart, and forgotten when nobody comes for them."""

import time
from asyncio import sleep
from pathlib import Path

import pytest

from browser_node.capture import spools as spools_module
from browser_node.capture.spools import Spools
from browser_node.wire_capture import Stream
from tests.support.eventually import eventually_async

NAME = "00000000-0000-4000-8000-000000000001-1"


async def filled(root: Path) -> Spools:
    spools = Spools(root, 1_000_000)
    await spools.open()
    spool = spools.of(NAME, "credential")
    spool.take({Stream.DOM})
    spool.append(Stream.DOM, {"t": 1})
    return spools


async def test_a_spool_survives_the_node(tmp_path: Path) -> None:
    before = await filled(tmp_path / "captures")
    await before.close()  # what was open is closed first
    after = Spools(tmp_path / "captures", 1_000_000)
    await after.open()
    spool = after.get(NAME)
    assert spool is not None
    assert after.names() == [NAME]
    assert [segment.is_last for segment in spool.segments()] == [True]
    assert spool.opens_to(b"credential")
    assert after.of(NAME, "credential") is spool
    await after.close()


async def test_what_nobody_fetches_in_time_is_removed_and_what_lives_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spools_module, "_TICK_SECONDS", 0.01)
    spools = await filled(tmp_path / "captures")
    spool = spools.get(NAME)
    assert spool is not None
    await sleep(0.05)  # some ticks
    spool.ended_at = time.monotonic()
    await sleep(0.05)
    assert spools.get(NAME) is spool
    spool.ended_at = time.monotonic() - spools_module.KEPT_SECONDS
    await eventually_async(lambda: spools.get(NAME) is None)
    await eventually_async(lambda: not list((tmp_path / "captures").iterdir()))
    await spools.close()


async def test_only_browsers_have_spools_and_links_are_none(tmp_path: Path) -> None:
    root = tmp_path / "captures"
    root.mkdir()
    (root / "something").mkdir()
    (root / NAME).symlink_to(tmp_path)
    spools = Spools(root, 1000)
    await spools.open()
    assert spools.names() == []
    with pytest.raises(ValueError, match="name of a browser"):
        spools.of("../escape", "credential")
    await spools.remove(NAME)
    await spools.close()


async def test_what_was_fetched_whole_goes_with_its_browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spools_module, "_TICK_SECONDS", 0.01)
    spools = await filled(tmp_path / "captures")
    spool = spools.get(NAME)
    assert spool is not None
    await spool.flush()
    for segment in spool.segments():
        await spool.free(segment.stream, segment.number)
    assert spools.get(NAME) is spool, "its browser lives"
    spool.ended_at = time.monotonic() - spools_module.EMPTY_SECONDS
    await eventually_async(lambda: not list((tmp_path / "captures").iterdir()))
    await spools.close()
