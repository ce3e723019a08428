"""Every kind of credential and every way in which it ends: the client's socket that it opened is cut in time."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from apps.sessions.models import BrowserSession
from apps.sessions.tickets import mint
from apps.sessions.viewing import mint_view
from apps.tokens.services import authenticate
from tests.factories.people import actor_for
from tests.gateway.fake_node import FakeNode
from tests.gateway.grid import Grid, echoed, running_grid
from tests.support.credential_ends import STATIC, WITHIN, End, Holder, Kind, ends_of, held_by

pytestmark = pytest.mark.database


@pytest.fixture(params=[True, False], ids=["spliced", "relayed"])
async def grid(
    request: pytest.FixtureRequest, transactional_db: None, node: FakeNode, tmp_path: Path
) -> AsyncIterator[Grid]:
    async with running_grid(node, tmp_path, splices=request.param) as running:
        yield running


async def addresses(grid: Grid, session: BrowserSession, holder: Holder) -> dict[str, tuple[Kind, str, str | None]]:
    """Each way in: by which credential, to which address, with which token in the header."""
    path = f"/sessions/{session.public_id}/connect"

    async def ticketed(token: str) -> str:
        url: str = (await grid.get(f"{path}/json/version", token=token)).json()["webSocketDebuggerUrl"]
        return url

    by_cookie = await sync_to_async(mint)(session, actor=actor_for(holder.user))
    _, to_watch = await sync_to_async(mint_view)(session, actor=actor_for(holder.user))
    token = await sync_to_async(authenticate)(holder.secret)
    _, to_control = await sync_to_async(mint_view)(session, actor=token, interactive=True)
    live = f"/sessions/{session.public_id}/live"
    return {
        "a token": (Kind.TOKEN, path, holder.secret),
        "a token's ticket": (Kind.TOKEN, await ticketed(holder.secret), None),
        "a static token": (Kind.STATIC, path, STATIC),
        "a static token's ticket": (Kind.STATIC, await ticketed(STATIC), None),
        "a browser's view": (Kind.HANDED_OUT, f"{live}?ticket={to_watch}", None),
        "a token's view": (Kind.TOKEN, f"{live}?ticket={to_control}", None),
        "a browser's ticket": (Kind.HANDED_OUT, f"{path}?ticket={by_cookie}", None),
    }


async def code_of(client: ClientConnection) -> int:
    try:
        async with asyncio.timeout(2 * WITHIN):
            while True:
                await client.recv()
    except ConnectionClosed as end:
        return end.rcvd.code if end.rcvd else 1006


@pytest.mark.parametrize("end", ends_of(Kind.TOKEN, Kind.STATIC, Kind.HANDED_OUT), ids=str)
async def test_sockets_close_with_their_credential_and_no_others_do(
    end: End, grid: Grid, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = await sync_to_async(held_by)(grid.user, monkeypatch)
    session = await grid.claimed(keep_alive=True)
    ways = await addresses(grid, session, holder)
    async with AsyncExitStack() as stack:
        clients = {
            name: await stack.enter_async_context(grid.connect(path, token=token))
            for name, (_, path, token) in ways.items()
        }
        doomed = {name for name, (kind, _, _) in ways.items() if kind in end.of}
        began = time.monotonic()
        await sync_to_async(end.happens)(holder)
        codes = await asyncio.gather(*(code_of(clients[name]) for name in doomed))
        assert dict(zip(doomed, codes, strict=True)) == dict.fromkeys(doomed, 4001)
        assert time.monotonic() - began <= WITHIN
        for name in clients.keys() - doomed:
            assert await echoed(clients[name], "{}"), name
    for name in doomed:
        _, path, token = ways[name]
        assert (await grid.refused(path, token=token))[0] == 401, name
