"""The video recorder: frames of the active page with their times, also of a page on which nothing moves."""

import asyncio
import time
from collections.abc import Callable

import pytest

from browser_node.capture import video
from browser_node.cast import LATE_BEATS, UNACKNOWLEDGED_FRAMES
from browser_node.wire import LaunchSpec
from browser_node.wire_capture import Stream
from tests.browser_node.capture.kept import frames, keep, lines
from tests.support.cdp import Cdp
from tests.support.eventually import eventually
from tests.support.node import RunningNode
from tests.support.site import Page, running_site

pytestmark = pytest.mark.browser

Start = Callable[..., LaunchSpec]

MOVING = b"""<!doctype html><body style="background:#fff"><script>
let n = 0; requestAnimationFrame(function step() {
  document.body.style.background = `hsl(${n++ % 360}, 80%, 60%)`; requestAnimationFrame(step) })</script>"""


async def test_a_moving_page_is_kept_at_its_rate_for_as_long_as_wished(node: RunningNode, start: Start) -> None:
    with running_site() as site:
        site.pages["/"] = Page(MOVING)
        spec = start(allow=(f"localhost:{site.port}",))
        async with await Cdp.connect(node, spec) as cdp:
            await cdp.goto(await cdp.page(), site.url + "/")
            keep(node, spec, video=True)
            began = time.time()
            eventually(lambda: len(frames(node, spec)) >= 45, within=20, what="45 frames")
            keep(node, spec)
            seconds = time.time() - began
    kept = frames(node, spec)
    times = [frame.at_ms for frame in kept]
    assert times == sorted(set(times))
    length = (times[-1] - times[0]) / 1000
    assert abs(length - seconds) <= 0.5 + 0.02 * seconds  # the first frame comes when Chromium has drawn it
    pictures = [frame.at_ms for frame in kept if frame.jpeg]
    due = video.WANT.fps * (pictures[-1] - pictures[0]) / 1000
    assert len(pictures) <= 1 + due + UNACKNOWLEDGED_FRAMES + LATE_BEATS  # at first, and made up for
    assert all((frame.width, frame.height) == (1280, 720) for frame in kept)
    assert all(frame.jpeg[:2] == b"\xff\xd8" for frame in kept if frame.jpeg)
    assert not kept[-1].jpeg  # the end: still the same picture
    states = [(mark["stream"], mark["state"]) for mark in lines(node, spec, Stream.MARK)]
    assert states == [("video", "started"), ("video", "stopped")]


async def test_a_still_page_costs_nothing_and_has_its_length_all_the_same(node: RunningNode, start: Start) -> None:
    spec = start()
    async with await Cdp.connect(node, spec) as cdp:
        await cdp.page()
        keep(node, spec, video=True)
        eventually(lambda: len(frames(node, spec)) >= 1, what="the first frame")
        await asyncio.sleep(2.5)
        keep(node, spec)
    kept = frames(node, spec)
    assert len([frame for frame in kept if frame.jpeg]) <= 4
    assert kept[-1].at_ms - kept[0].at_ms >= 2400


async def test_video_follows_the_active_page(node: RunningNode, start: Start) -> None:
    with running_site() as site:
        site.pages["/red"] = Page(b"<!doctype html><body style='background:#f00'>")
        spec = start(allow=(f"localhost:{site.port}",))
        keep(node, spec, video=True)
        async with await Cdp.connect(node, spec) as cdp:
            page = await cdp.page()
            await cdp.goto(page, site.url + "/red")
            eventually(lambda: len(frames(node, spec)) >= 1, what="a frame of the first page")
            other = await cdp.send("Target.createTarget", url="about:blank", newWindow=True, width=400, height=300)
            eventually(lambda: frames(node, spec)[-1].width == 400, within=10, what="frames of the second page")
            await cdp.send("Target.closeTarget", targetId=other["targetId"])
            eventually(lambda: frames(node, spec)[-1].width == 1280, within=10, what="frames of the first page again")
