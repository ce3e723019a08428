"""One live view of a browser: which page it is shown, what it is told, and whether it may do anything.

The messages stand in docs/reference/node-live.md. The socket is the caller's: `send_text` and `send_bytes` wait while
the client is slow, and that holds up nobody else.
"""

import asyncio
import json
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from enum import StrEnum
from typing import Any

from browser_node.cast import CastEnded, Consumer, Want
from browser_node.casts import Casts
from browser_node.devtools import DevtoolsError
from browser_node.live.hands import Hands
from browser_node.live.messages import Message, Refused, number, text
from browser_node.live.steering import PathOf, Steering
from browser_node.page import Chooser, Dialog, Page, Watcher
from browser_node.pages import Pages

logger = logging.getLogger(__name__)

MOST_FPS = 60.0
UNSEEN_FRAMES = 3  # under way, however slow the line, to a client that says which it has seen
UNSEEN_SECONDS = 0.25  # and as many as come in this time, so that a line that is only long loses none
PAUSE_SECONDS = 0.05  # between two lists of pages
MOST_WAITING = 256  # messages for a client that takes none

_INTERCEPT = "Page.setInterceptFileChooserDialog"
_MOST_TITLE, _MOST_URL, _MOST_WORDS = 300, 2048, 4000


class Mode(StrEnum):
    VIEW = "view"
    CONTROL = "control"


