"""One screencast of one page, whatever the number of those who look at it.

Chromium is asked for the largest, best and fastest that anybody wants, and for nothing while nobody does. It sends a
frame where something changed, unless two or three are not acknowledged; so when we acknowledge is how fast it goes.
What it leaves out meanwhile it never sends, hence the look after a burst.
"""

import asyncio
import base64
import struct
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from browser_node.jpeg import jpeg_size
from browser_node.page import Page
from browser_node.pages import Pages

QUEUE_FRAMES = 2  # of one who looks; the oldest goes
UNACKNOWLEDGED_FRAMES = 2  # from which on Chromium may leave some out
SETTLE_SECONDS, SETTLE_BEATS = 0.12, 1.5  # without a frame, whichever is longer, after which a burst is over
LATE_BEATS = 4  # that are made up for
FIRST_SECONDS = 0.4  # without a first frame, after which the cast is started again; then twice as long, and so on
MOST_FIRST_SECONDS = 6.0

_ODD = 0.03  # more than rounding to pixels makes, also of small pictures
_HEADER = struct.Struct(">IdHH")
_MOST_HEIGHT = 8192


class CastEnded(Exception):
    """The page is gone, and no frame will come any more."""


@dataclass(frozen=True, slots=True)
class Frame:
    number: int
    at: float  # Unix seconds at which Chromium drew it
    width: int  # of the page, in CSS pixels
    height: int
    jpeg: bytes
    message: bytes  # the same behind a header, as it travels: see docs/reference/node-live.md


@dataclass(frozen=True, slots=True)
class Want:
    """How much of a cast somebody wants; 0 frames a second is none, width 0 is the page's own."""

    fps: float = 30.0
    width: int = 0
    quality: int = 60


class Consumer:
    """One who looks: `next` again and again, `want` when that changes, `leave` at the end."""

    def __init__(self, cast: "Cast", want: Want) -> None:
        self.wanted = want
        self.dropped = 0
        self._cast = cast
        self._frames: deque[Frame] = deque(maxlen=QUEUE_FRAMES)
        self._news = asyncio.Event()
        self._due = 0.0
        self._is_over = False

    @property
    def has_room(self) -> bool:
        return self.wanted.fps > 0 and len(self._frames) < QUEUE_FRAMES

    def want(self, want: Want) -> None:
        self.wanted, self._due = want, 0.0
        self._cast.reconsider()

    async def next(self) -> Frame:
        """Each as it comes; the newest when it is due, where others want more a second. Raises CastEnded."""
        while True:
            while not self._frames:
                if self._is_over:
                    raise CastEnded
                self._news.clear()
                await self._news.wait()
            is_calm = 0 < self.wanted.fps < self._cast.fps
            wait = self._due - time.monotonic()
            if not is_calm or wait <= 0:
                break
            await asyncio.sleep(wait)
        if is_calm:
            self._due = _next_due(self._due, self.wanted.fps)
            self.skip()
        frame = self._frames.popleft()
        self._cast.acknowledge()
        return frame

    def skip(self) -> None:
        """Whoever could not look for a while goes on with the newest."""
        while len(self._frames) > 1:
            self._frames.popleft()

    def leave(self) -> None:
        self._cast.left(self)

    def offer(self, frame: Frame) -> None:
        if self.wanted.fps > 0:
            self.dropped += len(self._frames) == QUEUE_FRAMES
            self._frames.append(frame)
            self._news.set()

    def end(self) -> None:
        self._is_over = True
        self._news.set()


