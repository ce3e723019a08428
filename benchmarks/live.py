"""The live view of a node: what three viewers get, how old it is, and what it costs the browser that is watched.

Viewers are socket clients without a screen; one real Chromium that draws what it gets is measured beside them. How old
a frame is tells the page itself: it draws its clock as a row of black and white fields.
"""

import asyncio
import contextlib
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

from playwright.async_api import async_playwright

from benchmarks.chromium import running_chromium
from benchmarks.report import Bar, Report, Table
from browser_node.wire import LaunchSpec
from tests.support.cdp import Cdp, headers
from tests.support.live import Live, Seen, metric
from tests.support.node import RunningNode, launch_spec
from tests.support.pictures import colour, decoded

RATE, AGE = "frames/s", "glass to glass p50 ms"

ROUNDS = 3
SETTLE_SECONDS = 1.5
INPUTS = 40
INPUT_SECONDS = 0.4
BITS, FIELD = 32, 20  # of the clock in milliseconds, and pixels of one of them

# As much moves as on a busy page, and the clock of the moment it was drawn at.
MOVING = """data:text/html,<title>Moving</title><body style='margin:0;background:white'>
<canvas id=clock width=640 height=20 style='display:block'></canvas>
<canvas id=scene width=1280 height=700></canvas><script>
const bits = clock.getContext('2d'), scenery = scene.getContext('2d'); let n = 0;
(function draw() {
  const now = Date.now() % 4294967296;
  for (let bit = 0; bit < 32; bit++) {
    bits.fillStyle = Math.floor(now / 2 ** bit) % 2 ? 'white' : 'black'; bits.fillRect(bit * 20, 0, 20, 20);
  }
  scenery.clearRect(0, 0, 1280, 700); n++;
  for (let i = 0; i < 60; i++) {
    scenery.fillStyle = `hsl(${(i * 37 + n) % 360} 80% 50%)`;
    scenery.fillRect(640 + 500 * Math.sin(n / 40 + i), 340 + 300 * Math.cos(n / 50 + i * 2), 40, 40);
  }
  requestAnimationFrame(draw);
})()</script>""".replace("%", "%25")
STILL = "data:text/html,<title>Still</title><body style='background:white'>still"
BUTTON = """data:text/html,<body style='background:black'><script>let n = 0;
addEventListener('mousedown', () => document.body.style.background = n++ % 2 ? 'black' : 'white')</script>""".replace(
    "%", "%25"
)

# What a page of ours does with a frame, shortened: draw it, say so, and read the clock off the canvas.
VIEWER = """(port) => new Promise((done, fail) => {
  const canvas = document.body.appendChild(document.createElement("canvas"));
  const context = canvas.getContext("2d", {willReadFrequently: true});
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`), ages = [];
  socket.binaryType = "arraybuffer";
  socket.onerror = fail;
  let began = 0;
  socket.onmessage = async ({data}) => {
    if (typeof data === "string") return;
    const head = new DataView(data), number = head.getUint32(0);
    const picture = await createImageBitmap(new Blob([data.slice(16)], {type: "image/jpeg"}));
    [canvas.width, canvas.height] = [picture.width, picture.height];
    context.drawImage(picture, 0, 0);
    picture.close();
    socket.send(JSON.stringify({type: "seen", seq: number}));
    const row = context.getImageData(0, 10, 640, 1).data;
    let told = 0;
    for (let bit = 0; bit < 32; bit++) told += row[(bit * 20 + 10) * 4] > 127 ? 2 ** bit : 0;
    began ||= Date.now();
    ages.push(Date.now() % 4294967296 - told);
    if (Date.now() - began > 5000) { socket.close(); done({ages, seconds: (Date.now() - began) / 1000}); }
  };
})"""


def measure(seconds: float) -> Report:
    """About a minute with the usual 8 seconds."""
    with tempfile.TemporaryDirectory(prefix="bg-live-") as folder, RunningNode(Path(folder), tcp=True) as node:
        return asyncio.run(_measure(node, seconds))


