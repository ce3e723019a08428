"""splice.entrance: a plain upgrade goes straight to its handover, and all else notices no difference."""

import asyncio

import pytest

from splice import entrance
from splice.entrance import Entrance
from splice.handover import Handover
from tests.splice.harness import (
    Gate,
    dialed,
    eventually,
    joined,
    raw_upstream,
    refused,
    serving,
    upgrade,
    websocket_upstream,
)

pytestmark = pytest.mark.asyncio


def is_new(connection):
    """Nothing of it was read yet."""
    return isinstance(connection, Entrance)


class NeverAskedError(Exception):
    """Where a test says that something is not needed."""


@pytest.fixture
def _without_uvicorns_http(monkeypatch):
    def never(*_):
        raise NeverAskedError

    monkeypatch.setattr(entrance, "BoundedHttp", never)


@pytest.mark.usefixtures("_without_uvicorns_http")
async def test_a_plain_upgrade_needs_nothing_of_uvicorns_http():
    async with raw_upstream() as upstream, serving(Gate(upstream.address)) as served:
        client, talk = await joined(served), await upstream.talk()
        await client.send(b"up")
        assert await talk.read(2) == b"up"
        await talk.send(b"down")
        assert await client.read(4) == b"down"
        (handover,) = served.state.connections
        assert isinstance(handover, Handover)


@pytest.mark.parametrize(
    "pieces",
    [
        [upgrade(headers="X-A: 1\r\nX-A: 2\r\n")],
        [upgrade()[:40], upgrade()[40:]],
        [upgrade(headers="Content-Length: 0\r\n")],
        [b"GET /plain HTTP/1.1\r\nHost: x\r\n\r\n", upgrade()],
    ],
)
async def test_an_upgrade_in_any_other_shape_is_joined_all_the_same(pieces):
    async def app(scope, receive, send):
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body", "body": b""})
        else:
            await gate(scope, receive, send)

    async with raw_upstream() as upstream, serving(app) as served:
        gate = Gate(upstream.address)
        reader, writer = await asyncio.open_connection(served.host, served.port)
        for piece in pieces:
            writer.write(piece)
            await eventually(lambda: served.state.connections and not any(map(is_new, served.state.connections)))
        async with asyncio.timeout(5):
            while b" 101 " not in (head := await reader.readuntil(b"\r\n\r\n")):
                assert b" 204 " in head
        writer.write(b"up")
        assert await (await upstream.talk()).read(2) == b"up"
        writer.close()


async def test_the_application_sees_the_same_whichever_way_an_upgrade_came():
    scopes = []
    for options in ({}, {"http": "httptools"}):
        async with websocket_upstream() as upstream, serving(gate := Gate(upstream), **options) as served:
            head = upgrade("/s/a%20b?x=%31", "Cookie: a=b\r\nSec-WebSocket-Protocol: cdp,  x\r\nX-Padded: \t a\r\n")
            client = await joined(served, head)
            scope = gate.scopes[0]
            local = client.writer.get_extra_info("sockname")
            assert scope.pop("client") == tuple(local[:2])
            assert scope.pop("server") == (served.host, served.port)
            scopes.append(scope)
            await client.close()
    assert scopes[0] == scopes[1]


async def test_a_client_that_says_nothing_is_let_go_when_the_server_stops():
    async with serving(Gate()) as served:
        client = await dialed(served, b"GET /half")  # a head that has begun; then one that has not
        reader, writer = await asyncio.open_connection(served.host, served.port)
        await eventually(lambda: len(served.state.connections) == 2)
        served.server.should_exit = True
        async with asyncio.timeout(3):
            assert await reader.read() == b""
            await client.close()
            await served.task
        writer.close()


async def test_a_client_that_leaves_without_a_word_leaves_nothing_behind():
    async with serving(Gate()) as served:
        _, writer = await asyncio.open_connection(served.host, served.port)
        await eventually(lambda: served.state.connections)
        writer.close()
        await eventually(lambda: not served.state.connections)


async def test_nobody_new_is_let_in_once_the_server_stops():
    async with raw_upstream() as upstream, serving(Gate(upstream.address), drain=3) as served:
        client = await joined(served)
        late = await asyncio.open_connection(served.host, served.port)
        await eventually(lambda: len(served.state.connections) == 2)
        next(each for each in served.state.connections if isinstance(each, Handover)).shutdown()
        late[1].write(upgrade())
        async with asyncio.timeout(5):
            assert b" 503 " in await late[0].readline()
        late[1].close()
        await client.close()


async def test_a_server_without_splices_serves_as_if_we_were_not_there():
    async def app(scope, receive, send):
        assert "browsergrid.splice" not in scope["extensions"]
        await receive()
        await send({"type": "websocket.close"})

    async with serving(app, ws="websockets-sansio") as served:
        assert (await refused(await dialed(served)))[0] == 403