class Cast:
    """`join` as often as one likes; it runs while somebody who joined wants frames."""

    def __init__(self, pages: Pages, page: Page, numbers: Iterator[int]) -> None:
        self.page = page
        self.asked = 0  # frames that Chromium was let send
        self.received = 0
        self.last: Frame | None = None
        self._pages = pages
        self._numbers = numbers  # one sequence for all pages, so that a frame is known by its number
        self._consumers: list[Consumer] = []
        self._running: Want | None = None
        self._owed: deque[int] = deque()  # frames to be acknowledged
        self._due = 0.0  # when the next may be
        self._timer: asyncio.TimerHandle | None = None
        self._settling: asyncio.TimerHandle | None = None
        self._may_have_missed = False
        self._patience = FIRST_SECONDS
        self._odd_shape: tuple[int, int, int, int] | None = None

    @property
    def is_running(self) -> bool:
        return self._running is not None

    @property
    def fps(self) -> float:
        return self._running.fps if self._running is not None else 0.0

    def join(self, want: Want) -> Consumer:
        """With the last frame at once, where there is one."""
        consumer = Consumer(self, want)
        self._consumers.append(consumer)
        if self.last is not None:
            consumer.offer(self.last)
        self.reconsider()
        return consumer

    def left(self, consumer: Consumer) -> None:
        if consumer in self._consumers:
            self._consumers.remove(consumer)
            consumer.end()
            self.reconsider()

    def reconsider(self) -> None:
        """Start, change or stop, as is now wanted."""
        wants = [consumer.wanted for consumer in self._consumers if consumer.wanted.fps > 0]
        before, self._running = self._running, _most(wants) if wants else None
        if self._running is None:
            if before is not None:
                self._stop()
        elif before is None or (before.width, before.quality) != (self._running.width, self._running.quality):
            self._start(self._running, is_anew=before is not None)
        self.acknowledge()

    def hear(self, params: dict[str, Any]) -> None:
        """A `Page.screencastFrame`."""
        if self._running is None:
            return
        self.received += 1
        self._patience = FIRST_SECONDS
        self._owed.append(params["sessionId"])
        before, frame = self.last, self._frame(params["data"], params["metadata"])
        is_torn = self._is_torn(frame)
        is_new = before is None or (before.jpeg, before.width, before.height) != (frame.jpeg, frame.width, frame.height)
        if is_new and not is_torn:
            self.last = frame
            for consumer in self._consumers:
                consumer.offer(frame)
        self._settle_later(self._running)
        self.acknowledge()
        self._may_have_missed |= is_torn or len(self._owed) >= UNACKNOWLEDGED_FRAMES

    def doubt(self) -> None:
        """What just happened to the page may have cost us a frame."""
        if self._running is not None:
            self._may_have_missed = True
            self._settle_later(self._running)

    def acknowledge(self) -> None:
        """What is due of it; called again whenever somebody took a frame."""
        while self._owed and self._timer is None and self._running is not None:
            if not any(consumer.has_room for consumer in self._consumers):
                return
            wait = self._due - time.monotonic()
            if wait > 0:
                self._timer = asyncio.get_running_loop().call_later(wait, self._acknowledge_later)
                return
            self._due = _next_due(self._due, self._running.fps)
            self._acknowledge_one()

    def end(self) -> None:
        """The page is gone."""
        self._running = None
        self._be_still()
        for consumer in self._consumers:
            consumer.end()
        self._consumers.clear()

    def _acknowledge_one(self) -> None:
        self.asked += 1
        self._pages.post(self.page, "Page.screencastFrameAck", {"sessionId": self._owed.popleft()})

    def _acknowledge_later(self) -> None:
        self._timer = None
        self.acknowledge()

    def _settle_later(self, want: Want) -> None:
        if self._settling is not None:
            self._settling.cancel()
        pause = max(SETTLE_SECONDS, SETTLE_BEATS / want.fps)
        self._settling = asyncio.get_running_loop().call_later(pause, self._settle)

    def _settle(self) -> None:
        """No frame for a while: where we had kept Chromium waiting, it may owe us how the page looks now."""
        self._settling = None
        if not self._may_have_missed or self._running is None:
            return
        if not self._owed:
            self._start(self._running, is_anew=True)
            return
        if any(consumer.has_room for consumer in self._consumers):
            while self._owed:  # if the page moves on, this is enough for its frames to come
                self._acknowledge_one()
        self._settle_later(self._running)

    def _start(self, want: Want, *, is_anew: bool) -> None:
        """Chromium sends a frame at once, and counts none as unacknowledged."""
        self._be_still()
        if is_anew:
            self._pages.post(self.page, "Page.stopScreencast")
        # While a navigation changes processes, Chromium refuses.
        self._settling = asyncio.get_running_loop().call_later(self._patience, self._start_again)
        self.asked += 1
        params: dict[str, Any] = {"format": "jpeg", "quality": want.quality}
        if want.width:
            params |= {"maxWidth": want.width, "maxHeight": _MOST_HEIGHT}
        self._pages.post(self.page, "Page.startScreencast", params)

    def _start_again(self) -> None:
        if self._running is not None:
            self._patience = min(2 * self._patience, MOST_FIRST_SECONDS)
            self._start(self._running, is_anew=True)
            # A page behind others draws nothing by itself. For a picture it does, and what is drawn is cast.
            self._pages.post(self.page, "Page.captureScreenshot", {"format": "jpeg", "quality": 1})

    def _stop(self) -> None:
        self._be_still()
        self.last = None  # the page goes on without us
        self._pages.post(self.page, "Page.stopScreencast")

    def _be_still(self) -> None:
        self._owed.clear()
        self._may_have_missed = False
        for timer in (self._timer, self._settling):
            if timer is not None:
                timer.cancel()
        self._timer = self._settling = None

    def _is_torn(self, frame: Frame) -> bool:
        """Between two sizes of a page Chromium tells the new one of a picture that has the old one's shape, once."""
        width, height = jpeg_size(frame.jpeg)
        shape = (frame.width, frame.height, width, height)
        is_odd = abs(width * frame.height - height * frame.width) > _ODD * width * frame.height
        is_torn, self._odd_shape = is_odd and shape != self._odd_shape, shape if is_odd else None
        return is_torn

    def _frame(self, data: str, metadata: dict[str, Any]) -> Frame:
        page, jpeg, number = self.page, base64.b64decode(data), next(self._numbers) & 0xFFFFFFFF
        at = metadata.get("timestamp") or time.time()
        page.width, page.height = round(metadata["deviceWidth"]), round(metadata["deviceHeight"])
        page.scale = metadata["pageScaleFactor"]
        size = min(page.width, 0xFFFF), min(page.height, 0xFFFF)
        return Frame(number, at, *size, jpeg, _HEADER.pack(number, at, *size) + jpeg)


def _most(wants: list[Want]) -> Want:
    width = 0 if any(want.width == 0 for want in wants) else max(want.width for want in wants)
    return Want(max(want.fps for want in wants), width, max(want.quality for want in wants))


def _next_due(due: float, fps: float) -> float:
    """On the beat, so that the rate is the wanted one: one who is late hurries, one who did nothing begins anew."""
    now, period = time.monotonic(), 1 / fps
    return (due if now - due < LATE_BEATS * period else now) + period
