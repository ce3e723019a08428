"""One screencast for many who look, against a page that records what it is asked for."""

import asyncio
import base64
import itertools
import struct
import time
from typing import Any, cast

import pytest

from browser_node.cast import FIRST_SECONDS, SETTLE_SECONDS, Cast, CastEnded, Consumer, Want
from browser_node.page import Page
from browser_node.pages import Pages
from tests.support.eventually import eventually_async

FAST = Want(fps=1000.0)


class RecordingPages:
    """Keeps the commands; answers none."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, dict[str, Any]]] = []

    def post(self, page: Page, method: str, params: dict[str, Any] | None = None) -> None:
        self.posted.append((method.removeprefix("Page."), params or {}))

    def named(self, method: str) -> list[dict[str, Any]]:
        return [params for name, params in self.posted if name == method]


@pytest.fixture
def pages() -> RecordingPages:
    return RecordingPages()


@pytest.fixture
def screencast(pages: RecordingPages) -> Cast:
    return Cast(cast(Pages, pages), Page("T", "S", "C"), itertools.count(1))


def come(screencast: Cast, number: int = 1, jpeg: bytes = b"") -> None:
    """A frame, other than those before unless the test says so."""
    jpeg = jpeg or b"%d" % number
    metadata = {"deviceWidth": 800, "deviceHeight": 600, "pageScaleFactor": 1, "timestamp": 1000.5}
    screencast.hear({"data": base64.b64encode(jpeg).decode(), "sessionId": number, "metadata": metadata})


async def take(consumer: Consumer) -> bytes:
    async with asyncio.timeout(2):
        return (await consumer.next()).jpeg


async def test_nothing_is_asked_for_until_somebody_looks(screencast: Cast, pages: RecordingPages) -> None:
    assert pages.posted == []
    paused = screencast.join(Want(fps=0))
    assert pages.posted == []
    paused.want(FAST)
    assert pages.posted == [("startScreencast", {"format": "jpeg", "quality": 60})]


async def test_it_stops_with_the_last_who_looks(screencast: Cast, pages: RecordingPages) -> None:
    one, two = screencast.join(FAST), screencast.join(FAST)
    one.leave()
    assert screencast.is_running
    two.want(Want(fps=0))
    assert not screencast.is_running
    assert pages.posted[-1] == ("stopScreencast", {})
    two.leave()
    assert len(pages.named("stopScreencast")) == 1


async def test_many_cost_one_cast_and_one_frame_each(screencast: Cast, pages: RecordingPages) -> None:
    consumers = [screencast.join(FAST) for _ in range(3)]
    come(screencast)
    assert [await take(consumer) for consumer in consumers] == [b"1"] * 3
    await eventually_async(lambda: pages.named("screencastFrameAck"))
    assert len(pages.named("startScreencast")) == len(pages.named("screencastFrameAck")) == screencast.received == 1


async def test_the_largest_and_best_that_anybody_wants_is_asked_for(screencast: Cast, pages: RecordingPages) -> None:
    screencast.join(Want(fps=5, width=480, quality=40))
    large = screencast.join(Want(fps=30, width=1280, quality=70))
    screencast.join(Want(fps=1, width=320, quality=80))
    assert [(each["maxWidth"], each["quality"]) for each in pages.named("startScreencast")] == [
        (480, 40),
        (1280, 70),
        (1280, 80),
    ]
    large.want(Want(fps=30, width=0, quality=70))
    assert "maxWidth" not in pages.named("startScreencast")[-1]


async def test_a_newcomer_gets_the_last_frame_at_once(screencast: Cast) -> None:
    screencast.join(FAST)
    come(screencast)
    assert await take(screencast.join(FAST)) == b"1"


async def test_a_frame_of_before_a_pause_is_shown_to_nobody(screencast: Cast) -> None:
    screencast.join(FAST).leave()
    screencast.join(FAST)
    come(screencast)
    screencast.join(FAST)
    for consumer in list(screencast._consumers):
        consumer.leave()
    assert screencast.last is None


async def test_one_who_is_slow_misses_the_oldest_and_holds_up_nobody(screencast: Cast, pages: RecordingPages) -> None:
    slow, quick = screencast.join(FAST), screencast.join(FAST)
    for number in range(1, 6):
        come(screencast, number, b"%d" % number)
        assert await take(quick) == b"%d" % number
    assert slow.dropped == 3
    assert [await take(slow), await take(slow)] == [b"4", b"5"]
    await eventually_async(lambda: len(pages.named("screencastFrameAck")) == 5)


async def test_where_all_are_slow_chromium_waits(screencast: Cast, pages: RecordingPages) -> None:
    slow = screencast.join(FAST)
    for number in (1, 2):
        come(screencast, number)
    await asyncio.sleep(0.02)
    assert [each["sessionId"] for each in pages.named("screencastFrameAck")] == [1]
    await take(slow)
    await eventually_async(lambda: len(pages.named("screencastFrameAck")) == 2)


async def test_acknowledging_keeps_the_rate(screencast: Cast, pages: RecordingPages) -> None:
    consumer = screencast.join(Want(fps=50))
    began = time.monotonic()
    for number in range(1, 11):
        come(screencast, number)
        await take(consumer)
        await eventually_async(lambda: not screencast._owed)
    assert 9 / 50 <= time.monotonic() - began < 0.6


async def test_each_is_served_at_his_own_rate(screencast: Cast) -> None:
    screencast.join(FAST)
    calm = screencast.join(Want(fps=20))
    come(screencast, 1, b"1")
    await take(calm)
    began = time.monotonic()
    come(screencast, 2, b"2")
    assert await take(calm) == b"2"
    assert time.monotonic() - began > 0.03


async def test_after_a_burst_that_was_held_back_the_page_is_looked_at_once_more(
    screencast: Cast, pages: RecordingPages
) -> None:
    consumer = screencast.join(Want(fps=20))
    for number in (1, 2, 3):
        come(screencast, number)
        await take(consumer)
    await eventually_async(lambda: len(pages.named("startScreencast")) == 2)
    assert [name for name, _ in pages.posted[-2:]] == ["stopScreencast", "startScreencast"]
    come(screencast, 4)
    await take(consumer)
    await asyncio.sleep(3 * SETTLE_SECONDS)
    assert len(pages.named("startScreencast")) == 2


async def test_the_same_picture_again_is_given_to_nobody(screencast: Cast, pages: RecordingPages) -> None:
    consumer = screencast.join(FAST)
    for number, jpeg in ((1, b"same"), (2, b"same"), (3, b"other")):
        come(screencast, number, jpeg)
    assert [await take(consumer), await take(consumer)] == [b"same", b"other"]
    await eventually_async(lambda: len(pages.named("screencastFrameAck")) == 3)


def picture(width: int, height: int) -> bytes:
    """As much of a JPEG as tells its size."""
    size = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    return b"\xff\xd8\xff\xe0\x00\x04xx\xff\xc0\x00\x11\x08" + size + b"\x00" * 8


async def test_a_picture_of_the_size_before_is_not_shown_in_the_new_one(
    screencast: Cast, pages: RecordingPages
) -> None:
    consumer = screencast.join(FAST)
    come(screencast, 1, picture(800, 450))
    assert screencast.last is None
    come(screencast, 2, picture(400, 300))
    assert await take(consumer) == picture(400, 300)
    come(screencast, 3, picture(300, 600))
    await eventually_async(lambda: len(pages.named("startScreencast")) == 2)
    come(screencast, 4, picture(300, 600))
    assert await take(consumer) == picture(300, 600), "it is odd, but so it is"


async def test_a_page_that_was_resized_is_looked_at_once_more(screencast: Cast, pages: RecordingPages) -> None:
    screencast.doubt()
    assert not pages.posted
    consumer = screencast.join(Want(fps=50))
    come(screencast)
    await take(consumer)
    screencast.doubt()
    await eventually_async(lambda: len(pages.named("startScreencast")) == 2)


async def test_a_cast_that_gives_no_first_frame_is_started_again(screencast: Cast, pages: RecordingPages) -> None:
    consumer = screencast.join(FAST)
    await eventually_async(lambda: len(pages.named("startScreencast")) == 2)
    come(screencast)
    await take(consumer)
    await asyncio.sleep(1.5 * FIRST_SECONDS)
    assert len(pages.named("startScreencast")) == 2


async def test_a_page_that_changes_now_and_then_is_not_looked_at_again(screencast: Cast, pages: RecordingPages) -> None:
    consumer = screencast.join(Want(fps=50))
    come(screencast)
    await take(consumer)
    await asyncio.sleep(2 * SETTLE_SECONDS)
    assert len(pages.named("startScreencast")) == 1


async def test_the_message_is_a_header_and_the_picture(screencast: Cast) -> None:
    consumer = screencast.join(FAST)
    come(screencast)
    frame = await consumer.next()
    assert struct.unpack_from(">IdHH", frame.message) == (1, 1000.5, 800, 600)
    assert frame.message[16:] == frame.jpeg == b"1"
    assert (screencast.page.width, screencast.page.height) == (800, 600)


async def test_when_the_page_goes_everybody_is_told(screencast: Cast) -> None:
    consumer = screencast.join(FAST)
    waiting = asyncio.create_task(consumer.next())
    await asyncio.sleep(0)
    screencast.end()
    with pytest.raises(CastEnded):
        await waiting
