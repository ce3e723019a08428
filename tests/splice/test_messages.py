"""splice.messages: the fallback relays whole messages, of any size, and passes close codes on."""

import socket

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import unix_serve
from websockets.exceptions import ConnectionClosed

from splice.dial import UpstreamError
from splice.messages import relay_messages
from splice.upstream import Upstream
from tests.splice.harness import dialed, eventually, raw_upstream, serving, upgrade, websocket_upstream

pytestmark = pytest.mark.asyncio

BIG = {"ws_max_size": 2**30, "ws_per_message_deflate": False}


class Relaying:
    """An application on a path that is not spliced, as on a server that cannot."""

    def __init__(self, upstream, **options):
        self.upstream, self.options = upstream, {"path": "/up", **options}
        self.traffic = self.error = None

    async def __call__(self, scope, receive, send):
        await receive()
        try:
            self.traffic = await relay_messages(receive, send, self.upstream, **self.options)
        except UpstreamError as error:
            self.error = error
            await send({"type": "websocket.http.response.start", "status": 502, "headers": []})
            await send({"type": "websocket.http.response.body", "body": b"no"})


@pytest.mark.parametrize("place", ["tcp", "socket"])
async def test_text_bytes_and_large_messages_pass_both_ways(place):
    async with websocket_upstream() as upstream:

        async def giver():
            return socket.create_connection((upstream.host, upstream.port))

        where = upstream if place == "tcp" else Upstream(connect=giver)
        async with serving(app := Relaying(where), **BIG) as served:
            async with connect(served.url("/m"), max_size=None) as client:
                for message in ("hello", b"\x00\xff", "", "x" * 20_000_000):
                    await client.send(message)
                    assert await client.recv() == message
            await eventually(lambda: app.traffic)
            assert app.traffic.bytes_up == app.traffic.bytes_down == 20_000_007


async def test_headers_and_subprotocols_are_the_apps_and_nothing_else_passes():
    seen = {}

    async def handler(connection):
        seen.update(connection.request.headers)

    options = {"headers": [(b"authorization", b"Bearer key")], "subprotocols": ["cdp"], "path": "/devtools/browser?x=1"}
    async with (
        websocket_upstream(handler, subprotocols=["cdp"]) as upstream,
        serving(Relaying(upstream, **options)) as served,
        connect(
            served.url("/m"), subprotocols=["cdp"], origin="http://o", additional_headers={"Cookie": "a=b"}
        ) as client,
    ):
        assert client.subprotocol == "cdp"
        with pytest.raises(ConnectionClosed):
            await client.recv()
    names = {name.lower() for name in seen}
    assert seen["authorization"] == "Bearer key"
    assert not names & {"origin", "cookie", "sec-websocket-extensions"}


@pytest.mark.parametrize("code", [1000, 1012, 4000, 4001, 4008])
async def test_the_upstreams_close_code_reaches_the_client(code):
    async def handler(connection):
        await connection.close(code, "because")

    async with (
        websocket_upstream(handler) as upstream,
        serving(Relaying(upstream)) as served,
        connect(served.url("/m")) as client,
    ):
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (code, "because")


async def test_the_clients_close_code_reaches_the_upstream():
    codes = []

    async def handler(connection):
        await connection.wait_closed()
        codes.append((connection.close_code, connection.close_reason))

    async with websocket_upstream(handler) as upstream, serving(Relaying(upstream)) as served:
        async with connect(served.url("/m")) as client:
            await client.close(4321, "enough")
        await eventually(lambda: codes)
    assert codes == [(4321, "enough")]


async def test_an_upstream_that_breaks_is_an_internal_error_for_the_client():
    async def handler(connection):
        connection.transport.abort()

    async with (
        websocket_upstream(handler) as upstream,
        serving(Relaying(upstream)) as served,
        connect(served.url("/m")) as client,
    ):
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
        assert closed.value.rcvd.code == 1011


async def test_a_refusing_upstream_is_told_before_anything_is_accepted():
    no = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 9\r\n\r\nnot today"
    async with raw_upstream(answer=no) as upstream, serving(app := Relaying(upstream.address)) as served:
        talk = await dialed(served, upgrade("/m"))
        assert b"502" in await talk.rest()
        assert (app.error.response.status, app.error.response.body) == (503, b"not today")


async def test_a_dead_or_silent_upstream_is_told_too(unused_tcp_port):
    async with raw_upstream(answer=b"") as silent:
        for where in (silent.address, Upstream(host="127.0.0.1", port=unused_tcp_port)):
            async with serving(app := Relaying(where, timeout=0.2)) as served:
                assert b"502" in await (await dialed(served, upgrade("/m"))).rest()
                assert app.error.response is None


async def test_a_client_that_leaves_while_dialling_ends_the_dial():
    async with raw_upstream(answer=b"") as upstream, serving(app := Relaying(upstream.address)) as served:
        client = await dialed(served, upgrade("/m"))
        talk = await upstream.talk()
        await client.close()
        assert await talk.rest() == b""
        await eventually(lambda: app.traffic)


async def test_the_upstream_may_be_a_unix_socket_and_its_opening_is_told_before_the_client_is_let_in(tmp_path):
    steps = []

    async def echo(connection):
        async for message in connection:
            await connection.send(message)

    async def on_open():
        steps.append("open")

    path = str(tmp_path / "u.sock")
    async with (
        unix_serve(echo, path),
        serving(Relaying(Upstream(path=path), on_open=on_open)) as served,
        connect(served.url("/m")) as client,
    ):
        assert steps == ["open"]
        await client.send("hello")
        assert await client.recv() == "hello"