async def _measure(node: RunningNode, seconds: float) -> Report:
    async with _browser(node, MOVING) as spec:
        unwatched = await _frames_unwatched(node, spec)
        one, three = Watched(1), Watched(3)
        for _ in range(ROUNDS):  # in turns: whatever else the machine does then hits both alike
            await _watch(node, spec, one, seconds / ROUNDS)
            await _watch(node, spec, three, seconds / ROUNDS)
        screen_fps, screen_age = await _on_a_screen(node, spec)
    async with _browser(node, STILL) as spec:
        static = await _frames_of_a_still_page(node, spec)
    async with _browser(node, BUTTON) as spec:
        inputs = await _input_to_frame(node, spec)
    rows = {
        "1 viewer": {"frames/s": one.fps, "glass to glass p50 ms": one.age, "Chromium's frames/s": one.asked},
        "3 viewers": {
            "frames/s": three.fps,
            "glass to glass p50 ms": three.age,
            "Chromium's frames/s": three.asked,
        },
        "Chromium as viewer": {"frames/s": screen_fps, "glass to glass p50 ms": screen_age},
    }
    bars = [
        Bar("frames/s of the slowest of 3 viewers", three.fps, at_least=25),
        Bar("glass to glass with 3 viewers, p50 ms", three.age, at_most=150),
        Bar("frames asked of Chromium, 3 viewers : 1", three.asked / one.asked, at_least=0.98, at_most=1.02),
        Bar("frames of a static page in 3 s", static, at_most=1),
        Bar("input to changed frame, p50 ms", statistics.median(inputs), at_most=60),
        Bar("frames and casts without a viewer", unwatched, at_most=0),
        Bar("input to changed frame, longest ms", max(inputs)),
        Bar("Chromium as viewer: glass to glass p50 ms", screen_age),
    ]
    facts = {"seconds": seconds, "bytes a frame": round(three.size), "inputs": len(inputs)}
    return Report("live", [Table("Live view of a node", rows)], bars, facts)


