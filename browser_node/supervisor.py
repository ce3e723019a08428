"""Our own CDP connection to one browser, attached at launch: its health, its page, its graceful end.

It never touches what a client may have set: no emulation, no attached pages. Who acts on what it finds out stands in
`browser`.
"""

import asyncio
import time
from collections.abc import Callable

from browser_node.devtools import Devtools, DevtoolsError
from browser_node.wire import Viewport

PING_SECONDS = 2.5  # between two questions, and for one answer
UNREACHABLE_SECONDS = 15.0
UNREACHABLE_LOOKS = 3

_SIZE_LOOKS = 50
_SIZE_PAUSE_SECONDS = 0.01


class Unreachable(Exception):
    """The browser's process is there and has not answered for too long."""


class Supervisor:
    """Run `watch` beside everything else; `changed` is called when anything public here changes."""

    def __init__(self, devtools: Devtools, viewport: Viewport, changed: Callable[[], None]) -> None:
        self.is_alive = True
        self.prepared_page: str | None = None  # a page that we made, while no client was let in
        self.is_handed_out = False
        self._devtools = devtools
        self._viewport = viewport
        self._changed = changed
        self._page_lock = asyncio.Lock()

    async def allow_downloads(self, directory: str) -> None:
        """Into the browser's own directory, where they go with it, each under a number of Chromium's; events tell its
        name. A client that leaves takes this back. Raises DevtoolsError.
        """
        behavior = {"behavior": "allowAndName", "downloadPath": directory, "eventsEnabled": True}
        await self._devtools.send("Browser.setDownloadBehavior", behavior)

    async def discover_tabs(self) -> None:
        """Events tell of each from now on, and of those there are. Raises DevtoolsError."""
        await self._devtools.send("Target.setDiscoverTargets", {"discover": True, "filter": [{"type": "page"}]})

    async def cancel_download(self, number: str) -> None:
        """Raises DevtoolsError, also where it is over already."""
        await self._devtools.send("Browser.cancelDownload", {"guid": number})

    async def watch(self) -> None:
        """Until the connection ends; raises Unreachable when the browser hangs."""
        failures, silent_since = 0, 0.0
        while not self._devtools.is_closed:
            asked_at = time.monotonic()
            try:
                await self._devtools.send("Browser.getVersion", seconds=PING_SECONDS)
                failures = 0
            except DevtoolsError:
                silent_since = silent_since if failures else asked_at
                failures += 1
            self._say_alive(is_alive=not failures)
            silent = time.monotonic() - silent_since
            if failures >= UNREACHABLE_LOOKS and silent >= UNREACHABLE_SECONDS:
                raise Unreachable(f"the browser has not answered for {silent:.0f} s")
            rest = asked_at + PING_SECONDS - time.monotonic()
            try:
                async with asyncio.timeout(max(0.0, rest)):
                    await self._devtools.wait_closed()
            except TimeoutError:
                continue
        self._say_alive(is_alive=False)

    async def prepare_page(self) -> None:
        """Have the page ready before a client comes. Raises DevtoolsError."""
        async with self._page_lock:
            if not self.is_handed_out and self.prepared_page is None:
                pages = await self._pages()
                self.prepared_page = pages[0] if pages else await self._make_page()
                self._changed()

    async def hand_out_page(self) -> None:
        """For a client: a page of the pool's size in the default context, where clients look for it; from now on it
        is theirs. Raises DevtoolsError.
        """
        async with self._page_lock:
            if not await self._pages():
                await self._make_page()
            self.is_handed_out, self.prepared_page = True, None
            self._changed()

    async def drop_prepared_page(self) -> None:
        """Give its memory back, unless a client was let in meanwhile. Raises DevtoolsError."""
        async with self._page_lock:
            page, self.prepared_page = self.prepared_page, None
            if page is not None:
                await self._devtools.send("Target.closeTarget", {"targetId": page})
                self._changed()

    async def close_browser(self) -> None:
        """Ask it to end; raises DevtoolsError when it does not take the request."""
        await self._devtools.send("Browser.close", seconds=PING_SECONDS)

    async def detach(self) -> None:
        await self._devtools.close()

    def _say_alive(self, *, is_alive: bool) -> None:
        if is_alive != self.is_alive:
            self.is_alive = is_alive
            self._changed()

    async def _pages(self) -> list[str]:
        targets, contexts = await asyncio.gather(
            self._devtools.send("Target.getTargets"), self._devtools.send("Target.getBrowserContexts")
        )
        others = set(contexts["browserContextIds"])
        return [
            target["targetId"]
            for target in targets["targetInfos"]
            if target["type"] == "page" and target.get("browserContextId") not in others
        ]

    async def _make_page(self) -> str:
        page = str((await self._devtools.send("Target.createTarget", {"url": "about:blank"}))["targetId"])
        attached = await self._devtools.send("Target.attachToTarget", {"targetId": page, "flatten": True})
        session = str(attached["sessionId"])
        window = (await self._devtools.send("Browser.getWindowForTarget", {"targetId": page}))["windowId"]
        size = {"windowId": window, "width": self._viewport.width, "height": self._viewport.height}
        for _ in range(_SIZE_LOOKS):
            await self._devtools.send("Browser.setContentsSize", size)
            # The window's first layout may still be under way and win over the size.
            if await self._size_of_page(session) == self._viewport:
                break
            await asyncio.sleep(_SIZE_PAUSE_SECONDS)
        await self._devtools.send("Target.detachFromTarget", {"sessionId": session})
        return page

    async def _size_of_page(self, session: str) -> Viewport:
        metrics = await self._devtools.send("Page.getLayoutMetrics", session=session)
        layout = metrics["cssLayoutViewport"]
        return Viewport(layout["clientWidth"], layout["clientHeight"])
