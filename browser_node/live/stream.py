"""One browser's active page as a video, for whoever reads it: one encoder for all, from the frames of its cast.

A page that does not move gives no frames; then the last is repeated, so that a player keeps playing.
"""

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import AsyncIterator

from browser_node.cast import CastEnded, Consumer, Frame, Want
from browser_node.casts import Casts
from browser_node.devtools import DevtoolsError
from browser_node.live import webm
from browser_node.live.encoder import Encoder, Packet
from browser_node.page import Page, Watcher
from browser_node.pages import Pages

logger = logging.getLogger(__name__)

WANT = Want(fps=25.0, quality=75)
REPEAT_SECONDS = 0.2
MOST_WAITING = 50  # packets for a reader; a slower one begins anew at a key


class Reader:
    """One who reads: `async for part in reader.parts()`; ends with the browser, or by `end`."""

    def __init__(self) -> None:
        self.needs_key = True
        self._packets: deque[Packet] = deque()
        self._news = asyncio.Event()
        self._is_over = False

    def offer(self, packet: Packet) -> None:
        if self.needs_key and not packet.is_key:
            return
        self.needs_key = False
        if len(self._packets) >= MOST_WAITING:
            self._packets.clear()
            self.needs_key = not packet.is_key
        if not self.needs_key:
            self._packets.append(packet)
            self._news.set()

    def end(self) -> None:
        self._is_over = True
        self._news.set()

    async def parts(self) -> AsyncIterator[bytes]:
        """The bytes of a WebM, as they come to be."""
        began: int | None = None
        while True:
            while self._packets:
                packet = self._packets.popleft()
                if began is None:
                    began = packet.at_ms
                    yield webm.head(packet.width, packet.height)
                yield webm.cluster(packet.at_ms - began, packet.data, is_key=packet.is_key)
            if self._is_over:
                return
            self._news.clear()
            await self._news.wait()


class VideoStream(Watcher):
    """Of one life of a browser; encodes while it is `read`."""

    def __init__(self, pages: Pages, casts: Casts) -> None:
        self.encoded = 0
        self._pages = pages
        self._casts = casts
        self._readers: list[Reader] = []
        self._encoding: asyncio.Task[None] | None = None
        self._before: asyncio.Task[None] | None = None  # the encoding that was, which may be ending still
        self._page: Page | None = None
        self._consumer: Consumer | None = None
        self._turned = asyncio.Event()  # to another page

    @contextlib.asynccontextmanager
    async def read(self) -> AsyncIterator[Reader]:
        reader = Reader()
        self._readers.append(reader)
        if self._encoding is None or self._encoding.done():
            self._encoding = asyncio.get_running_loop().create_task(self._encode(self._before))
        try:
            yield reader
        finally:
            self._readers.remove(reader)
            if not self._readers and self._encoding is not None:
                self._encoding.cancel()
                self._before, self._encoding = self._encoding, None

    def changed(self) -> None:
        if self._pages.active is not self._page:
            self._turn()

    def lost(self) -> None:
        for reader in self._readers:
            reader.end()

    async def _encode(self, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait((before,))
        encoder, began, at_ms = Encoder(), time.time(), -1
        frame: Frame | None = None
        try:
            async with self._pages.held(self):
                self._turn()
                while True:
                    new = await self._next()
                    frame = new or frame
                    if frame is None:
                        continue
                    at_ms = max(at_ms + 1, round(((new.at if new else time.time()) - began) * 1000))
                    as_key = any(reader.needs_key for reader in self._readers)
                    packets = await asyncio.to_thread(encoder.encode, frame.jpeg, at_ms, as_key=as_key)
                    self.encoded += 1
                    for packet in packets:
                        for reader in self._readers:
                            reader.offer(packet)
        except (DevtoolsError, ValueError) as error:
            logger.info("a video stream ended: %s", error)
            self.lost()
        finally:
            self._leave()

    async def _next(self) -> Frame | None:
        """The next frame; None where the page does not move."""
        consumer = self._consumer
        try:
            async with asyncio.timeout(REPEAT_SECONDS):
                if consumer is None:
                    self._turned.clear()
                    await self._turned.wait()
                    return None
                return await consumer.next()
        except TimeoutError:
            return None
        except CastEnded:
            if consumer is self._consumer:
                self._turn()
            return None

    def _turn(self) -> None:
        """Show the active page."""
        self._leave()
        self._page = self._pages.active
        if self._page is not None:
            self._consumer = self._casts.of(self._page).join(WANT)
        self._turned.set()

    def _leave(self) -> None:
        consumer, self._consumer, self._page = self._consumer, None, None
        if consumer is not None:
            consumer.leave()
