"""splice.protocol: what uvicorn promises a `--ws` class, and who gets which upgrade."""

import asyncio
import datetime
import inspect
import ipaddress
import os
import signal
import ssl
import sys

import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from splice.bounded import BoundedHttp
from splice.protocol import SpliceProtocol
from tests.splice.harness import Gate, dialed, eventually, joined, refused, serving, upgrade, websocket_upstream

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("protocol", [HttpToolsProtocol, H11Protocol])
async def test_uvicorn_constructs_a_ws_class_as_ours_expects(protocol):
    """The whole contract: three keywords, connection_made, one data_received with the head, set_protocol."""
    handing_over = inspect.getsource(protocol.handle_websocket_upgrade)
    call = handing_over[handing_over.index("ws_protocol_class(") :]
    keywords = [line.strip() for line in call.splitlines()[1:4]]
    assert keywords == ["config=self.config,", "server_state=self.server_state,", "app_state=self.app_state,"]
    steps = ["protocol.connection_made(self.transport)", "protocol.data_received(", "transport.set_protocol(protocol)"]
    positions = [call.index(step) for step in steps]
    assert positions == sorted(positions)
    assert list(inspect.signature(SpliceProtocol).parameters) == ["config", "server_state", "app_state", "_loop"]
    assert list(inspect.signature(SpliceProtocol.fallback).parameters) == list(
        inspect.signature(SpliceProtocol).parameters
    )
    state = uvicorn.server.ServerState()
    assert isinstance(state.connections, set)
    assert isinstance(state.tasks, set)


async def test_nothing_is_spliced_until_the_application_names_its_paths():
    assert SpliceProtocol.routes(b"/connect", b"localhost") is False or "browsergrid.asgi" in sys.modules


@pytest.mark.parametrize("http", ["httptools", "h11", BoundedHttp])
async def test_every_http_protocol_of_uvicorns_hands_over(http):
    async with (
        websocket_upstream() as upstream,
        serving(Gate(upstream), http=http) as served,
        connect(served.url(), compression=None) as client,
    ):
        await client.send("hello")
        assert await client.recv() == "hello"


async def chatting(scope, receive, send):
    """An ordinary application of another path."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})
        return
    assert "browsergrid.splice" not in scope["extensions"]
    await receive()
    if scope["path"] == "/refused":
        await send({"type": "websocket.close"})
        return
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})


async def test_other_paths_keep_uvicorns_own_websocket_with_its_limits():
    async with serving(chatting, ws_max_size=1000) as served:
        async with connect(served.url("/chat")) as client:
            for _ in range(3):
                await client.send("x" * 900)
                assert await client.recv() == "x" * 900
            await client.send("x" * 2000)
            with pytest.raises(ConnectionClosed) as closed:
                await client.recv()
            assert closed.value.rcvd.code == 1009
        await eventually(lambda: not served.state.connections)


async def test_a_refusal_on_another_path_leaves_no_connection_behind():
    async with serving(chatting) as served:
        assert (await refused(await dialed(served, upgrade("/refused"))))[0] == 403
        await eventually(lambda: not served.state.connections and not served.state.tasks)


async def test_plain_http_is_untouched():
    async with serving(chatting) as served:
        talk = await dialed(served, b"GET /s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert (await refused(talk)) == (200, "OK", b"ok")


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        (upgrade().replace(b"Version: 13", b"Version: 8"), 426),
        (upgrade().replace(b"Sec-WebSocket-Version: 13\r\n", b""), 426),
        (upgrade().replace(b"Sec-WebSocket-Key", b"X-Other-Key"), 400),
        (upgrade(headers="Sec-WebSocket-Key: second\r\n"), 400),
        (upgrade().replace(b"GET", b"POST"), 405),
        (upgrade(headers="X-Long: " + "x" * 40_000 + "\r\n"), 431),
        (upgrade("/s?" + "x" * 40_000), 431),
    ],
)
async def test_an_upgrade_that_no_client_sends_never_reaches_the_app(request_head, status):
    async with websocket_upstream() as upstream, serving(gate := Gate(upstream)) as served:
        assert (await refused(await dialed(served, request_head)))[0] == status
        assert gate.scopes == []
        await eventually(lambda: not served.state.connections)


async def test_a_splice_works_inside_tls(tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "key.pem").write_bytes(private)
    context = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
    options = {"ssl_certfile": str(tmp_path / "cert.pem"), "ssl_keyfile": str(tmp_path / "key.pem")}
    async with websocket_upstream() as upstream, serving(gate := Gate(upstream), **options) as served:
        url = served.url().replace("ws:", "wss:")
        async with connect(url, ssl=context, compression=None, max_size=None) as client:
            await client.send("x" * 3_000_000)
            assert len(await client.recv()) == 3_000_000
        await eventually(lambda: gate.got("closed"))
    assert gate.scopes[0]["scheme"] == "wss"


async def test_the_command_line_serves_splices_with_two_workers_and_drains_on_sigterm(unused_tcp_port, tmp_path):
    """As it runs in production: `uvicorn --ws`, its own processes, a real signal."""
    port = unused_tcp_port
    (tmp_path / "gateapp.py").write_text(
        "import os\n"
        "from splice.protocol import SpliceProtocol\n"
        "from splice.upstream import Upstream\n"
        "SpliceProtocol.routes = lambda path, host: path == b'/s'\n"
        "SpliceProtocol.drain_seconds = 1.0\n"
        "async def app(scope, receive, send):\n"
        "    await receive()\n"
        "    await send({'type': 'browsergrid.splice', 'path': '/',\n"
        "                'upstream': Upstream(host='127.0.0.1', port=int(os.environ['UPSTREAM_PORT']))})\n"
        "    while (await receive())['type'] != 'websocket.disconnect':\n"
        "        pass\n"
    )
    command = "-m uvicorn gateapp:app --ws splice.protocol:SpliceProtocol --loop uvloop --lifespan off --workers 2"
    async with websocket_upstream() as upstream:
        server = await asyncio.create_subprocess_exec(
            sys.executable,
            *command.split(),
            "--port",
            str(port),
            env={**os.environ, "UPSTREAM_PORT": str(upstream.port), "PYTHONPATH": f"{tmp_path}:{os.getcwd()}"},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            url = f"ws://127.0.0.1:{port}/s"
            clients = [await reaching(url)]
            clients += [await connect(url, compression=None) for _ in range(5)]
            for client in clients:
                await client.send("hello")
                assert await client.recv() == "hello"
            server.send_signal(signal.SIGTERM)
            await clients[0].send("still here")
            assert await clients[0].recv() == "still here"
            for client in clients:
                with pytest.raises(ConnectionClosed):
                    await client.recv()
            async with asyncio.timeout(5):
                await server.wait()
        finally:
            if server.returncode is None:
                server.kill()
                await server.wait()


async def reaching(url):
    """A client as soon as the server is up."""
    async with asyncio.timeout(20):
        while True:
            try:
                return await connect(url, compression=None)
            except OSError:
                await asyncio.sleep(0.05)


async def test_an_upgrade_on_a_kept_alive_connection_after_the_stop_gets_a_503():
    async with websocket_upstream() as upstream, serving(Gate(upstream), drain=3) as served:
        client = await joined(served)
        await eventually(lambda: served.state.connections)
        (handover,) = served.state.connections
        handover.shutdown()
        assert (await refused(await dialed(served)))[:2] == (503, "Service Unavailable")
        await client.close()
