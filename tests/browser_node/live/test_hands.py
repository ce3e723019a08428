"""Hands before a page that is slow to deal with what they do."""

import asyncio
from typing import Any

import pytest

from browser_node.live import hands as hands_module
from browser_node.live.hands import Hands
from browser_node.live.steering import Steering
from browser_node.page import Page
from browser_node.pages import Pages

SELECT_ALL = {"kind": "down", "key": "a", "code": "KeyA", "keyCode": 65, "ctrl": True}


class SlowPages(Pages):
    """A page that deals with input when it is told to, and answers commands at once."""

    def __init__(self) -> None:
        self.may_deal = asyncio.Event()
        self.is_dealt_with = False

    def act(self, page: Page, method: str, params: dict[str, Any]) -> "asyncio.Task[None]":
        return asyncio.create_task(self._deal())

    def post(
        self, page: Page, method: str, params: dict[str, Any] | None = None, *, session: str = ""
    ) -> "asyncio.Task[None]":
        return asyncio.create_task(asyncio.sleep(0))

    async def send(self, page: Page, method: str, *_: object, **__: object) -> dict[str, Any]:
        return {
            "Page.getFrameTree": {"frameTree": {"frame": {"id": "F"}}},
            "Page.createIsolatedWorld": {"executionContextId": 1},
            "Runtime.evaluate": {"result": {"value": "all" if self.is_dealt_with else "before"}},
        }[method]

    async def _deal(self) -> None:
        await self.may_deal.wait()
        self.is_dealt_with = True


async def copied(pages: SlowPages) -> "asyncio.Task[dict[str, Any] | None]":
    """Select all, then copy; the answer is on its way."""
    page, hands = Page("T", "S", "C"), Hands(pages)
    steering = Steering(pages, str, hands.settled)
    hands.deeds["key"](page, SELECT_ALL)
    copying = asyncio.ensure_future(steering.deeds["copy"](page, {}))
    await asyncio.sleep(0)
    return copying


async def test_what_is_copied_is_what_the_keys_before_selected() -> None:
    pages = SlowPages()
    copying = await copied(pages)
    pages.may_deal.set()
    assert await copying == {"type": "clipboard", "text": "all"}


async def test_a_page_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hands_module, "SETTLED_SECONDS", 0.01)
    copying = await copied(SlowPages())
    assert await copying == {"type": "clipboard", "text": "before"}
