"""A recorded visit to a small shop, made by a real Chromium with the recorder that nodes use, a few seconds long.

What the other parts of a recording will give is made here by hand from the same visit: the film, the inputs, the lanes.
"""

import base64
import io
import time
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from playwright.sync_api import Browser, Page, Route

from apps.recordings.scrub import Scrubber

ROOT = Path(__file__).resolve().parents[2]
SITE = Path(__file__).parent / "site"
RECORDER = ROOT / "static" / "player" / "built" / "rrweb-record.js"
SIZE = (1280, 720)
BOOT = """;(() => {
  const options = { recordCrossOriginIframes: true, maskAllInputs: true, sampling: { mousemove: 50, scroll: 100 } };
  const emit = window === top ? (event) => bgRecord(event) : () => {};
  const go = () => rrwebRecord.record({ ...options, emit });
  if (document.documentElement) return go();
  new MutationObserver((_, seen) => {
    if (!document.documentElement) return;
    seen.disconnect();
    go();
  }).observe(document, { childList: true });
})();"""


@dataclass
class Visit:
    """`events` are as rrweb gave them, times in ms from the start; `film` is a WebM."""

    events: list[dict[str, Any]] = field(default_factory=list)
    frames: list[tuple[float, bytes]] = field(default_factory=list)
    track: dict[str, Any] = field(default_factory=dict)
    film: bytes = b""

    def scrubbed(self) -> list[dict[str, Any]]:
        scrubber = Scrubber()
        return [kept for event in self.events if (kept := scrubber.scrubbed(event))]


