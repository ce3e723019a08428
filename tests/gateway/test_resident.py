"""Connections end when their credential, their session or their server does, with the code that says why."""

import asyncio
import time
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError, transaction
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from apps.core import clock
from apps.events.catalog import EventType
from apps.gateway import links, resident
from apps.nodes.models import Process
from apps.sessions.advance import advance
from apps.sessions.connections import close_lapsed
from apps.sessions.lifecycle import EndReason, Outcome, SessionState
from apps.sessions.models import BrowserSession, Connection, SessionActivity, Ticket
from apps.sessions.services import stop_session
from apps.sessions.tickets import mint, revoke_ticket
from apps.tokens.models import ApiToken
from apps.tokens.services import revoke_token
from tests.factories import people
from tests.gateway.fake_node import FakeNode
from tests.gateway.grid import Grid, echoed, met, now, running_grid
from tests.splice.harness import eventually

pytestmark = pytest.mark.database


async def code_of(client: ClientConnection, *, within: float = 3.0) -> tuple[int, str]:
    try:
        async with asyncio.timeout(within):
            while True:
                await client.recv()
    except ConnectionClosed as end:
        return (end.rcvd.code, end.rcvd.reason) if end.rcvd else (1006, "")


async def test_a_revoked_token_closes_its_sockets_within_two_seconds(grid: Grid) -> None:
    await grid.warm(2)
    token = await ApiToken.objects.aget(owner=grid.user)
    _, secret = await sync_to_async(people.make_token)(grid.user)
    async with grid.connect("/connect") as client, grid.connect("/connect", token=secret) as spared:
        began = time.monotonic()
        await sync_to_async(revoke_token)(token, actor=people.actor_for(grid.user))
        assert await code_of(client) == (4001, "credential revoked")
        assert time.monotonic() - began <= 2.0
        assert await echoed(spared, "{}")


async def test_a_watch_that_breaks_goes_on(grid: Grid, monkeypatch: pytest.MonkeyPatch) -> None:
    await grid.warm()
    token, see, broken = await ApiToken.objects.aget(owner=grid.user), resident.see, []

    def breaks_once(process: Process) -> resident.Sight:
        if not broken:
            broken.append(process)
            raise LookupError("on purpose")
        return see(process)

    async with grid.connect("/connect") as client:
        monkeypatch.setattr(resident, "see", breaks_once)
        await eventually(lambda: broken)
        await sync_to_async(revoke_token)(token, actor=people.actor_for(grid.user))
        assert await code_of(client) == (4001, "credential revoked")


async def test_a_ticket_s_sockets_die_with_it_and_with_the_token_that_minted_it(grid: Grid) -> None:
    session = await grid.claimed(keep_alive=True)
    token, secret = await sync_to_async(people.make_token)(grid.user)
    by_cookie = await sync_to_async(mint)(session, actor=people.actor_for(grid.user))
    facts = (await grid.get(f"/sessions/{session.public_id}/connect/json/version", token=secret)).json()
    path = f"/sessions/{session.public_id}/connect"
    async with (
        grid.connect(f"{path}?ticket={by_cookie}", token=None) as first,
        grid.connect(facts["webSocketDebuggerUrl"], token=None) as second,
    ):
        ticket = await Ticket.objects.aget(credential__startswith="web_")
        await sync_to_async(revoke_ticket)(ticket)
        assert (await code_of(first))[0] == 4001
        assert await echoed(second, "{}")
        await sync_to_async(revoke_token)(token, actor=people.actor_for(grid.user))
        assert (await code_of(second))[0] == 4001
    assert (await grid.refused(f"{path}?ticket={by_cookie}", token=None))[0] == 401


async def test_a_suspended_person_s_sockets_close(grid: Grid) -> None:
    await grid.warm()
    async with grid.connect("/connect") as client:
        grid.user.is_active = False
        await grid.user.asave()
        assert (await code_of(client))[0] == 4001


async def test_a_client_that_the_node_does_not_send_away_is_cut(grid: Grid) -> None:
    await grid.warm()
    grid.node.is_deaf = True
    token = await ApiToken.objects.aget(owner=grid.user)
    async with grid.connect("/connect") as client:
        await sync_to_async(revoke_token)(token, actor=people.actor_for(grid.user))
        assert (await code_of(client, within=4))[0] == 1006
    await met(lambda: Connection.objects.filter(closed_at__isnull=False).aexists())