class Watched:
    """What some viewers got, in several turns."""

    def __init__(self, viewers: int) -> None:
        self.frames: list[list[Seen]] = [[] for _ in range(viewers)]
        self.seconds = 0.0
        self._asked = 0.0

    def add(self, frames: list[list[Seen]], asked: float, seconds: float) -> None:
        """One turn."""
        for mine, new in zip(self.frames, frames, strict=True):
            mine.extend(new)
        self._asked += asked
        self.seconds += seconds

    @property
    def fps(self) -> float:
        """Of the one who got least."""
        return min(len(each) for each in self.frames) / self.seconds

    @property
    def asked(self) -> float:
        """Frames of Chromium a second."""
        return self._asked / self.seconds

    @property
    def age(self) -> float:
        """Milliseconds from the page's clock to the viewer's, at the median."""
        sample = [frame for each in self.frames for frame in each[:: max(1, len(each) // 60)]]
        return statistics.median(age for frame in sample if (age := _age(frame)) is not None)

    @property
    def size(self) -> float:
        """Bytes a frame."""
        return statistics.mean(len(frame.jpeg) for each in self.frames for frame in each)


@contextlib.asynccontextmanager
async def _browser(node: RunningNode, url: str) -> AsyncIterator[LaunchSpec]:
    spec = launch_spec()
    node.run_browser(spec)
    async with await Cdp.connect(node, spec) as cdp:
        await cdp.goto(await cdp.page(), url)
        yield spec
    node.stop_browser(spec.instance_id)


async def _watch(node: RunningNode, spec: LaunchSpec, watched: Watched, seconds: float) -> None:
    async with contextlib.AsyncExitStack() as stack:
        lives = [await stack.enter_async_context(await Live.open(node, spec, says_seen=True)) for _ in watched.frames]
        await asyncio.sleep(SETTLE_SECONDS)
        before = metric(node, spec, "browser_screencast_frames_total")
        for live in lives:
            live.frames.clear()
        began = time.monotonic()
        await asyncio.sleep(seconds)
        frames = [list(live.frames) for live in lives]
        asked = metric(node, spec, "browser_screencast_frames_total") - before
        watched.add(frames, asked, time.monotonic() - began)


async def _frames_unwatched(node: RunningNode, spec: LaunchSpec) -> float:
    async with await Live.open(node, spec) as live:
        await live.frame()
    await asyncio.sleep(0.5)
    before = metric(node, spec, "browser_screencast_frames_total")
    await asyncio.sleep(2)
    frames = metric(node, spec, "browser_screencast_frames_total") - before
    return frames + metric(node, spec, "browser_screencasts")


async def _frames_of_a_still_page(node: RunningNode, spec: LaunchSpec) -> float:
    async with await Live.open(node, spec) as live:
        await live.frame()
        await asyncio.sleep(SETTLE_SECONDS)
        before = metric(node, spec, "browser_screencast_frames_total")
        await asyncio.sleep(3)
        return metric(node, spec, "browser_screencast_frames_total") - before


async def _input_to_frame(node: RunningNode, spec: LaunchSpec) -> list[float]:
    """Milliseconds from sending a press of the mouse to having the frame that shows what it did."""
    pressed = []
    async with await Live.open(node, spec, control=True) as live:
        await live.frame()
        await asyncio.sleep(SETTLE_SECONDS)
        for _ in range(INPUTS):
            pressed.append((time.time(), len(live.frames)))
            await live.say("mouse", kind="down", x=300, y=300, button="left", buttons=1, clicks=1)
            await live.say("mouse", kind="up", x=300, y=300, button="left", buttons=0, clicks=1)
            await asyncio.sleep(INPUT_SECONDS)
        frames = live.frames
    took = []
    for at, seen in pressed:
        was = colour(frames[seen - 1].jpeg)[0] > 127
        changed = next(frame for frame in frames[seen:] if (colour(frame.jpeg)[0] > 127) is not was)
        took.append((changed.came - at) * 1000)
    return took


async def _on_a_screen(node: RunningNode, spec: LaunchSpec) -> tuple[float, float]:
    """Frames a second and their age when a real page has drawn them."""
    async with _authorised(node, spec) as port:
        with running_chromium() as chromium:
            async with async_playwright() as playwright:
                browser = await playwright.chromium.connect_over_cdp(chromium)
                page = browser.contexts[0].pages[0]
                told = await page.evaluate(VIEWER, port)
                await browser.close()
    return len(told["ages"]) / told["seconds"], statistics.median(told["ages"])


@contextlib.asynccontextmanager
async def _authorised(node: RunningNode, spec: LaunchSpec) -> AsyncIterator[int]:
    """A port in front of the live view that adds what a page cannot say: in the product, the gateway does."""

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(1 << 18):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, _, rest = (await reader.readuntil(b"\r\n\r\n")).partition(b"\r\n")
        upstream, downstream = await asyncio.open_connection("127.0.0.1", node.port)
        added = "".join(f"{name}: {value}\r\n" for name, value in headers(spec).items())
        downstream.write(f"GET /browsers/{spec.instance_id}/live HTTP/1.1\r\n{added}".encode() + rest)
        await asyncio.gather(pipe(reader, downstream), pipe(upstream, writer))

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield int(server.sockets[0].getsockname()[1])


def _age(frame: Seen) -> float | None:
    """Milliseconds from when the page drew its clock to when the frame came; None where it cannot be read."""
    plane = decoded(frame.jpeg).planes[0]
    row = bytes(plane)[FIELD // 2 * plane.line_size :]
    shades = [row[bit * FIELD + FIELD // 2] for bit in range(BITS)]
    if any(60 < shade < 195 for shade in shades):
        return None
    told = sum(1 << bit for bit, shade in enumerate(shades) if shade > 127)
    return round(frame.came * 1000) % 2**32 - told