class Visitor:
    """Drives a page as an agent does, and notes what it did when."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.start = time.time() * 1000
        self.inputs: list[dict[str, Any]] = []
        self.lanes: dict[str, list[dict[str, Any]]] = {
            name: [] for name in ("navigation", "clicks", "typing", "console", "network", "errors", "marks")
        }

    @property
    def now(self) -> float:
        return round(time.time() * 1000 - self.start, 1)

    def note(self, lane: str, **what: Any) -> None:
        self.lanes[lane].append({"t": self.now, "page": "p1", **what})

    def input(self, kind: str, **what: Any) -> None:
        self.inputs.append({"t": self.now, "page": "p1", "kind": kind, "w": SIZE[0], "h": SIZE[1], **what})

    def wait(self, seconds: float) -> None:
        self.page.wait_for_timeout(seconds * 1000)

    def click(self, selector: str) -> None:
        box = self.page.locator(selector).first.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.input("move", x=x, y=y)
        self.wait(0.1)
        self.input("down", x=x, y=y)
        self.note("clicks", x=x, y=y, w=SIZE[0], h=SIZE[1])
        self.page.mouse.click(x, y)
        self.input("up", x=x, y=y)

    def type(self, text: str) -> None:
        began = self.now
        for letter in text:
            self.page.keyboard.type(letter)
            self.input("key")
            self.wait(0.05)
        self.lanes["typing"].append({"t": began, "end": self.now, "page": "p1", "count": len(text)})

    def arrived(self) -> None:
        self.note("navigation", url=self.page.url.replace("localhost", "northwind.example"), title=self.page.title())


def answered(route: Route) -> None:
    path = route.request.url.split("://", 1)[1].split("/", 1)[1]
    if path.startswith("pay"):
        route.fulfill(status=503 if path.endswith("=1") else 200, body="")
    else:
        route.fulfill(path=SITE / path)


def made(chromium: Browser) -> Visit:
    visit = Visit()
    context = chromium.new_context(viewport={"width": SIZE[0], "height": SIZE[1]})
    page = context.new_page()
    page.route("**/*", answered)
    page.expose_binding("bgRecord", lambda _, event: visit.events.append(event))
    page.add_init_script(RECORDER.read_text() + BOOT)
    visitor = Visitor(page)
    page.on("console", lambda said: visitor.note("console", level=said.type, text=said.text))
    page.on(
        "console", lambda said: visitor.note("errors", kind="console", text=said.text) if said.type == "error" else None
    )
    page.on("requestfinished", lambda request: finished(visitor, request))
    devtools = context.new_cdp_session(page)

    def framed(frame: dict[str, Any]) -> None:
        visit.frames.append((frame["metadata"]["timestamp"] * 1000 - visitor.start, base64.b64decode(frame["data"])))
        devtools.send("Page.screencastFrameAck", {"sessionId": frame["sessionId"]})

    devtools.on("Page.screencastFrame", framed)
    devtools.send("Page.startScreencast", {"format": "jpeg", "quality": 80, "maxWidth": SIZE[0], "maxHeight": SIZE[1]})
    acted(visitor, page)
    duration = visitor.now
    context.close()
    for event in visit.events:
        event["timestamp"] -= visitor.start
    visit.film = encoded(visit.frames, duration)
    visit.track = {
        "duration": duration,
        "pages": [
            {"id": "p1", "title": "Northwind Coffee", "url": "http://northwind.example/", "first": 0, "last": None}
        ],
        "inputs": visitor.inputs,
        "tracks": visitor.lanes,
        "video": {"url": "video.webm", "width": SIZE[0], "height": SIZE[1], "start": round(visit.frames[0][0], 1)},
        "dom": [{"page": "p1", "url": "dom.json"}],
    }
    return visit


def acted(visitor: Visitor, page: Page) -> None:
    page.goto("http://localhost/shop.html")
    visitor.arrived()
    visitor.wait(0.9)
    visitor.click("[data-name=Yirgacheffe]")
    visitor.wait(1.0)
    visitor.click("[data-name=Sidra]")
    visitor.wait(1.3)
    visitor.click(".basket")
    page.wait_for_url("**/checkout.html")
    visitor.arrived()
    visitor.note("marks", label="Checkout")
    visitor.wait(1.2)
    visitor.click("#name")
    visitor.type("Ada Lovelace")
    visitor.click("#mail")
    visitor.type("ada@example.org")
    visitor.wait(0.4)
    visitor.click("#pay")
    page.wait_for_selector("#fault:not(:empty)")
    visitor.wait(1.0)
    visitor.click("#pay")
    page.wait_for_url("**/thanks.html")
    visitor.arrived()
    visitor.note("marks", label="Ordered")
    visitor.wait(1.6)


def finished(visitor: Visitor, request: Any) -> None:
    answer = request.response()
    visitor.lanes["network"].append(
        {
            "t": max(0.0, visitor.now - 90),
            "end": visitor.now,
            "page": "p1",
            "method": request.method,
            "url": request.url.replace("localhost", "northwind.example"),
            "status": answer.status if answer else 0,
            "type": request.resource_type,
        }
    )


def encoded(frames: list[tuple[float, bytes]], end: float) -> bytes:
    """Each frame at its time; the last one again at the end."""
    out = io.BytesIO()
    box = av.open(out, "w", format="webm")
    stream = box.add_stream("libvpx-vp9", rate=30)
    stream.width, stream.height = SIZE
    stream.pix_fmt, stream.bit_rate = "yuv420p", 0
    stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
    stream.options = {
        "deadline": "realtime",
        "cpu-used": "8",
        "row-mt": "1",
        "lag-in-frames": "0",
        "g": "60",
        "crf": "34",
    }
    jpeg, start, last = av.CodecContext.create("mjpeg", "r"), frames[0][0], -1
    for t, data in [*frames, (end, frames[-1][1])]:
        picture = jpeg.decode(av.Packet(data))[0].reformat(
            *SIZE, "yuv420p", src_color_range="JPEG", dst_color_range="MPEG"
        )
        picture.pts = last = max(last + 1, int(t - start))
        picture.time_base = Fraction(1, 1000)
        box.mux(stream.encode(picture))
    box.mux(stream.encode(None))
    box.close()
    return out.getvalue()
