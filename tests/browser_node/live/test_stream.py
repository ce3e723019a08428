"""A page as an endless WebM: its size, its times, its readers, and that it plays in a bare <video>."""

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator, Callable

import av
import httpx
import pytest
from playwright.async_api import async_playwright

from browser_node.chromium import find_chromium
from browser_node.wire import LaunchSpec
from tests.browser_node.live.test_view import MOVING, STILL
from tests.support.cdp import Cdp, headers
from tests.support.eventually import eventually
from tests.support.live import metric
from tests.support.node import RunningNode

pytestmark = [pytest.mark.browser, pytest.mark.wide]
Start = Callable[..., LaunchSpec]


@contextlib.asynccontextmanager
async def reading(node: RunningNode, spec: LaunchSpec) -> AsyncIterator[AsyncIterator[bytes]]:
    address = f"http://{node.address}/browsers/{spec.instance_id}/stream.webm"
    async with httpx.AsyncClient(timeout=20) as client, client.stream("GET", address, headers=headers(spec)) as answer:
        assert (answer.status_code, answer.headers["content-type"]) == (200, "video/webm")
        yield answer.aiter_bytes()


async def read(node: RunningNode, spec: LaunchSpec, seconds: float) -> bytes:
    whole = b""
    async with reading(node, spec) as parts:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                async for part in parts:
                    whole += part
    return whole


async def test_a_moving_page_is_a_video_of_its_own_size(node: RunningNode, start: Start) -> None:
    spec = start()
    async with await Cdp.connect(node, spec) as cdp:
        await cdp.goto(await cdp.page(), MOVING)
        whole = await read(node, spec, 3.0)
    with av.open(io.BytesIO(whole)) as video:
        stream = video.streams.video[0]
        assert (stream.codec_context.name, stream.width, stream.height) == ("vp9", 1280, 720)
        times = [float(frame.time or 0) for frame in video.decode(stream)]
    assert times[0] == 0
    assert len(times) > 25
    assert 1.5 < times[-1] < 3.2


async def test_a_static_page_keeps_the_player_going(node: RunningNode, start: Start) -> None:
    spec = start()
    async with await Cdp.connect(node, spec) as cdp:
        await cdp.goto(await cdp.page(), STILL)
        whole = await read(node, spec, 2.5)
    with av.open(io.BytesIO(whole)) as video:
        assert 5 < sum(1 for _ in video.decode(video=0)) < 20


async def test_readers_share_one_encoder_and_each_begins_with_a_key(node: RunningNode, start: Start) -> None:
    spec = start()
    async with await Cdp.connect(node, spec) as cdp:
        await cdp.goto(await cdp.page(), MOVING)
        before = metric(node, spec, "browser_video_frames_total")
        one = asyncio.create_task(read(node, spec, 3.0))
        await asyncio.sleep(1.0)
        two = asyncio.create_task(read(node, spec, 1.5))
        parts = await asyncio.gather(one, two)
        encoded = metric(node, spec, "browser_video_frames_total") - before
    shown = []
    for part in parts:
        with av.open(io.BytesIO(part)) as video:
            frames = list(video.decode(video=0))
        assert frames[0].time == 0
        shown.append(len(frames))
    assert encoded < 1.2 * shown[0] + 5
    eventually(lambda: metric(node, spec, "browser_screencasts") == 0)


async def test_one_reader_after_another_is_served(node: RunningNode, start: Start) -> None:
    spec = start(prepare=True)
    for _ in range(4):
        async with reading(node, spec) as parts:
            assert await anext(parts)


def test_it_needs_the_credential(node: RunningNode, start: Start) -> None:
    spec = start()
    answer = httpx.get(f"http://{node.address}/browsers/{spec.instance_id}/stream.webm")
    assert answer.status_code == 401


async def test_it_ends_with_the_browser(node: RunningNode, start: Start) -> None:
    spec = start(prepare=True)
    reader = asyncio.create_task(read(node, spec, 15.0))
    await asyncio.sleep(1.0)
    node.stop_browser(spec.instance_id)
    async with asyncio.timeout(5):
        assert await reader


async def test_it_plays_in_a_bare_video_element_and_follows_the_size_of_the_page(
    node: RunningNode, start: Start
) -> None:
    spec = start()
    async with (
        await Cdp.connect(node, spec) as cdp,
        async_playwright() as playwright,
        await playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"]) as screen,
    ):
        page = await cdp.page()
        await cdp.goto(page, MOVING)
        watching = await screen.new_page(extra_http_headers=headers(spec))
        address = f"http://{node.address}/browsers/{spec.instance_id}/stream.webm"
        await watching.set_content(f"<video src={address} autoplay muted></video>")
        await watching.wait_for_function("document.querySelector('video').currentTime > 1")
        size = "[document.querySelector('video').videoWidth, document.querySelector('video').videoHeight]"
        assert await watching.evaluate(size) == [1280, 720]
        phone = {"width": 400, "height": 640, "deviceScaleFactor": 1, "mobile": False}
        await cdp.send("Emulation.setDeviceMetricsOverride", page, **phone)
        await watching.wait_for_function(f"String({size}) == '400,640'")
        assert await watching.evaluate("document.querySelector('video').error") is None