@pytest.mark.parametrize(
    ("reason", "code"), [(EndReason.RELEASED, 4000), (EndReason.IDLE, 4008), (EndReason.MAX_DURATION, 4008)]
)
async def test_a_session_s_end_reaches_its_clients_with_its_reason(grid: Grid, reason: EndReason, code: int) -> None:
    [session] = await grid.warm()
    async with grid.connect("/connect") as client:
        await grid.reaches(session, "running")
        await sync_to_async(stop_session)(
            session, actor=people.actor_for(grid.user), reason=reason, outcome=Outcome.COMPLETED
        )
        await sync_to_async(_begin_to_stop)(session)
        assert await code_of(client) == (code, str(reason))


async def test_a_node_that_sends_its_clients_away_leaves_the_verdict_to_the_reconciler(grid: Grid) -> None:
    [session] = await grid.warm()
    async with grid.connect("/connect") as client:
        await echoed(client, "{}")
        [socket] = grid.node.sockets.values()
        await socket.send({"type": "websocket.close", "code": 4000, "reason": "browser_crashed"})
        assert await code_of(client) == (4000, "browser_crashed")
    await grid.reaches(session, "claimed")
    assert session.stop_requested_at is None
    assert session.connect_deadline is not None


async def test_a_connection_whose_row_was_closed_elsewhere_is_asked_to_come_again(grid: Grid) -> None:
    """Our lease lapsed while the database was away, and the reconciler has closed our rows."""
    [session] = await grid.warm()
    async with grid.connect("/connect") as client:
        await grid.reaches(session, "running")
        await Process.objects.aupdate(lease_expires_at=(await now()))
        assert await sync_to_async(close_lapsed)(await now()) == 1
        assert (await code_of(client))[0] == 1012
    await grid.reaches(session, "claimed")
    assert session.stop_requested_at is None


async def test_use_is_noted_while_bytes_move(grid: Grid, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.gateway.resident.TOUCH_SECONDS", 0.1)
    [session] = await grid.warm()
    async with grid.connect("/connect") as client:
        await grid.reaches(session, "running")
        before = (await SessionActivity.objects.aget(session=session)).last_at
        assert await echoed(client, "{}")
        await met(lambda: SessionActivity.objects.filter(session=session, last_at__gt=before).aexists(), within=8)


async def test_the_process_is_known_and_says_farewell(grid: Grid) -> None:
    began = await now()
    await met(lambda: Process.objects.filter(kind="gateway", lease_expires_at__gt=began).aexists())
    await grid.gateway.resident.stop()
    assert not await Process.objects.filter(lease_expires_at__gt=(await now())).aexists()


async def test_a_restart_tells_clients_to_come_again_and_keeps_their_sessions(
    transactional_db: None, node: FakeNode, tmp_path: Path
) -> None:
    async with running_grid(node, tmp_path, drain=0.3) as grid:
        [session] = await grid.warm()
        async with grid.connect("/connect") as client:
            await grid.reaches(session, "running")
            for connection in list(grid.server.server_state.connections):
                connection.shutdown()
            assert (await grid.refused("/connect"))[0] == 503
            assert await echoed(client, "still here")
            assert await code_of(client) == (1012, "service restart")
        await grid.reaches(session, "claimed")
        assert session.stop_requested_at is None
        assert session.connect_deadline is not None


async def test_a_locked_database_delays_the_closing_of_a_row_and_loses_none(
    grid: Grid, monkeypatch: pytest.MonkeyPatch
) -> None:
    [session] = await grid.warm()
    real, tries = links.close_connection, []

    def sometimes(*args: object, **kwargs: object) -> None:
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("database is locked")
        real(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(links, "close_connection", sometimes)
    async with grid.connect("/connect"):
        await grid.reaches(session, "running")
    await grid.reaches(session, "claimed")
    assert len(tries) == 3
    assert session.end_reason == "client_disconnected"


def _begin_to_stop(session: BrowserSession) -> None:
    with transaction.atomic():
        advance(session, SessionState.STOPPING, EventType.SESSION_STOPPING, now=clock.now())
