"""A browser seen live by somebody who may only watch, beside the client that drives it."""

import asyncio
import os
import signal
from collections.abc import Callable

import pytest
import websockets

from browser_node.wire import LaunchSpec
from tests.browser_node.node_processes import chromium_of
from tests.support.cdp import Cdp
from tests.support.eventually import eventually, eventually_async
from tests.support.live import Live, metric
from tests.support.node import RunningNode, launch_spec
from tests.support.pictures import colour, size

pytestmark = pytest.mark.browser
Start = Callable[..., LaunchSpec]

STILL = "data:text/html,<title>Still</title><body style='background:rgb(10,20,200)'>still"
MOVING = """data:text/html,<title>Moving</title><body><script>
let n = 0;
(function draw() { document.body.style.background = `rgb(${n++ & 255},90,50)`; requestAnimationFrame(draw) })()
</script>"""
BURST = """for (let n = 0; n < 12; n++)
  setTimeout(() => document.body.style.background = `rgb(0,${n * 20},0)`, n * 9)"""


async def test_a_viewer_is_told_the_pages_and_sees_the_one_that_is_shown(node: RunningNode, start: Start) -> None:
    spec = start()
    async with await Cdp.connect(node, spec) as cdp:
        await cdp.goto(await cdp.page(), STILL)
        async with await Live.open(node, spec) as live:
            frame = await live.frame()
            assert live.told[0] == {"type": "hello", "mode": "view"}
            (page,) = (await live.heard("pages"))["pages"]
            assert (page["title"], page["url"], page["active"], page["crashed"]) == ("Still", STILL, True, False)
            assert (await live.heard("page"))["id"] == page["id"]
            assert (frame.width, frame.height) == size(frame.jpeg) == (1280, 720)


async def test_a_static_page_sends_at_most_one_frame_in_three_seconds(node: RunningNode, start: Start) -> None:
    spec = start()
    async with await Cdp.connect(node, spec) as cdp:
        await cdp.goto(await cdp.page(), STILL)
        async with await Live.open(node, spec) as live:
            await live.frame()
            await asyncio.sleep(0.5)  # what loading still draws
            before = metric(node, spec, "browser_screencast_frames_total")
            await asyncio.sleep(3)
            assert metric(node, spec, "browser_screencast_frames_total") - before <= 1


async def test_without_a_viewer_nothing_is_cast_nor_attached(node: RunningNode, start: Start) -> None:
    spec = start()
    async with await Cdp.connect(node, spec) as cdp:
        await cdp.goto(await cdp.page(), MOVING)
        assert metric(node, spec, "browser_screencasts") == 0
        async with await Live.open(node, spec) as live:
            await live.frame(after=5)
            assert metric(node, spec, "browser_screencasts") == 1
            await live.say("want", fps=0)
            eventually(lambda: metric(node, spec, "browser_screencasts") == 0)
            await live.say("want", fps=10)
            eventually(lambda: metric(node, spec, "browser_screencasts") == 1)
        eventually(lambda: metric(node, spec, "browser_viewers") == 0)
        assert metric(node, spec, "browser_screencasts") == 0
        frames = metric(node, spec, "browser_screencast_frames_total")
        await asyncio.sleep(0.5)
        assert metric(node, spec, "browser_screencast_frames_total") == frames


async def test_a_newcomer_sees_a_static_page_at_once(node: RunningNode, start: Start) -> None:
    spec = start()
    async with await Cdp.connect(node, spec) as cdp:
        await cdp.goto(await cdp.page(), STILL)
        async with await Live.open(node, spec) as first:
            await first.frame()
            async with await Live.open(node, spec) as second:
                assert (await second.frame()).number == first.frames[-1].number


async def test_the_last_change_of_a_burst_is_seen(node: RunningNode, start: Start) -> None:
    """Frames that come while Chromium waits for us are left out; the last must not be."""
    spec = start()
    async with await Cdp.connect(node, spec) as cdp, await Live.open(node, spec) as live:
        page = await cdp.page()
        await cdp.goto(page, STILL)
        await live.say("want", fps=10)
        await live.frame()
        for _ in range(4):
            await cdp.evaluate(page, BURST)
            await asyncio.sleep(0.8)
            assert abs(colour(live.frames[-1].jpeg)[1] - 220) < 8
            await cdp.evaluate(page, "document.body.style.background = 'black'")
            await asyncio.sleep(0.5)


async def test_frames_follow_the_viewport_of_the_client(node: RunningNode, start: Start) -> None:
    spec = start()
    async with await Cdp.connect(node, spec) as cdp, await Live.open(node, spec) as live:
        page = await cdp.page()
        await cdp.goto(page, STILL)
        await live.frame()
        phone = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": False}
        await cdp.send("Emulation.setDeviceMetricsOverride", page, **phone)
        await eventually_async(lambda: live.frames[-1].width == 390, what="a frame of the new size")
        frame = live.frames[-1]
        assert frame.height == 844
        assert size(frame.jpeg)[0] / size(frame.jpeg)[1] == pytest.approx(390 / 844, abs=0.01)
        assert await cdp.evaluate(page, "[innerWidth, innerHeight]") == [390, 844]


