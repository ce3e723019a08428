"""The video recorder: frames of whichever page is active, from the same cast that viewers look at."""

import asyncio
import contextlib
import time

from browser_node.capture.spool import Spool
from browser_node.capture.video_frames import VideoFrame
from browser_node.cast import CastEnded, Consumer, Frame, Want
from browser_node.casts import Casts
from browser_node.page import Page, Watcher
from browser_node.pages import Pages

WANT = Want(fps=15, quality=60)
STILL_SECONDS = 5.0  # without a frame, after which it is noted that the picture is still the same


class VideoRecorder(Watcher):
    """A watcher while video is recorded: `start`, then `stop`."""

    def __init__(self, pages: Pages, casts: Casts, spool: Spool) -> None:
        self._pages = pages
        self._casts = casts
        self._spool = spool
        self._page: Page | None = None
        self._consumer: Consumer | None = None
        self._moved = asyncio.Event()
        self._last = VideoFrame(0.0, 0, 0)
        self._following: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._last = VideoFrame(time.time() * 1000, 0, 0)
        self._following = asyncio.get_running_loop().create_task(self._follow())

    async def stop(self) -> None:
        """The last picture lasts until now."""
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)
            self._still()

    def changed(self) -> None:
        if self._pages.active is not self._page:
            self._moved.set()
            if self._consumer is not None:
                self._consumer.leave()  # which ends its `next`

    async def _follow(self) -> None:
        while True:
            self._moved.clear()
            self._page = self._pages.active
            if self._page is None:
                await self._moved.wait()
                continue
            try:
                self._consumer = self._casts.of(self._page).join(WANT)
            except CastEnded:
                await self._moved.wait()
                continue
            try:
                await self._record(self._consumer)
            finally:
                self._consumer.leave()
                self._consumer = None

    async def _record(self, consumer: Consumer) -> None:
        """Until another page is the active one."""
        with contextlib.suppress(CastEnded):
            while not self._moved.is_set():
                try:
                    async with asyncio.timeout(STILL_SECONDS):
                        self._keep(await consumer.next())
                except TimeoutError:
                    self._still()
            return
        await self._moved.wait()

    def _keep(self, frame: Frame) -> None:
        # A frame of a still page may be older than the recording, or than the page that was shown before.
        at_ms = max(frame.at * 1000, self._last.at_ms + 1)
        self._last = VideoFrame(at_ms, frame.width, frame.height, frame.jpeg)
        self._spool.append_frame(self._last)

    def _still(self) -> None:
        if self._last.width:
            at_ms = max(time.time() * 1000, self._last.at_ms + 1)
            self._last = VideoFrame(at_ms, self._last.width, self._last.height)
            self._spool.append_frame(self._last)
