"""What recording costs a navigation: fifty light pages in turn in browsers that differ in nothing but what is kept."""

import asyncio
import statistics
import sys
import time
from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.browser_node.capture.kept import keep
from tests.browser_node.capture.light_pages import light_pages
from tests.support.cdp import Cdp
from tests.support.node import RunningNode
from tests.support.site import running_site

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.alone]

MOST_MS = 60
WISHES: dict[str, dict[str, bool]] = {
    "nothing": {},
    "logs": {"logs": True},
    "dom": {"dom": True},
    "video": {"video": True},
    "all": {"dom": True, "video": True, "logs": True},
}


@pytest.mark.timeout(600)
async def test_recording_costs_less_than_sixty_milliseconds_a_navigation(node: RunningNode, start: Any) -> None:
    took: dict[str, list[float]] = {name: [] for name in WISHES}
    with running_site() as site:
        site.pages |= light_pages()
        async with AsyncExitStack() as stack:
            pages = {}
            for name, wish in WISHES.items():
                spec = start(allow=(f"localhost:{site.port}",))
                keep(node, spec, **wish)
                cdp = await stack.enter_async_context(await Cdp.connect(node, spec))
                pages[name] = cdp, await cdp.page()
                await cdp.goto(pages[name][1], site.url + "/light/0")
            for number, path in enumerate(light_pages()):
                names = list(WISHES)
                for name in names[number % len(names) :] + names[: number % len(names)]:  # nobody is always the first
                    cdp, page = pages[name]
                    began = time.perf_counter()
                    await cdp.goto(page, site.url + path)
                    took[name].append((time.perf_counter() - began) * 1000)
                    await asyncio.sleep(0.05)  # so that what follows a load is not paid for by the next browser
    base = took["nothing"]
    more = {name: statistics.median(a - b for a, b in zip(times, base, strict=True)) for name, times in took.items()}
    for name, times in took.items():
        sys.stdout.write(f"{name:8} median {statistics.median(times):6.1f} ms, {more[name]:+6.1f} ms a navigation\n")
    assert more["dom"] <= MOST_MS
    assert more["video"] <= MOST_MS