class Viewer(Watcher):
    """Run `show` while the pages are held by it; give `hear` what the client says."""

    def __init__(
        self,
        mode: Mode,
        pages: Pages,
        casts: Casts,
        *,
        path_of: PathOf,
        send_text: Callable[[str], Awaitable[None]],
        send_bytes: Callable[[bytes], Awaitable[None]],
    ) -> None:
        self.mode = mode
        self.wants_frames = mode is Mode.CONTROL  # a file may be asked for in any of them
        self.is_lost = asyncio.Event()  # nothing more can be shown
        self.is_slow = False  # because the client takes nothing
        self._pages = pages
        self._casts = casts
        self._send_text = send_text
        self._send_bytes = send_bytes
        self._hands = Hands(pages)
        self._steering = Steering(pages, path_of, self._hands.settled)
        self._want = Want()
        self._wants_inputs = False
        self._chosen: str | None = None  # a page; none: whichever is active
        self._shown: Page | None = None
        self._dialog: Dialog | None = None
        self._chooser: Chooser | None = None
        self._consumer: Consumer | None = None
        self._waiting: deque[Message] = deque([{"type": "hello", "mode": mode}])
        self._has_pages_news = True
        self._has_warned = False
        self._news = asyncio.Event()
        self._news.set()
        self._frames = asyncio.Event()
        self._under_way: deque[tuple[int, float]] = deque(maxlen=MOST_WAITING)  # what was sent and not seen, and when
        self._says_seen = False

    async def show(self) -> None:
        """Until the browser is gone or this is cancelled."""
        self._choose()
        texts, frames = asyncio.create_task(self._send_texts()), asyncio.create_task(self._send_frames())
        try:
            await self.is_lost.wait()
        finally:
            for task in (texts, frames):
                task.cancel()
            await asyncio.gather(texts, frames, return_exceptions=True)
            self._leave()
            if self.mode is Mode.CONTROL:
                for page in self._pages.all:
                    self._leave_choosers(page)

    async def hear(self, said: str) -> None:
        """One message of the client; a wrong one is answered with an error and does nothing."""
        try:
            message = _parse(said)
            match message["type"]:
                case "want":
                    self._set_want(message)
                case "seen":
                    self._says_seen = True
                    self._has_seen(int(number(message, "seq", most=2**32)))
                case "watch":
                    self._chosen = text(message, "page", 64) or None
                    self._choose()
                case kind:
                    await self._do(kind, message)
        except Refused as refused:
            self.tell({"type": "error", "message": str(refused)})
        except DevtoolsError as error:
            logger.debug("a person's wish failed: %s", error)
            self.tell({"type": "error", "message": "The browser did not do that."})

    async def attached(self, page: Page) -> None:
        if self.mode is Mode.CONTROL:
            self._pages.post(page, _INTERCEPT, {"enabled": True})

    async def frame_attached(self, page: Page, session: str) -> None:
        if self.mode is Mode.CONTROL:
            await self._pages.send(page, "Page.enable", session=session)
            await self._pages.send(page, _INTERCEPT, {"enabled": True}, session=session)

    def changed(self) -> None:
        self._has_pages_news = True
        self._choose()
        self._news.set()

    def gone(self, page: Page) -> None:
        if page is self._shown:
            self._leave()

    def lost(self) -> None:
        self.is_lost.set()

    def saw_input(self, line: dict[str, Any]) -> None:
        """What a client or a person did, for one who draws it over the frames."""
        if self._wants_inputs:
            self.tell({"type": "input", **line})

    def tell(self, message: Message) -> None:
        if len(self._waiting) >= MOST_WAITING:
            self.is_slow = True
            self.is_lost.set()
            return
        self._waiting.append(message)
        self._news.set()

    async def _do(self, kind: str, message: Message) -> None:
        if self.mode is not Mode.CONTROL:
            if not self._has_warned:
                self._has_warned = True
                raise Refused("You are watching. Take control to do something here.")
            return
        if kind == "new_page":
            await self._steering.new_page(self._shown)
        elif kind not in self._hands.deeds and kind not in self._steering.deeds:
            raise Refused(f"There is no message {kind[:40]!r}.")
        elif self._shown is None:
            raise Refused("There is no page.")
        elif kind in self._hands.deeds:
            self._hands.deeds[kind](self._shown, message)
        elif (answer := await self._steering.deeds[kind](self._shown, message)) is not None:
            self.tell(answer)

    def _set_want(self, message: Message) -> None:
        fps = min(max(number(message, "fps", self._want.fps), 0.0), MOST_FPS)
        width = round(min(max(number(message, "width", self._want.width), 0.0), 8192.0))
        quality = round(min(max(number(message, "quality", self._want.quality), 10.0), 95.0))
        self._want = Want(fps if fps >= 0.1 else 0.0, width if width == 0 or width >= 16 else 16, quality)
        self._wants_inputs = bool(message.get("inputs", self._wants_inputs))
        if self._consumer is not None:
            self._consumer.want(self._want)

    def _has_seen(self, frame: int) -> None:
        if any(number == frame for number, _ in self._under_way):
            while self._under_way.popleft()[0] != frame:
                continue
            self._frames.set()

    @property
    def _is_behind(self) -> bool:
        if not self._says_seen or len(self._under_way) < UNSEEN_FRAMES:
            return False
        return time.monotonic() - self._under_way[0][1] > UNSEEN_SECONDS

    def _choose(self) -> None:
        """Show the chosen page, or the active one where none is chosen or the chosen one is gone."""
        if self.is_lost.is_set():
            return
        page = (self._pages.find(self._chosen) if self._chosen else None) or self._pages.active
        if page is not self._shown:
            self._leave()
            self._shown = page
            if page is not None:
                self.tell({"type": "page", "id": page.target})
                self._consumer = self._casts.of(page).join(self._want)
                self._frames.set()
        self._tell_dialog()
        if self.mode is Mode.CONTROL:
            self._tell_chooser()

    def _leave(self) -> None:
        self._shown = None
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            consumer.leave()

    def _tell_dialog(self) -> None:
        dialog = self._shown.dialog if self._shown is not None else None
        if dialog is self._dialog:
            return
        self._dialog = dialog
        if dialog is None or self._shown is None:
            self.tell({"type": "dialog_closed"})
        else:
            words = {key: value[:_MOST_WORDS] for key, value in asdict(dialog).items()}
            self.tell({"type": "dialog", "page": self._shown.target, **words})

    def _tell_chooser(self) -> None:
        chooser = self._shown.chooser if self._shown is not None else None
        if chooser is self._chooser:
            return
        self._chooser = chooser
        if chooser is None or self._shown is None:
            self.tell({"type": "chooser_closed"})
        else:
            self.tell({"type": "chooser", "page": self._shown.target, "multiple": chooser.is_multiple})

    def _leave_choosers(self, page: Page) -> None:
        """Unless somebody else has come to act meanwhile: choosers are ours or the browser's for all alike."""
        others = [watcher for watcher in page.watchers if isinstance(watcher, Viewer) and watcher is not self]
        if not any(other.mode is Mode.CONTROL for other in others):
            for session in (page.session, *page.frames):
                self._pages.post(page, _INTERCEPT, {"enabled": False}, session=session)

    async def _send_texts(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            while self._waiting:
                await self._send_text(json.dumps(self._waiting.popleft()))
            if self._has_pages_news:
                self._has_pages_news = False
                await self._send_text(json.dumps({"type": "pages", "pages": self._list()}))
                await asyncio.sleep(PAUSE_SECONDS)

    async def _send_frames(self) -> None:
        """A client that says what it has seen gets no more than a few ahead, so that what waits between us is new."""
        while True:
            consumer = self._consumer
            if consumer is None or self._is_behind:
                self._frames.clear()
                await self._frames.wait()
                if self._consumer is not None:
                    self._consumer.skip()
                continue
            try:
                frame = await consumer.next()
            except CastEnded:
                if consumer is self._consumer:
                    self._consumer = None
                continue
            if consumer is self._consumer:
                self._under_way.append((frame.number, time.monotonic()))
                await self._send_bytes(frame.message)

    def _list(self) -> list[Message]:
        active = self._pages.active
        return [
            {
                "id": page.target,
                "url": page.url[:_MOST_URL],
                "title": page.title[:_MOST_TITLE],
                "loading": page.is_loading,
                "active": page is active,
                "crashed": page.has_crashed,
                "dialog": page.dialog is not None,
            }
            for page in self._pages.all
        ]


def _parse(said: str) -> Message:
    """Raises Refused."""
    try:
        message = json.loads(said)
    except (ValueError, RecursionError) as error:
        raise Refused("That is no message.") from error
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise Refused("That is no message.")
    return message
