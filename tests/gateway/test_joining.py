"""Between the gateway and the node: refusals become the contract's, and servers that cannot splice relay messages."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from apps.nodes.models import Node
from apps.sessions.models import Connection
from tests.gateway.fake_node import FakeNode
from tests.gateway.grid import Grid, echoed, running_grid

pytestmark = pytest.mark.database


@pytest.mark.parametrize(
    ("theirs", "status", "code"),
    [
        (404, 410, "session_ended"),
        (410, 410, "session_ended"),
        (503, 503, "not_ready"),
        (401, 503, "not_ready"),
        (502, 503, "unreachable"),
    ],
)
async def test_a_node_s_refusal_becomes_the_contract_s(grid: Grid, theirs: int, status: int, code: str) -> None:
    [session] = await grid.warm()
    grid.node.refusal = theirs
    told, problem, headers = await grid.refused("/connect")
    assert (told, problem["code"]) == (status, code)
    if status == 503:
        assert int(headers["retry-after"]) > 0
    await grid.reaches(session, "claimed")
    assert session.stop_requested_at is None, "the client did not leave: the reconciler will say why it failed"
    assert session.connect_deadline is not None
    assert await Connection.objects.filter(closed_at=None).acount() == 0


async def test_a_page_that_is_not_there_is_404(grid: Grid) -> None:
    session = await grid.claimed()
    grid.node.refusal = 404
    assert (await grid.refused(f"/sessions/{session.public_id}/connect/devtools/page/GONE"))[0] == 404


async def test_a_node_that_is_away_is_503_at_once(grid: Grid) -> None:
    await grid.warm()
    await Node.objects.filter(pk=grid.row.pk).aupdate(address="unix:/nowhere/node.sock")
    status, problem, headers = await grid.refused("/connect")
    assert (status, problem["code"]) == (503, "unreachable")
    assert "retry-after" in headers


class TestWithoutSplicing:
    @pytest.fixture
    async def grid(self, transactional_db: None, node: FakeNode, tmp_path: Path) -> AsyncIterator[Grid]:
        async with running_grid(node, tmp_path, splices=False) as running:
            yield running

    async def test_messages_are_relayed_and_counted(self, grid: Grid) -> None:
        [session] = await grid.warm()
        async with grid.connect("/connect", max_size=None) as client:
            assert await echoed(client, '{"id":1}')
            assert await echoed(client, "x" * 3_000_000)
            await grid.reaches(session, "running")
        await grid.reaches(session, "claimed")
        assert session.end_reason == "client_disconnected"
        row = await Connection.objects.aget(session=session)
        assert row.bytes_up == row.bytes_down == 3_000_008

    async def test_a_close_code_of_the_node_is_passed_on(self, grid: Grid) -> None:
        [session] = await grid.warm()
        async with grid.connect("/connect") as client:
            await echoed(client, "{}")
            [socket] = grid.node.sockets.values()
            await socket.send({"type": "websocket.close", "code": 4008, "reason": "idle"})
            with pytest.raises(ConnectionClosed) as end:
                async with asyncio.timeout(5):
                    await client.recv()
            assert end.value.rcvd is not None
            assert (end.value.rcvd.code, end.value.rcvd.reason) == (4008, "idle")
        await grid.reaches(session, "claimed")
        assert session.stop_requested_at is None

    async def test_refusals_are_http_answers_here_too(self, grid: Grid) -> None:
        assert (await grid.refused("/connect", token=None))[0] == 401
        await grid.warm()
        grid.node.refusal = 503
        assert (await grid.refused("/connect"))[0] == 503

    async def test_a_client_killed_without_goodbye_ends_its_session(self, grid: Grid) -> None:
        [session] = await grid.warm()
        client = await grid.connect("/connect")
        client.transport.abort()
        await grid.reaches(session, "claimed")
        assert session.end_reason == "client_disconnected"
