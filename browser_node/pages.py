"""The pages of one browser, for whoever watches them: live views, recorders.

Over a connection of our own beside the supervisor's, so that a flood of frames or events never delays the pings by
which a browser is found dead. It is opened for the first holder and closed after the last: a browser that nobody
watches has no page attached, unless a dialog waits in one, which a later connection could neither see nor answer.
What a client may have set is left alone: never an `Emulation` command from here.
"""

import asyncio
import bisect
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any

from browser_node.devtools import Devtools, DevtoolsError
from browser_node.page import Page, Watcher
from browser_node.tabs import Tabs

logger = logging.getLogger(__name__)

TITLE_PAUSES = (0.0, 0.5, 2.0)  # seconds, one after the other, for scripts to set one and for a busy machine to tell it
INTRODUCTION_SECONDS = 2.0  # for one watcher to prepare for a page, which does not run before

_TITLE_MAY_BE_NEW = ("Page.domContentEventFired", "Page.loadEventFired", "Page.navigatedWithinDocument")
_EMPTY = ("", "about:blank")  # of a tab that has shown nothing yet: the first while its own document is on its way
_WAIT = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}


class Pages:
    """`held` first; everything else is for holders. `open_devtools` raises DevtoolsError or OSError."""

    def __init__(self, open_devtools: Callable[[], Awaitable[Devtools]], tabs: Tabs) -> None:
        self._open_devtools = open_devtools
        self._tabs = tabs
        self._devtools: Devtools | None = None
        self._lock = asyncio.Lock()
        self._holds = 0
        self._is_finding = False  # those there are, one after the other
        self._watchers: list[Watcher] = []
        self._by_session: dict[str, Page] = {}
        self._by_frame: dict[str, Page] = {}
        self._recent: list[Page] = []  # the one that something happened to last comes last
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def all(self) -> list[Page]:
        """In the order they were opened in."""
        return sorted(self._by_session.values(), key=lambda page: self._tabs.opened(page.target))

    @property
    def active(self) -> Page | None:
        """The one that was opened, navigated or acted on last."""
        return self._recent[-1] if self._recent else None

    @property
    def is_attached(self) -> bool:
        return self._devtools is not None

    def find(self, target: str) -> Page | None:
        return next((page for page in self._by_session.values() if page.target == target), None)

    def attend(self, watcher: Watcher) -> None:
        """For as long as the browser lives, without holding anything: it is told while others hold."""
        self._watchers.append(watcher)

    @contextlib.asynccontextmanager
    async def held(self, watcher: Watcher) -> AsyncIterator[None]:
        """The watcher was told of every page there is when this begins. Raises DevtoolsError."""
        self._holds += 1
        self._watchers.append(watcher)
        try:
            async with self._lock:
                if self._devtools is None:
                    await self._attach()
            await _all([_in_time(self._present(watcher, page)) for page in self.all])
            yield
        finally:
            self._watchers.remove(watcher)
            for page in self.all:
                if watcher in page.watchers:
                    page.watchers.remove(watcher)
            self._holds -= 1
            if not self._holds:
                await asyncio.shield(self._detach())

    async def send(
        self, page: Page, method: str, params: dict[str, Any] | None = None, *, session: str = "", seconds: float = 10.0
    ) -> dict[str, Any]:
        """A command to a page, or with `session` to a frame of it. Raises DevtoolsError."""
        return await self._connected().send(method, params, session=session or page.session, seconds=seconds)

    async def send_browser(self, method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """A command to the browser. Raises DevtoolsError."""
        return await self._connected().send(method, params)

    def post(
        self, page: Page, method: str, params: dict[str, Any] | None = None, *, session: str = ""
    ) -> "asyncio.Task[None]":
        """`send`, in order, without waiting; what goes wrong is only logged."""
        return self._run(self.send(page, method, params, session=session))

    def act(self, page: Page, method: str, params: dict[str, Any]) -> "asyncio.Task[None]":
        """`post` a person's `Input` command; the page is the active one from now on."""
        self.activate(page.target)
        for watcher in list(page.watchers):
            watcher.acted(page, method, params)
        return self.post(page, method, params)

    def activate(self, target: str) -> None:
        """Something happened to that page which only the caller can see, such as a client's input."""
        page = self.find(target)
        if page is not None and page is not self.active:
            self._recent.remove(page)
            self._recent.append(page)
            self._changed()

    def answered(self, page: Page) -> None:
        """The page got the files that it asked for, or is to get none."""
        page.chooser = None
        self._changed()

    async def close(self) -> None:
        """The browser ends: whoever holds pages is told that they are lost."""
        devtools = self._devtools
        self._lose()
        for task in list(self._tasks):
            task.cancel()
        if devtools is not None:
            await devtools.close()

    def _connected(self) -> Devtools:
        if self._devtools is None:
            raise DevtoolsError("the browser's pages are not attached")
        return self._devtools

    async def _attach(self) -> None:
        try:
            devtools = await self._open_devtools()
        except OSError as error:
            raise DevtoolsError(f"no connection to the browser: {error}") from error
        self._devtools = devtools
        devtools.listen(self._hear)
        self._run(self._mourn(devtools))
        pages = [{"type": "page"}]
        self._is_finding = True
        try:
            # Found targets tell their titles; the attached ones come while the second call is answered.
            await devtools.send("Target.setDiscoverTargets", {"discover": True, "filter": pages})
            await devtools.send("Target.setAutoAttach", {**_WAIT, "filter": pages})
        except BaseException:  # a holder that left meanwhile, too: whoever waits for the lock attaches anew
            await self._let_go(devtools)
            raise
        finally:
            self._is_finding = False
        self._changed()

    async def _detach(self) -> None:
        async with self._lock:
            if not self._holds and self._devtools is not None and not any(page.dialog for page in self.all):
                await self._let_go(self._devtools)

    def _detach_late(self) -> None:
        """Where the last holder has left and only a dialog kept the connection."""
        if not self._holds and self._devtools is not None:
            self._run(self._detach())

    async def _let_go(self, devtools: Devtools) -> None:
        self._devtools = None
        self._forget()
        await devtools.close()

    async def _mourn(self, devtools: Devtools) -> None:
        await devtools.wait_closed()
        if self._devtools is devtools:
            self._lose()

    def _lose(self) -> None:
        self._devtools = None
        self._forget()
        for watcher in list(self._watchers):
            watcher.lost()

    def _forget(self) -> None:
        pages = self.all
        self._by_session.clear()
        self._by_frame.clear()
        self._recent.clear()
        for page in pages:
            self._tell_gone(page)

    def _hear(self, method: str, params: dict[str, Any], session: str) -> None:
        if method == "Target.attachedToTarget":
            self._met(params, session)
        elif method == "Target.detachedFromTarget":
            self._left(params["sessionId"])
        elif not session:
            self._hear_of_target(method, params)
        elif (page := self._by_session.get(session)) is not None:
            self._hear_of_page(page, method, params)
        elif (page := self._by_frame.get(session)) is not None:
            if page.note_chooser(session, method, params):
                self._changed()
            for watcher in list(page.watchers):
                watcher.frame_event(page, session, method, params)

    def _hear_of_page(self, page: Page, method: str, params: dict[str, Any]) -> None:
        is_news = page.note_chooser(page.session, method, params)
        if page.note(method, params):
            is_news = True
            if method == "Page.frameNavigated":
                self.activate(page.target)
        if is_news:
            self._changed()
        if method in _TITLE_MAY_BE_NEW:
            self._run(self._read_title(page))
        if method == "Page.javascriptDialogClosed":
            self._detach_late()
        for watcher in list(page.watchers):
            watcher.event(page, method, params)

    def _hear_of_target(self, method: str, params: dict[str, Any]) -> None:
        if method == "Target.targetInfoChanged":
            info = params["targetInfo"]
            page = self.find(info["targetId"])
            if page is not None and (page.url, page.title) != (info["url"], info["title"]):
                page.url, page.title = info["url"], info["title"]
                self._changed()
        elif method == "Target.targetCrashed":
            page = self.find(params["targetId"])
            if page is not None:
                page.has_crashed, page.is_loading = True, False
                self._changed()

    async def _read_title(self, page: Page) -> None:
        """At once, and again when scripts had their turn: Chromium tells of no title but at a navigation's begin."""
        for pause in TITLE_PAUSES:
            await asyncio.sleep(pause)
            info = (await self.send_browser("Target.getTargetInfo", {"targetId": page.target}))["targetInfo"]
            if page.title != info["title"]:
                page.title = info["title"]
                self._changed()

    def _met(self, params: dict[str, Any], parent: str) -> None:
        """It is noted at once, for the next message may say that it is gone again."""
        info, session = params["targetInfo"], params["sessionId"]
        page: Page | None = None
        if parent:
            page = self._by_session.get(parent) or self._by_frame.get(parent)
            if page is not None:
                self._by_frame[session] = page
                page.frames.add(session)
        elif not info.get("subtype"):  # else made ahead of a navigation that may never come: met again when it does
            page = Page(info["targetId"], session, info.get("browserContextId", ""), info["url"], info["title"])
            page.main_frame = page.target
            self._by_session[session] = page
            bisect.insort(self._recent, page, key=lambda each: self._tabs.moved(each.target))
        self._run(self._let_run(page, session, waits=params["waitingForDebugger"]))

    async def _let_run(self, page: Page | None, session: str, *, waits: bool) -> None:
        """Once everybody has prepared for it."""
        if page is not None and session == page.session:
            await self._prepare_page(page, waits=waits)
        elif page is not None:
            await self._prepare_frame(page, session)
        devtools = self._connected()
        if waits:
            await devtools.send("Runtime.runIfWaitingForDebugger", session=session)
            if page is not None and session == page.session:
                self._run(self._catch_up(page))
                self._run(self._read_title(page))

    async def _catch_up(self, page: Page) -> None:
        """On a busy machine Chromium leaves out the navigation that a page begins with, or forgets what was enabled
        before it ran."""
        await self.send(page, "Page.enable")
        frame = (await self.send(page, "Page.getFrameTree"))["frameTree"]["frame"]
        is_there = self._by_session.get(page.session) is page
        if is_there and frame["url"] not in _EMPTY and frame["loaderId"] != page.loader:
            self._hear_of_page(page, "Page.frameNavigated", {"frame": frame, "type": "Navigation"})

    async def _prepare_page(self, page: Page, *, waits: bool) -> None:
        try:
            watchers = list(self._watchers)
            frames = [self._attach_frames(page.session)] if any(watcher.wants_frames for watcher in watchers) else []
            introductions = [self._introduce(watcher, page) for watcher in watchers]
            enabled = self.post(page, "Page.enable")
            # One that runs may be held up by a dialog of its own, and then answers when that is answered.
            await _all([*([enabled] if waits else []), *introductions, *frames])
        finally:
            page.is_ready.set()
        self._changed()

    async def _prepare_frame(self, page: Page, session: str) -> None:
        watchers = [watcher for watcher in page.watchers if watcher.wants_frames]
        introductions = [_in_time(watcher.frame_attached(page, session)) for watcher in watchers]
        await _all([self._attach_frames(session), *introductions])

    async def _present(self, watcher: Watcher, page: Page) -> None:
        """A page that was there before."""
        await page.is_ready.wait()
        is_new = watcher not in page.watchers
        await self._introduce(watcher, page)
        if is_new and watcher.wants_frames:
            await self._attach_frames(page.session)

    async def _introduce(self, watcher: Watcher, page: Page) -> None:
        if watcher not in page.watchers and self._by_session.get(page.session) is page:
            page.watchers.append(watcher)
            await _in_time(watcher.attached(page))
            if watcher.wants_frames:
                await _all([_in_time(watcher.frame_attached(page, session)) for session in list(page.frames)])

    async def _attach_frames(self, session: str) -> None:
        await self._connected().send("Target.setAutoAttach", {**_WAIT, "filter": [{"type": "iframe"}]}, session=session)

    def _left(self, session: str) -> None:
        page = self._by_session.pop(session, None)
        if page is not None:
            self._recent.remove(page)
            for frame in page.frames:
                self._by_frame.pop(frame, None)
            self._tell_gone(page)
            self._changed()
            self._detach_late()
        elif (page := self._by_frame.pop(session, None)) is not None:
            page.frames.discard(session)
            if page.chooser is not None and page.chooser.session == session:
                self.answered(page)

    def _tell_gone(self, page: Page) -> None:
        for watcher in list(page.watchers):
            watcher.gone(page)

    def _changed(self) -> None:
        if self._is_finding:
            return
        for watcher in list(self._watchers):
            watcher.changed()

    def _run(self, work: Coroutine[Any, Any, object]) -> "asyncio.Task[None]":
        task = asyncio.get_running_loop().create_task(_quietly(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


async def _in_time(work: Awaitable[None]) -> None:
    async with asyncio.timeout(INTRODUCTION_SECONDS):
        await work


async def _all(works: list[Awaitable[Any]]) -> None:
    """What fails of it is only logged: a page must get to run in any case."""
    for outcome in await asyncio.gather(*works, return_exceptions=True):
        if isinstance(outcome, Exception):
            logger.debug("a page could not be prepared: %s", outcome)


async def _quietly(work: Coroutine[Any, Any, object]) -> None:
    try:
        await work
    except DevtoolsError as error:
        logger.debug("a page is gone or refused: %s", error)
