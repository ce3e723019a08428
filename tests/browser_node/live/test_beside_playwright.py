"""A client's own Playwright must not notice that somebody looks on."""

import asyncio
import contextlib
from collections.abc import Callable

import pytest
from playwright.async_api import async_playwright

from browser_node.wire import LaunchSpec
from tests.browser_node.live.test_stream import read
from tests.support.cdp import headers
from tests.support.live import Live
from tests.support.node import RunningNode
from tests.support.site import Site, running_site
from tests.support.thirty_actions import perform

pytestmark = [pytest.mark.browser, pytest.mark.wide]
Start = Callable[..., LaunchSpec]


async def outcomes(node: RunningNode, spec: LaunchSpec, site: Site) -> dict[str, object]:
    async with async_playwright() as playwright:
        url = node.websocket_url(spec.instance_id)
        browser = await playwright.chromium.connect_over_cdp(url, headers=headers(spec))
        try:
            return await perform(browser, site)
        finally:
            await browser.close()


async def test_thirty_actions_give_the_same_with_and_without_viewers(node: RunningNode, start: Start) -> None:
    with running_site() as site:
        allow = (f"localhost:{site.port}",)
        alone = await outcomes(node, start(allow=allow), site)
        spec = start(allow=allow)
        async with await Live.open(node, spec) as one, await Live.open(node, spec, control=True) as two:
            video = asyncio.create_task(read(node, spec, 60))
            beside = await outcomes(node, spec, site)
            assert min(len(one.frames), len(two.frames)) > 10
            assert not [message for live in (one, two) for message in live.told if message["type"] == "error"]
            video.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await video
    assert len(alone) == 60
    assert {name: (told, beside[name]) for name, told in alone.items() if told != beside[name]} == {}
