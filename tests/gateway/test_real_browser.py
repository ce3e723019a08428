"""The whole path with a real node, a real Chromium and a client that people use; rows are brought to ready by hand."""

import contextlib
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from django.db import transaction
from playwright.async_api import async_playwright

from apps.core import clock
from apps.events.catalog import EventType
from apps.nodes.credentials import browser_key
from apps.sessions.advance import advance
from apps.sessions.claims import new_session
from apps.sessions.lifecycle import SessionState
from apps.sessions.models import BrowserSession
from browser_node.wire import LaunchSpec, options_from_json
from tests.gateway.fake_node import FakeNode
from tests.gateway.grid import Grid, running_grid
from tests.support.cdp import Cdp
from tests.support.node import RunningNode

pytestmark = pytest.mark.browser

S = SessionState


@pytest.fixture(scope="module")
def real_node(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    with RunningNode(tmp_path_factory.mktemp("node")) as node:
        yield node


@pytest.fixture
async def grid(transactional_db: None, real_node: RunningNode, tmp_path: Path) -> AsyncIterator[Grid]:
    placeholder = FakeNode(tmp_path / "unused")
    placeholder.address = real_node.address
    async with running_grid(placeholder, tmp_path) as running:
        yield running


async def warm(grid: Grid, node: RunningNode) -> BrowserSession:
    """What the reconciler does: a row, its browser, the row at ready."""

    def make() -> BrowserSession:
        with transaction.atomic():
            session = new_session(grid.pool, now=clock.now())
        with transaction.atomic():
            advance(session, S.STARTING, EventType.SESSION_STARTING, now=clock.now(), node=grid.row)
        seen = node.run_browser(
            LaunchSpec(
                instance_id=session.instance_id,
                credential=browser_key(session.instance_id),
                launch=session.launch_wanted,
                options=options_from_json(session.launch),
                prepare=True,
            )
        )
        version = {
            "Browser": seen.browser,
            "Protocol-Version": seen.protocol_version,
            "User-Agent": seen.user_agent,
            "V8-Version": seen.v8_version,
            "WebKit-Version": seen.webkit_version,
        }
        with transaction.atomic():
            advance(
                session,
                S.READY,
                EventType.SESSION_READY,
                now=clock.now(),
                launch_present=session.launch_wanted,
                version=version,
            )
        return session

    return await sync_to_async(make)()


@pytest.mark.alone
@pytest.mark.parametrize("scheme", ["http", "ws"])
async def test_playwright_drives_a_claimed_browser(grid: Grid, real_node: RunningNode, scheme: str) -> None:
    session = await warm(grid, real_node)
    base = grid.url if scheme == "http" else grid.ws
    async with async_playwright() as playwright:
        browser = await playwright.chromium.connect_over_cdp(f"{base}/connect?token={grid.token}")
        page = browser.contexts[0].pages[0]
        assert page.viewport_size in (None, {"width": 1280, "height": 720})
        await page.set_content("<title>hello</title>")
        assert await page.title() == "hello"
        assert len(await page.screenshot()) > 1000
        await grid.reaches(session, "running")
        await browser.close()
    await grid.reaches(session, "claimed", within=2)
    assert session.end_reason == "client_disconnected"


async def test_the_grid_s_own_commands_are_answered_on_the_client_s_connection(
    grid: Grid, real_node: RunningNode
) -> None:
    session = await warm(grid, real_node)
    async with grid.connect("/connect?name=mine") as client:
        cdp = Cdp(client)
        told = await cdp.send("BrowserGrid.getSession")
        assert told["sessionId"] == session.public_id
        assert told["name"] == "mine"
        assert told["viewport"] == {"width": 1280, "height": 720}


async def test_a_crashed_browser_is_not_its_client_s_leaving(grid: Grid, real_node: RunningNode) -> None:
    session = await warm(grid, real_node)
    async with grid.connect("/connect") as client:
        await grid.reaches(session, "running")
        for process in real_node.browser_processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
        assert (await Cdp(client).closed())[0] in {4000, 1006}
    await grid.reaches(session, "claimed")
    assert session.stop_requested_at is None, "the reconciler will say browser_crashed"


@pytest.mark.alone
async def test_browser_close_ends_the_client_s_use_as_its_own_leaving(grid: Grid, real_node: RunningNode) -> None:
    session = await warm(grid, real_node)
    async with grid.connect("/connect") as client:
        await Cdp(client).send("Browser.close")
        assert (await Cdp(client).closed())[0] == 1000
    await grid.reaches(session, "claimed", within=2)
    assert session.end_reason == "client_disconnected"
    seen = real_node.observed(session.instance_id)
    assert seen is not None
    assert seen.alive
