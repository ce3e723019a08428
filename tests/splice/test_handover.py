"""splice.handover: the application decides, the upstream is dialled, and whatever goes wrong ends cleanly."""

import asyncio
import socket

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from splice import handover
from splice.ends import End
from splice.upstream import Upstream
from tests.splice.harness import (
    ACCEPT,
    Gate,
    dialed,
    eventually,
    frame,
    joined,
    masked,
    raw_upstream,
    refused,
    serving,
    upgrade,
    websocket_upstream,
)

pytestmark = pytest.mark.asyncio


async def test_an_authorised_client_is_joined_and_the_app_hears_of_both_ends():
    async with websocket_upstream() as upstream, serving(gate := Gate(upstream)) as served:
        async with connect(served.url(), compression=None) as client:
            await client.send("hello")
            assert await client.recv() == "hello"
        await eventually(lambda: gate.got("disconnect"))
        kinds = [message["type"].removeprefix("browsergrid.splice.") for message in gate.seen]
        assert kinds == ["open", "closed", "websocket.disconnect"]
        assert gate.got("closed")["bytes_up"] > 10
        await eventually(lambda: not served.state.connections and not served.state.tasks)


async def test_the_upstream_sees_only_allowed_headers_of_the_client_and_all_of_the_app():
    own = [(b"Authorization", b"Bearer key"), (b"x-browsergrid-connection", b"con_1")]
    secrets = (
        "Origin: http://evil.example\r\nCookie: sid=1\r\nAuthorization: Bearer bg_client\r\nX-Api-Key: k\r\n"
        "Forwarded: for=1.1.1.1\r\nX-Forwarded-For: 1.1.1.1\r\nSec-WebSocket-Extensions: permessage-deflate\r\n"
        "User-Agent: tester\r\nSec-WebSocket-Protocol: cdp\r\nX-Anything: 1\r\n"
    )
    async with raw_upstream() as upstream, serving(Gate(upstream.address, headers=own, path="/up?x=1")) as served:
        await joined(served, upgrade("/s?token=bg_secret", secrets))
        head = (await upstream.talk()).head.decode().lower()
    lines = head.strip().split("\r\n")
    assert lines[0] == "get /up?x=1 http/1.1"
    assert {line.partition(":")[0] for line in lines[1:]} == {
        "host",
        "upgrade",
        "connection",
        "sec-websocket-key",
        "sec-websocket-version",
        "sec-websocket-protocol",
        "user-agent",
        "authorization",
        "x-browsergrid-connection",
    }
    assert "authorization: bearer key" in lines
    assert f"host: 127.0.0.1:{upstream.address.port}" in lines
    assert "bg_" not in head


async def test_the_subprotocol_is_agreed_between_client_and_upstream():
    async with (
        websocket_upstream(subprotocols=["cdp"]) as upstream,
        serving(Gate(upstream)) as served,
        connect(served.url(), subprotocols=["other", "cdp"]) as client,
    ):
        assert client.subprotocol == "cdp"


async def test_the_scope_is_that_of_a_websocket_with_the_extension():
    async with (
        websocket_upstream() as upstream,
        serving(gate := Gate(upstream)) as served,
        connect(served.url("/s/a%20b?token=x"), subprotocols=["cdp"], origin="http://o.example"),
    ):
        pass
    scope = gate.scopes[0]
    assert scope["path"] == "/s/a b"
    assert scope["raw_path"] == b"/s/a%20b"
    assert scope["query_string"] == b"token=x"
    assert scope["subprotocols"] == ["cdp"]
    assert (b"origin", b"http://o.example") in scope["headers"]
    assert set(scope["extensions"]) == {"websocket.http.response", "browsergrid.splice"}


async def test_a_dead_upstream_becomes_a_502_when_the_app_says_nothing(monkeypatch, unused_tcp_port):
    monkeypatch.setattr(handover, "ANSWER_SECONDS", 0.1)
    async with serving(gate := Gate(Upstream(host="127.0.0.1", port=unused_tcp_port))) as served:
        assert (await refused(await dialed(served)))[:2] == (502, "Bad Gateway")
        await eventually(lambda: gate.got("disconnect"))
        assert gate.got("failed")["status"] is None
        assert gate.got("failed")["error"]


