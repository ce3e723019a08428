"""Who watches: let in by a ticket for that, told to the node with what it may do, and no client of the session."""

import asyncio
from typing import Any

import httpx
import pytest
from asgiref.sync import sync_to_async
from websockets.exceptions import ConnectionClosed

from apps.sessions.models import BrowserSession, Connection
from apps.sessions.takeover import hand_back, take_control
from apps.sessions.tickets import mint
from apps.sessions.viewing import mint_view, revoke_view
from tests.factories.people import actor_for
from tests.gateway.grid import Grid, echoed
from tests.splice.harness import eventually

pytestmark = pytest.mark.database


async def minted(grid: Grid, session: BrowserSession, **options: Any) -> str:
    _, secret = await sync_to_async(mint_view)(session, actor=actor_for(grid.user), **options)
    return f"/sessions/{session.public_id}/live?ticket={secret}"


@pytest.mark.parametrize(("interactive", "mode"), [(False, "view"), (True, "control")])
async def test_the_node_is_told_what_a_viewer_may_do(grid: Grid, interactive: bool, mode: str) -> None:
    session = await grid.claimed()
    address = await minted(grid, session, interactive=interactive)
    async with grid.connect(address, token=None, headers={"x-browsergrid-live": "control"}) as viewer:
        assert await echoed(viewer, '{"type":"want"}')
        [socket] = grid.node.sockets.values()
        assert socket.path.endswith("/live")
        assert socket.headers["x-browsergrid-live"] == mode, "the client's own header counts for nothing"
        assert "x-browsergrid-hold" not in socket.headers


async def test_watching_neither_starts_nor_ends_the_use_of_a_session(grid: Grid) -> None:
    session = await grid.claimed()
    async with grid.connect(await minted(grid, session), token=None) as viewer:
        assert await echoed(viewer, "{}")
        await session.arefresh_from_db()
        assert session.state == "claimed"
    await eventually_closed(session)
    await session.arefresh_from_db()
    assert session.stop_requested_at is None


async def test_a_token_a_connect_ticket_and_another_session_s_ticket_open_no_view(grid: Grid) -> None:
    session, other = await grid.claimed(), await grid.claimed()
    connect = await sync_to_async(mint)(session, actor=actor_for(grid.user))
    theirs = (await minted(grid, other)).partition("?")[2]
    path = f"/sessions/{session.public_id}/live"
    assert (await grid.refused(path))[0] == 401
    assert (await grid.refused(f"{path}?ticket={connect}", token=None))[0] == 401
    assert (await grid.refused(f"{path}?{theirs}", token=None))[0] == 404


async def test_a_withdrawn_ticket_cuts_its_viewers(grid: Grid) -> None:
    session = await grid.claimed()
    ticket, secret = await sync_to_async(mint_view)(session, actor=actor_for(grid.user))
    async with grid.connect(f"/sessions/{session.public_id}/live?ticket={secret}", token=None) as viewer:
        assert await echoed(viewer, "{}")
        await sync_to_async(revoke_view)(session, ticket.public_id, actor=actor_for(grid.user))
        async with asyncio.timeout(3):
            with pytest.raises(ConnectionClosed):
                await viewer.recv()
        assert viewer.close_code == 4001


async def test_the_page_as_a_video_is_passed_on_as_it_comes(grid: Grid) -> None:
    session = await grid.claimed()
    grid.node.video = [b"webm", b"more"]
    url = f"{grid.url}/sessions/{session.public_id}/edge/stream.webm"
    async with (
        httpx.AsyncClient(trust_env=False, timeout=10) as client,
        client.stream("GET", url, headers={"authorization": f"Bearer {grid.token}"}) as answer,
    ):
        assert (answer.status_code, answer.headers["content-type"]) == (200, "video/webm")
        read = b""
        async for piece in answer.aiter_raw():
            read += piece
            if len(read) == 8:
                break
        assert read == b"webmmore"
    await eventually_closed(session)


@pytest.mark.parametrize(("theirs", "status"), [(429, 429), (410, 410), (503, 503)])
async def test_a_node_that_shows_nothing_says_why(grid: Grid, theirs: int, status: int) -> None:
    session = await grid.claimed()
    grid.node.refusal = theirs
    assert (await grid.get(f"/sessions/{session.public_id}/edge/stream.webm")).status_code == status
    assert (await grid.refused(await minted(grid, session), token=None))[0] == status


async def test_a_stranger_gets_no_video(grid: Grid) -> None:
    session = await grid.claimed()
    path = f"/sessions/{session.public_id}/edge/stream.webm"
    assert (await grid.get(path, token=None)).status_code == 401


async def test_a_live_url_leads_to_the_view_until_it_is_closed(grid: Grid) -> None:
    session = await grid.claimed()
    async with grid.connect(f"/sessions/{session.public_id}/connect") as client:
        assert await echoed(client, '{"id":1}')
        [connection] = grid.node.sockets
        answer = await grid.node.command(connection, "BrowserGrid.liveURL", interactive=True, ttl=60)
        url = answer["result"]["liveURL"]
        assert url.startswith(f"{grid.url}/sessions/{session.public_id}/live?ticket=")
        async with grid.connect(url.removeprefix(grid.url), token=None) as viewer:
            assert await echoed(viewer, "{}")
        await grid.node.command(connection, "BrowserGrid.closeLiveURL", id=answer["result"]["id"])
        assert (await grid.refused(url.removeprefix(grid.url), token=None))[0] == 401


async def test_the_automation_waits_until_the_person_hands_back(grid: Grid) -> None:
    session = await grid.claimed()
    async with grid.connect(f"/sessions/{session.public_id}/connect") as client:
        assert await echoed(client, '{"id":1}')
        [connection] = grid.node.sockets
        asking = asyncio.ensure_future(grid.node.command(connection, "BrowserGrid.requestTakeover", reason="A code."))
        await eventually(lambda: any(said.get("is_pending") for said in grid.node.said))
        _, secret = await sync_to_async(take_control)(session, actor=actor_for(grid.user))
        await eventually(lambda: any(said.get("event") == "BrowserGrid.takeoverStarted" for said in grid.node.said))
        assert not asking.done()
        async with grid.connect(f"/sessions/{session.public_id}/live?ticket={secret}", token=None) as person:
            assert await echoed(person, "{}")
            told = list(grid.node.sockets.values())[-1].headers
            assert (told["x-browsergrid-live"], told["x-browsergrid-hold"]) == ("control", "inputs")
        await sync_to_async(hand_back)(session, actor=actor_for(grid.user))
        answer = await asking
        assert answer["result"]["ending"] == "handed_back"
        assert grid.node.said[-2]["event"] == "BrowserGrid.takeoverFinished"


async def eventually_closed(session: BrowserSession) -> None:
    rows = Connection.objects.filter(session=session, closed_at=None)
    deadline = asyncio.get_running_loop().time() + 5
    while await rows.aexists():
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.01)