async def test_who_wants_it_small_gets_it_small_and_right_in_shape(node: RunningNode, start: Start) -> None:
    spec = start()
    async with await Cdp.connect(node, spec) as cdp, await Live.open(node, spec) as live:
        await cdp.goto(await cdp.page(), STILL)
        await live.say("want", fps=5, width=320, quality=40)
        await eventually_async(lambda: live.frames and size(live.frames[-1].jpeg) == (320, 180), what="a small frame")
        assert (live.frames[-1].width, live.frames[-1].height) == (1280, 720)


async def test_the_view_follows_the_active_page_until_one_is_chosen(node: RunningNode, start: Start) -> None:
    spec = start()
    async with await Cdp.connect(node, spec) as cdp, await Live.open(node, spec) as live:
        first = (await cdp.pages())[0]["targetId"]
        await live.heard("page", id=first)
        second = (await cdp.send("Target.createTarget", url=STILL))["targetId"]
        await live.heard("page", id=second)
        await live.say("watch", page=first)
        await eventually_async(lambda: [m["id"] for m in live.told if m["type"] == "page"] == [first, second, first])
        await live.say("watch", page=None)
        await cdp.send("Target.closeTarget", targetId=second)
        await eventually_async(lambda: len(live.told[-1].get("pages", ())) == 1)
        assert (await live.heard("page"))["id"] == first


async def test_one_who_comes_beside_many_tabs_sees_the_one_that_moved_last(node: RunningNode, start: Start) -> None:
    spec = start()
    async with await Cdp.connect(node, spec) as cdp:
        await cdp.goto(await cdp.page(), "data:text/html,first")
        targets = [
            (await cdp.send("Target.createTarget", url=f"data:text/html,<title>{n}</title>"))["targetId"]
            for n in range(5)
        ]
        session = (await cdp.send("Target.attachToTarget", targetId=targets[2], flatten=True))["sessionId"]
        await cdp.goto(session, "data:text/html,<body style='background:rgb(200,20,10)'>moved")
        async with await Live.open(node, spec) as live:
            assert colour((await live.frame()).jpeg)[0] > 180
            assert [each["id"] for each in live.told if each["type"] == "page"] == [targets[2]]
            told = (await live.heard("pages"))["pages"]
            assert [page["id"] for page in told][1:] == targets


async def test_a_page_of_a_context_of_its_own_is_seen_too(node: RunningNode, start: Start) -> None:
    spec = start()
    async with await Cdp.connect(node, spec) as cdp, await Live.open(node, spec) as live:
        await live.heard("page")
        context = (await cdp.send("Target.createBrowserContext"))["browserContextId"]
        made = (await cdp.send("Target.createTarget", url=STILL, browserContextId=context))["targetId"]
        await live.heard("page", id=made)
        await cdp.send("Target.disposeBrowserContext", browserContextId=context)
        await eventually_async(lambda: live.told[-1].get("pages") and len(live.told[-1]["pages"]) == 1)


async def test_each_page_of_many_has_a_picture_also_those_behind(node: RunningNode, start: Start) -> None:
    spec, reds = start(), (50, 100, 150, 200)
    async with await Cdp.connect(node, spec) as cdp:
        urls = [f"data:text/html,<body style='background:rgb({red},10,20)'>still" for red in reds]
        made = [(await cdp.send("Target.createTarget", url=url))["targetId"] for url in urls]
        async with await Live.open(node, spec) as live:
            for page, red in zip(made, reds, strict=True):
                await live.say("watch", page=page)
                await eventually_async(
                    lambda red=red: live.frames and abs(colour(live.frames[-1].jpeg)[0] - red) < 10, what=f"red {red}"
                )


async def test_a_dialog_is_shown_and_its_end_by_the_client(node: RunningNode, start: Start) -> None:
    spec = start()
    async with await Cdp.connect(node, spec) as cdp, await Live.open(node, spec) as live:
        page = await cdp.page()
        await live.frame()
        await cdp.send("Page.enable", page)
        await cdp.evaluate(page, "setTimeout(() => prompt('Your name?', 'Me')), 1")
        told = await live.heard("dialog")
        assert (told["kind"], told["message"], told["default"]) == ("prompt", "Your name?", "Me")
        await cdp.send("Page.handleJavaScriptDialog", page, accept=False)
        await live.heard("dialog_closed")