async def test_an_app_that_returns_after_a_failure_gets_its_502_at_once(unused_tcp_port):
    async def app(scope, receive, send):
        await receive()
        await send(
            {"type": "browsergrid.splice", "upstream": Upstream(host="127.0.0.1", port=unused_tcp_port), "path": "/"}
        )
        assert (await receive())["type"] == "browsergrid.splice.failed"

    async with (
        serving(app) as served,
        asyncio.timeout(2),
    ):
        assert (await refused(await dialed(served)))[0] == 502


async def test_an_upstreams_refusal_reaches_the_app_which_answers_in_its_own_words():
    class Answering(Gate):
        async def told(self, message, send):
            if message["type"].endswith(".failed"):
                headers = [(b"retry-after", b"7"), (b"content-type", b"application/problem+json")]
                await send({"type": "websocket.http.response.start", "status": 410, "headers": headers})
                await send({"type": "websocket.http.response.body", "body": b'{"code":', "more_body": True})
                await send({"type": "websocket.http.response.body", "body": b'"ended"}'})

    no = b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\nnot today"
    async with raw_upstream(answer=no) as upstream, serving(gate := Answering(upstream.address)) as served:
        assert await refused(await dialed(served)) == (410, "Gone", b'{"code":"ended"}')
        failed = gate.got("failed")
        assert (failed["status"], failed["body"]) == (503, b"not today")
        assert (b"content-type", b"text/plain") in failed["headers"]


async def test_of_a_long_refusal_64_kib_are_read(monkeypatch):
    monkeypatch.setattr(handover, "ANSWER_SECONDS", 0.1)
    no = b"HTTP/1.1 500 Oops\r\nContent-Length: 300000\r\n\r\n" + b"x" * 300_000
    async with raw_upstream(answer=no) as upstream, serving(gate := Gate(upstream.address)) as served:
        assert (await refused(await dialed(served)))[0] == 502
        assert len(gate.got("failed")["body"]) == 64 * 1024


