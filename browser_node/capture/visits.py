"""Which pages there were, and where they went."""

from typing import Any

from browser_node.capture import redaction
from browser_node.capture.spool import Spool
from browser_node.page import Page, Watcher
from browser_node.pages import Pages
from browser_node.wire_capture import Stream

_MOST_TITLE = 512


class VisitLog(Watcher):
    """Lines `{t, page, kind, url, title}`; kinds are opened, navigated, title and closed.

    A document that is new has no title yet: it keeps the page's last until another is told.
    """

    def __init__(self, pages: Pages, spool: Spool) -> None:
        self._pages = pages
        self._spool = spool
        self._titles: dict[Page, str] = {}
        self._crashed: set[Page] = set()

    async def attached(self, page: Page) -> None:
        self._titles[page] = page.title
        self._put(page, "opened", page.title)

    def gone(self, page: Page) -> None:
        if self._titles.pop(page, None) is not None:
            self._crashed.discard(page)
            self._put(page, "closed", page.title)

    def event(self, page: Page, method: str, params: dict[str, Any]) -> None:
        match method:
            case "Page.frameNavigated" if "parentId" not in params["frame"]:
                self._put(page, "navigated", "")
            case "Page.navigatedWithinDocument" if params["frameId"] == page.main_frame:
                self._put(page, "navigated", page.title)

    def changed(self) -> None:
        for page in self._pages.all:
            if page in self._titles and page.title != self._titles[page]:
                self._titles[page] = page.title
                # Until a page has a title, Chromium calls it by its address.
                if page.title not in ("", page.url) and not page.url.partition("://")[2].startswith(page.title):
                    self._put(page, "title", page.title)
            if page.has_crashed != (page in self._crashed):
                self._note_crash(page)

    def _note_crash(self, page: Page) -> None:
        if not page.has_crashed:
            self._crashed.discard(page)
            return
        self._crashed.add(page)
        self._spool.append(Stream.CRASH, {"page": page.target, "reason": "page_crashed"})

    def _put(self, page: Page, kind: str, title: str) -> None:
        title = redaction.text(title, _MOST_TITLE)
        record = {"page": page.target, "kind": kind, "url": redaction.address(page.url), "title": title}
        self._spool.append(Stream.PAGE, record, len(page.url) + len(title) + 120)