async def test_one_who_watches_cannot_act(node: RunningNode, start: Start) -> None:
    spec = start()
    async with await Cdp.connect(node, spec) as cdp, await Live.open(node, spec) as live:
        page = await cdp.page()
        await cdp.goto(page, "data:text/html,<body onmousedown='acted=1' onkeydown='acted=1'><input autofocus value=a>")
        await live.frame()
        await live.click(50, 50)
        await live.press("b", "KeyB", number=66, text="b")
        for kind, fields in {
            "text": {"text": "x"},
            "wheel": {"x": 1, "y": 1, "dx": 0, "dy": 9},
            "touch": {"kind": "start", "points": [{"x": 1, "y": 1}]},
            "navigate": {"url": "about:blank"},
            "new_page": {},
            "close_page": {},
            "resize": {"width": 400, "height": 400},
            "copy": {},
            "files": {"names": []},
            "dialog_answer": {"accept": True},
        }.items():
            await live.say(kind, **fields)
        await live.say("watch", page=None)
        await asyncio.sleep(0.3)
        assert await cdp.evaluate(page, "[typeof acted, document.querySelector('input').value, innerWidth]") == [
            "undefined",
            "a",
            1280,
        ]
        assert len(await cdp.pages()) == 1
        assert [message for message in live.told if message["type"] == "error"] == [
            {"type": "error", "message": "You are watching. Take control to do something here."}
        ]


async def test_a_viewer_is_no_client(node: RunningNode, start: Start) -> None:
    spec = start()
    async with await Live.open(node, spec) as live:
        await live.heard("pages", pages=[])
        seen = node.observed(spec.instance_id)
        assert seen is not None
        assert seen.connections == 0
        assert not seen.prepared


async def test_a_viewer_is_sent_away_by_its_name_with_a_code(node: RunningNode, start: Start) -> None:
    spec = start()
    async with await Live.open(node, spec, name="con_view") as live, await Live.open(node, spec) as other:
        await live.heard("hello")
        assert node.client.close_connection(spec.instance_id, "con_view", spec.credential, code=4001, reason="revoked")
        await eventually_async(lambda: live.end)
        assert live.end == (4001, "revoked")
        assert other.end is None
        assert not node.client.close_connection(spec.instance_id, "con_view", spec.credential)


async def test_the_end_of_a_browser_is_told_by_the_code(node: RunningNode) -> None:
    crashed, stopped = launch_spec(), launch_spec()
    for spec in (crashed, stopped):
        node.run_browser(spec)
    async with await Live.open(node, crashed) as one, await Live.open(node, stopped) as other:
        for live in (one, other):
            await live.heard("hello")
        os.kill(chromium_of(node, crashed), signal.SIGKILL)
        node.client.stop(stopped.instance_id, grace_seconds=2, code=4008, reason="idle")
        await eventually_async(lambda: one.end and other.end)
        assert one.end == (4000, "browser_crashed")
        assert other.end == (4008, "idle")
    node.stop_browser(crashed.instance_id)


async def test_a_relaunch_asks_the_viewer_to_come_again(node: RunningNode, start: Start) -> None:
    spec = start()
    async with await Live.open(node, spec) as live:
        await live.heard("hello")
        other = launch_spec(spec.instance_id, locale="de-DE")
        node.run_browser(other)
        await eventually_async(lambda: live.end)
        assert live.end == (1012, "relaunch")
        async with await Live.open(node, other) as again:
            await again.heard("pages")


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"Authorization": "Bearer wrong"}, 401),
        ({"X-BrowserGrid-Live": "everything"}, 422),
        ({"X-BrowserGrid-Connection": "no name"}, 422),
        ({"X-BrowserGrid-Connection": "con_taken"}, 409),
    ],
)
async def test_a_view_is_refused_before_it_opens(
    node: RunningNode, start: Start, told: dict[str, str], status: int
) -> None:
    spec = start()
    async with await Live.open(node, spec, name="con_taken"):
        headers = {"Authorization": f"Bearer {spec.credential}", **told}
        with pytest.raises(websockets.InvalidStatus) as refusal:
            await websockets.connect(node.websocket_url(spec.instance_id, "live"), additional_headers=headers)
        assert refusal.value.response.status_code == status


@pytest.mark.parametrize("said", ["", "{", "[]", '{"type": 1}', '{"type": "want", "fps": "many"}', "[" * 100_000])
async def test_nonsense_is_answered_and_does_nothing(node: RunningNode, start: Start, said: str) -> None:
    spec = start()
    async with await Live.open(node, spec) as live:
        await live.heard("hello")
        await live.socket.send(said)
        await live.heard("error")
        assert live.end is None


async def test_what_is_no_text_ends_the_view(node: RunningNode, start: Start) -> None:
    spec = start()
    async with await Live.open(node, spec) as live:
        await live.socket.send(b"\x00")
        await live.socket.wait_closed()
        assert live.socket.close_code == 1003


async def test_one_who_says_what_he_saw_and_falls_behind_waits_and_goes_on_with_what_is_new(
    node: RunningNode, start: Start
) -> None:
    spec = start()
    async with await Cdp.connect(node, spec) as cdp:
        await cdp.goto(await cdp.page(), MOVING)
        async with await Live.open(node, spec) as live:
            first = await live.frame()
            await live.say("seen", seq=first.number)
            await asyncio.sleep(1.5)
            stuck = len(live.frames)
            await asyncio.sleep(0.5)
            assert len(live.frames) == stuck
            assert stuck < 25
            await live.say("seen", seq=live.frames[-1].number)
            await live.frame(after=stuck + 2)
            assert live.frames[-1].came - live.frames[-1].at < 0.5
