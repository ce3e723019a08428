"""The screencasts of one browser's pages: one a page, found or made for whoever wants to look."""

import itertools
from typing import Any

from browser_node.cast import Cast, CastEnded
from browser_node.page import Page, Watcher
from browser_node.pages import Pages

_LOSES_FRAMES = ("Page.frameResized", "Page.loadEventFired")  # seen now and then, and never made good by Chromium


class Casts(Watcher):
    def __init__(self, pages: Pages) -> None:
        self.received = 0  # frames of pages that are gone
        self._pages = pages
        self._numbers = itertools.count(1)
        self._casts: dict[Page, Cast] = {}
        pages.attend(self)

    @property
    def running(self) -> int:
        return sum(cast.is_running for cast in self._casts.values())

    @property
    def frames(self) -> int:
        """All that Chromium ever sent."""
        return self.received + sum(cast.received for cast in self._casts.values())

    def of(self, page: Page) -> Cast:
        """For one who holds the pages. Raises CastEnded where that one is gone."""
        if page not in self._pages.all:
            raise CastEnded
        if page not in self._casts:
            self._casts[page] = Cast(self._pages, page, self._numbers)
        return self._casts[page]

    def gone(self, page: Page) -> None:
        cast = self._casts.pop(page, None)
        if cast is not None:
            self.received += cast.received
            cast.end()

    def event(self, page: Page, method: str, params: dict[str, Any]) -> None:
        cast = self._casts.get(page)
        if cast is None:
            return
        if method == "Page.screencastFrame":
            cast.hear(params)
        elif method in _LOSES_FRAMES:
            cast.doubt()