@pytest.mark.parametrize("answer", [b"SSH-2.0-server\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"x" * 40_000])
async def test_an_upstream_that_speaks_something_else_is_a_failure(monkeypatch, answer):
    monkeypatch.setattr(handover, "ANSWER_SECONDS", 0.1)
    async with raw_upstream(answer=answer) as upstream, serving(gate := Gate(upstream.address)) as served:
        assert (await refused(await dialed(served)))[0] == 502
        assert gate.got("failed")["status"] is None


async def test_a_silent_upstream_is_given_up_after_the_timeout(monkeypatch):
    monkeypatch.setattr(handover, "ANSWER_SECONDS", 0.1)
    async with raw_upstream(answer=b"") as upstream, serving(gate := Gate(upstream.address, timeout=0.2)) as served:
        assert (await refused(await dialed(served)))[0] == 502
        assert "0.2 s" in gate.got("failed")["error"]
        assert await (await upstream.talk()).rest() == b""


async def test_the_app_may_refuse_with_any_status_and_its_text():
    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.http.response.start", "status": 429, "headers": [(b"Retry-After", b"3")]})
        await send({"type": "websocket.http.response.body", "body": b"slow down"})
        assert (await receive())["type"] == "websocket.disconnect"

    async with serving(app) as served:
        assert await refused(await dialed(served)) == (429, "Too Many Requests", b"slow down")


async def test_websocket_close_before_the_splice_is_a_403():
    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.close"})
        assert (await receive())["type"] == "websocket.disconnect"

    async with serving(app) as served:
        assert (await refused(await dialed(served)))[:2] == (403, "Forbidden")


@pytest.mark.parametrize("path", ["/a\r\nX-Evil: 1", "/a b", "no-slash", "/žlutý"])
async def test_a_path_that_could_not_stand_in_a_request_ends_in_a_500(path):
    async with raw_upstream() as upstream, serving(Gate(upstream.address, path=path)) as served:
        assert (await refused(await dialed(served)))[0] == 500
        await eventually(lambda: not served.state.connections)
        assert upstream.talks == []


async def test_an_app_that_raises_or_returns_leaves_nobody_hanging():
    async def raising(scope, receive, send):
        raise LookupError("on purpose")

    async def returning(scope, receive, send):
        await receive()

    for app in (raising, returning):
        async with serving(app) as served:
            assert (await refused(await dialed(served)))[:2] == (500, "Internal Server Error")
            await eventually(lambda served=served: not served.state.connections)


async def test_a_relay_that_fails_in_the_handover_ends_in_a_502(monkeypatch):
    monkeypatch.setattr(handover, "ANSWER_SECONDS", 0.1)

    class Broken:
        def ends(self):
            raise LookupError("on purpose")

    async with raw_upstream() as upstream, serving(gate := Gate(upstream.address, relay=Broken())) as served:
        assert (await refused(await dialed(served)))[0] == 502
        assert await (await upstream.talk()).rest() == b""
        await eventually(lambda: gate.got("disconnect") and not served.state.connections)


async def test_a_close_while_dialling_refuses_the_client_and_drops_the_upstream():
    async with raw_upstream(answer=b"") as upstream, serving(gate := Gate(upstream.address)) as served:
        client = await dialed(served)
        talk = await upstream.talk()
        await gate.send({"type": "websocket.close"})
        assert (await refused(client))[0] == 403
        assert await talk.rest() == b""
        await eventually(lambda: gate.got("disconnect"))


async def test_a_shutdown_while_dialling_refuses_the_client_and_drops_the_upstream():
    async with raw_upstream(answer=b"") as upstream, serving(gate := Gate(upstream.address)) as served:
        client = await dialed(served)
        talk = await upstream.talk()
        served.server.should_exit = True
        assert (await refused(client))[0] == 503
        assert await talk.rest() == b""
        async with asyncio.timeout(3):
            await served.task
        assert gate.got("disconnect")
        assert not gate.got("open")


async def test_a_client_that_leaves_while_the_app_decides_is_reported():
    told = asyncio.Event()

    async def app(scope, receive, send):
        await receive()
        assert (await receive())["type"] == "websocket.disconnect"
        told.set()

    async with serving(app) as served:
        client = await dialed(served)
        await eventually(lambda: served.state.tasks)
        await client.close()
        async with asyncio.timeout(2):
            await told.wait()
        await eventually(lambda: not served.state.connections)


async def test_a_client_that_leaves_while_dialling_ends_the_dial():
    async with raw_upstream(answer=b"") as upstream, serving(gate := Gate(upstream.address)) as served:
        client = await dialed(served)
        talk = await upstream.talk()
        await client.close()
        assert await talk.rest() == b""
        await eventually(lambda: gate.got("disconnect") and not served.state.connections)


async def test_what_a_client_sends_too_early_is_kept_for_the_upstream():
    async with raw_upstream(answer=b"") as upstream, serving(gate := Gate(upstream.address)) as served:
        client = await dialed(served)
        talk = await upstream.talk()
        early = masked(b"x" * 300_000)
        sending = asyncio.create_task(client.send(early))
        await talk.send(ACCEPT)
        assert await talk.read(len(early)) == early
        await sending
        assert gate.got("open")


async def test_bytes_that_come_with_the_101_reach_the_client_in_order():
    async with raw_upstream(answer=ACCEPT + frame(b"first")) as upstream, serving(Gate(upstream.address)) as served:
        client = await joined(served)
        await (await upstream.talk()).send(frame(b"second"))
        assert await client.frame() == (0x81, b"first")
        assert await client.frame() == (0x81, b"second")


async def test_the_upstream_may_be_a_unix_socket(tmp_path):
    async with raw_upstream(path=str(tmp_path / "u.sock")) as upstream, serving(Gate(upstream.address)) as served:
        client = await joined(served)
        talk = await upstream.talk()
        assert b"host: 127.0.0.1\r\n" in talk.head
        await client.send(b"up")
        assert await talk.read(2) == b"up"


@pytest.mark.parametrize("family", [socket.AF_UNIX, socket.AF_INET])
async def test_the_upstream_may_be_a_connected_socket_somebody_gives(family, tmp_path):
    where = {"path": str(tmp_path / "u.sock")} if family == socket.AF_UNIX else {}
    async with raw_upstream(**where) as upstream:

        async def connect_it():
            sock = socket.socket(family)
            address = upstream.address
            sock.connect(address.path if family == socket.AF_UNIX else (address.host, address.port))
            return sock

        async with serving(Gate(Upstream(connect=connect_it), headers=[(b"host", b"localhost")])) as served:
            client = await joined(served)
            talk = await upstream.talk()
            assert b"host: localhost\r\n" in talk.head
            await talk.send(b"down")
            assert await client.read(4) == b"down"


async def test_a_giver_of_sockets_that_fails_is_a_dead_upstream(monkeypatch):
    monkeypatch.setattr(handover, "ANSWER_SECONDS", 0.1)

    async def fails():
        raise ConnectionRefusedError("the browser is not there")

    async with serving(gate := Gate(Upstream(connect=fails))) as served:
        assert (await refused(await dialed(served)))[0] == 502
        assert gate.got("failed")["error"] == "the browser is not there"


async def test_an_ipv6_upstream_has_brackets_in_its_host():
    async with raw_upstream(host="::1") as upstream, serving(Gate(upstream.address)) as served:
        await joined(served)
        assert f"host: [::1]:{upstream.address.port}\r\n".encode() in (await upstream.talk()).head


async def test_websocket_close_cuts_an_open_splice():
    async with websocket_upstream() as upstream, serving(gate := Gate(upstream)) as served:
        async with connect(served.url()) as client:
            await gate.send({"type": "websocket.close"})
            with pytest.raises(ConnectionClosed) as closed:
                await client.recv()
            assert closed.value.rcvd is None
        await eventually(lambda: gate.got("disconnect"))


async def test_an_open_splice_lives_on_while_draining_and_is_cut_at_the_end():
    async with websocket_upstream() as upstream, serving(gate := Gate(upstream), drain=0.6) as served:
        async with connect(served.url()) as client:
            served.server.should_exit = True
            await eventually(lambda: gate.got("draining"))
            await client.send("still here")
            assert await client.recv() == "still here"
            with pytest.raises(ConnectionRefusedError):
                await dialed(served)
            with pytest.raises(ConnectionClosed):
                await client.recv()
        async with asyncio.timeout(3):
            await served.task


async def test_uvicorns_own_deadline_cuts_what_the_drain_time_would_keep():
    async with (
        websocket_upstream() as upstream,
        serving(Gate(upstream), drain=60, timeout_graceful_shutdown=0.3) as served,
    ):
        async with connect(served.url()) as client:
            served.server.should_exit = True
            with pytest.raises(ConnectionClosed):
                await client.recv()
        async with asyncio.timeout(3):
            await served.task


async def test_a_relay_that_never_says_goodbye_is_cut_in_the_end(monkeypatch):
    monkeypatch.setattr(handover, "GOODBYE_SECONDS", 0.1)
    asked = []

    class Mute:
        def ends(self):
            return End(), End()

        def opened(self):
            pass

        def close(self, code, reason):
            asked.append((code, reason))

    async with websocket_upstream() as upstream, serving(gate := Gate(upstream, relay=Mute()), drain=0.05) as served:
        async with connect(served.url()) as client:
            served.server.should_exit = True
            with pytest.raises(ConnectionClosed):
                await client.recv()
        async with asyncio.timeout(3):
            await served.task
        assert gate.got("draining")
    assert asked == [(1012, "service restart")]
