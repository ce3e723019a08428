"""The forwarding proxy with real sockets on loopback, each destination opened by an exact entry."""

import asyncio
import base64
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from browser_node.config import HostPort
from browser_node.destination import Destinations, Resolver
from browser_node.egress import Rules
from browser_node.forward import Forwarder
from browser_node.wire import UpstreamProxy
from tests.support.eventually import eventually_async

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Site:
    """A server in this loop whose handler is the test's; keeps what each request's head was."""

    def __init__(self, handler: Handler | None = None) -> None:
        self.heads: list[bytes] = []
        self.connections = 0
        self._handler = handler or self.say_hello

    async def __aenter__(self) -> "Site":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def say_hello(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nhello")
        await writer.drain()
        await reader.read()  # a site that keeps the connection open, whatever it was asked

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await self._handler(reader, writer)
        writer.close()


class Proxy:
    """A Forwarder on a free port, and a browser's hand to talk to it."""

    def __init__(self, *allow: str, blocked: tuple[HostPort, ...] = (), upstream: UpstreamProxy | None = None) -> None:
        self.resolver = Resolver()
        rules = Rules.parse(allow, blocked)
        self.forwarder = Forwarder("test", Destinations(rules, self.resolver, upstream))

    async def __aenter__(self) -> "Proxy":
        listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(listener.getsockname()[1])
        await self.forwarder.serve(listener)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.forwarder.close()
        self.resolver.close()

    @contextlib.asynccontextmanager
    async def connect(self) -> AsyncIterator[Streams]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield reader, writer
        finally:
            writer.close()

    async def get(self, request: bytes) -> bytes:
        """Everything until the proxy closes."""
        async with self.connect() as (reader, writer), asyncio.timeout(10):
            writer.write(request)
            return await reader.read()

    @contextlib.asynccontextmanager
    async def tunnel(self, host: str, port: int) -> AsyncIterator[Streams]:
        async with self.connect() as (reader, writer):
            writer.write(f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
            assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 200 Connection established\r\n\r\n"
            yield reader, writer


def plain(port: int, *headers: str, method: str = "GET", host: str = "127.0.0.1", body: bytes = b"") -> bytes:
    lines = [f"{method} http://{host}:{port}/path?q=1 HTTP/1.1", f"Host: {host}:{port}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()


async def test_a_plain_request_arrives_as_one_request_on_one_connection() -> None:
    async with Site() as site, Proxy(f"127.0.0.1:{site.port}") as proxy:
        headers = ("Proxy-Connection: keep-alive", "Connection: x-secret", "X-Secret: 1", "X-Kept: 2")
        request = plain(site.port, *headers)
        async with proxy.connect() as (reader, writer), asyncio.timeout(5):
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert await reader.readexactly(5) == b"hello"
            writer.write(plain(site.port, host="169.254.169.254"))  # a second request must never reach the first site
            writer.write_eof()
            assert await reader.read() == b""
        assert head.startswith(b"HTTP/1.1 200 OK\r\n")
        assert b"connection: close" in head.lower()
        assert b"keep-alive" not in head.lower()
    (seen,) = site.heads
    assert seen.startswith(b"GET /path?q=1 HTTP/1.1\r\n")
    assert b"X-Kept: 2" in seen
    assert b"close" in seen
    for gone in (b"Proxy-Connection", b"X-Secret", b"x-secret", b"169.254"):
        assert gone not in seen


async def test_a_body_passes_whole_and_no_byte_after_it() -> None:
    got: list[bytes] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        got.append(await reader.readexactly(300_000))
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await writer.drain()
        got.append(await reader.read())

    body = bytes(range(256)) * 1200
    async with Site(take) as site, Proxy(f"localhost:{site.port}") as proxy:
        request = plain(site.port, "Content-Length: 300000", method="POST", host="localhost", body=body[:300_000])
        async with proxy.connect() as (reader, writer), asyncio.timeout(5):
            writer.write(request + b"GET http://smuggled/ HTTP/1.1\r\n\r\n")
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 204")
            writer.close()
        await eventually_async(lambda: len(got) == 2)
    assert got == [body[:300_000], b""]


async def test_a_chunked_body_passes_as_it_is() -> None:
    chunked = b"5\r\nhello\r\n6;x=1\r\n world\r\n0\r\nTrailer: 1\r\n\r\n"
    got: list[bytes] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        got.append(await reader.readexactly(len(chunked)))
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    async with Site(take) as site, Proxy(f"127.0.0.1:{site.port}") as proxy:
        answer = await proxy.get(plain(site.port, "Transfer-Encoding: chunked", method="POST", body=chunked))
    assert got == [chunked]
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")


async def test_a_tunnel_carries_bytes_both_ways() -> None:
    sent = bytes(range(256)) * 40_000
    async with Site(echo) as site, Proxy(f"127.0.0.1:{site.port}") as proxy:
        async with proxy.tunnel("127.0.0.1", site.port) as (reader, writer), asyncio.timeout(20):
            writer.write(sent)
            assert await reader.readexactly(len(sent)) == sent
            writer.write_eof()
            assert await reader.read() == b""
        assert (proxy.forwarder.bytes_out, proxy.forwarder.bytes_in) == (len(sent), len(sent))


async def test_a_slow_reader_holds_up_the_sender_and_not_the_memory() -> None:
    written = 0

    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal written
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()
            written += 65536

    async with (
        Site(flood) as site,
        Proxy(f"127.0.0.1:{site.port}") as proxy,
        proxy.tunnel("127.0.0.1", site.port) as (reader, _),
    ):
        seen: list[int] = []
        # Until nothing moves any more: five looks with the same answer.
        await eventually_async(lambda: seen.append(written) or (len(seen) > 5 and len(set(seen[-5:])) == 1))
        assert 0 < written < 16 * 2**20
        assert await reader.readexactly(1_000_000) == b"x" * 1_000_000


async def test_when_the_site_ends_a_tunnel_the_browser_gets_everything_first() -> None:
    async def give(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"x" * 5_000_000)
        await writer.drain()

    async with (
        Site(give) as site,
        Proxy(f"127.0.0.1:{site.port}") as proxy,
        proxy.tunnel("127.0.0.1", site.port) as (reader, _),
        asyncio.timeout(10),
    ):
        assert len(await reader.readexactly(5_000_000)) == 5_000_000


async def test_a_browser_that_leaves_takes_its_upstream_connection_along() -> None:
    ended = asyncio.Event()

    async def wait(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        ended.set()

    async with Site(wait) as site, Proxy(f"127.0.0.1:{site.port}") as proxy:
        async with proxy.connect() as (_, writer):
            writer.write(plain(site.port))
            await eventually_async(lambda: site.connections)
            writer.transport.abort()
        async with asyncio.timeout(5):
            await ended.wait()


async def test_a_refused_page_says_why_and_which_setting_opens_it() -> None:
    async with Site() as site, Proxy() as proxy:
        answer = await proxy.get(plain(site.port))
    head, _, page = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 403 Forbidden\r\n")
    assert b"text/html" in head
    assert f"BROWSERGRID_EGRESS_ALLOW=127.0.0.1:{site.port}" in page.decode()
    assert site.connections == 0
    assert proxy.forwarder.refused == 1


async def test_a_refused_tunnel_and_a_blocked_port_never_connect() -> None:
    async with Site() as site, Proxy("127.0.0.0/8", blocked=(HostPort("127.0.0.1", site.port),)) as proxy:
        for host in ("127.0.0.1", "localhost", "127.1", "2130706433", "[::ffff:127.0.0.1]", "0.0.0.0"):
            answer = await proxy.get(f"CONNECT {host}:{site.port} HTTP/1.1\r\n\r\n".encode())
            assert answer.startswith(b"HTTP/1.1 403"), host
        assert (await proxy.get(plain(site.port))).startswith(b"HTTP/1.1 403")
    assert site.connections == 0


async def test_hostile_names_in_a_refusal_are_escaped() -> None:
    async with Proxy() as proxy:
        answer = await proxy.get(b"GET http://<script>alert(1)</script>/ HTTP/1.1\r\n\r\n")
    assert b"<script>" not in answer
    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 502"))


async def test_what_cannot_be_resolved_or_reached_is_a_bad_gateway() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        async with Proxy(f"127.0.0.1:{port}") as proxy:
            assert b"refused the connection" in await proxy.get(plain(port))
            answer = await proxy.get(b"GET http://no-such-name.invalid/ HTTP/1.1\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 502")
    assert b"could not be resolved" in answer


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET ftp://x/ HTTP/1.1\r\n\r\n",
        b"GET http://user@x/ HTTP/1.1\r\n\r\n",
        b"GET http://x:99999/ HTTP/1.1\r\n\r\n",
        b"GET http://x/ HTTP/2.0\r\n\r\n",
        b"CONNECT x HTTP/1.1\r\n\r\n",
        b"CONNECT x:0 HTTP/1.1\r\n\r\n",
        b"CONNECT http://x:1 HTTP/1.1\r\n\r\n",
        b"garbage\r\n\r\n",
        b"\r\n\r\n",
        b"\x16\x03\x01\x00\r\n\r\n",
        b"POST http://x/ HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST http://x/ HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST http://x/ HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n\r\n",
        b"POST http://x/ HTTP/1.1\r\nContent-Length: +1\r\n\r\n",
        b"GET http://x/ HTTP/1.1\r\nBad Header: 1\r\n\r\n",
        b"GET http://x/ HTTP/1.1\r\nX: a\r\n folded\r\n\r\n",
        b"GET http://x/ HTTP/1.1\r\nX: a\nY: b\r\n\r\n",
    ],
)
async def test_malformed_requests_are_refused(request_bytes: bytes) -> None:
    async with Proxy() as proxy:
        assert (await proxy.get(request_bytes)).startswith(b"HTTP/1.1 400 ")


async def test_a_head_without_end_is_refused() -> None:
    async with Proxy() as proxy:
        answer = await proxy.get(b"GET http://x/ HTTP/1.1\r\nX: " + b"a" * 1_000_000)
    assert answer.startswith(b"HTTP/1.1 431 ")


async def test_an_answer_that_is_no_http_is_a_bad_gateway() -> None:
    async def mumble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"220 mail.example ESMTP\r\n\r\n")

    async with Site(mumble) as site, Proxy(f"127.0.0.1:{site.port}") as proxy:
        assert (await proxy.get(plain(site.port))).startswith(b"HTTP/1.1 502")


class StrictProxy(Site):
    """An upstream proxy that wants a password and answers every request itself."""

    def __init__(self, password: str = "pa@ss") -> None:
        super().__init__(self.answer)
        self._wanted = b"Proxy-Authorization: Basic " + base64.b64encode(f"user:{password}".encode())

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.heads.append(head)
        if self._wanted not in head:
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        elif head.startswith(b"CONNECT "):
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            await echo(reader, writer)
        else:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nproxied")
        await writer.drain()


async def test_an_upstream_proxy_gets_its_password_for_both_kinds_of_request() -> None:
    async with StrictProxy() as upstream:
        through = UpstreamProxy("127.0.0.1", upstream.port, "user", "pa@ss")
        async with Proxy(f"127.0.0.1:{upstream.port}", "*:7", upstream=through) as proxy:
            request = b"GET http://localhost:7/x HTTP/1.1\r\nHost: localhost:7\r\n\r\n"
            assert (await proxy.get(request)).endswith(b"proxied")
            async with proxy.tunnel("localhost", 7) as (reader, writer), asyncio.timeout(5):
                writer.write(b"through")
                assert await reader.readexactly(7) == b"through"
    assert upstream.heads[0].startswith(b"GET http://localhost:7/x HTTP/1.1\r\n")
    assert upstream.heads[1].startswith(b"CONNECT localhost:7 HTTP/1.1\r\n")


async def test_a_wrong_password_is_told_without_asking_the_page_for_one() -> None:
    async with StrictProxy("other") as upstream:
        through = UpstreamProxy("127.0.0.1", upstream.port, "user", "pa@ss")
        async with Proxy(f"127.0.0.1:{upstream.port}", "*:7", upstream=through) as proxy:
            for request in (b"GET http://localhost:7/ HTTP/1.1\r\n\r\n", b"CONNECT localhost:7 HTTP/1.1\r\n\r\n"):
                answer = await proxy.get(request)
                assert answer.startswith(b"HTTP/1.1 502")
                assert b"407" in answer
                assert b"pa@ss" not in answer


async def test_an_upstream_proxy_is_a_destination_like_any_other() -> None:
    async with StrictProxy() as upstream:
        through = UpstreamProxy("127.0.0.1", upstream.port, "user", "pa@ss")
        async with Proxy(upstream=through) as proxy:
            assert (await proxy.get(b"GET http://example.com/ HTTP/1.1\r\n\r\n")).startswith(b"HTTP/1.1 403")
    assert upstream.connections == 0


async def test_through_an_upstream_proxy_the_rules_still_hold() -> None:
    async with StrictProxy() as upstream:
        through = UpstreamProxy("127.0.0.1", upstream.port, "user", "pa@ss")
        async with Proxy(f"127.0.0.1:{upstream.port}", upstream=through) as proxy:
            for target in ("169.254.169.254:80", "127.0.0.1:22", "localhost:22", "[::1]:22", "10.0.0.1:80"):
                answer = await proxy.get(f"CONNECT {target} HTTP/1.1\r\n\r\n".encode())
                assert answer.startswith(b"HTTP/1.1 403"), target
    assert upstream.connections == 0


async def test_close_cuts_every_connection() -> None:
    async with (
        Site(echo) as site,
        Proxy(f"127.0.0.1:{site.port}") as proxy,
        proxy.tunnel("127.0.0.1", site.port) as (reader, _),
        asyncio.timeout(5),
    ):
        await proxy.forwarder.close()
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
