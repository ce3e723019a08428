"""splice.bounded: requests whose heads do not end, in bytes or in time."""

import asyncio

import pytest
from websockets.asyncio.client import connect

from splice import bounded
from splice.bounded import BoundedHttp
from splice.entrance import Entrance
from splice.request import HEAD_LIMIT
from tests.splice.harness import Gate, Served, serving, websocket_upstream

pytestmark = [pytest.mark.asyncio, pytest.mark.parametrize("http", [BoundedHttp, Entrance])]


async def counting(scope, receive, send):
    """Answers with the length of the body."""
    length, more = 0, True
    while more:
        message = await receive()
        length += len(message.get("body", b""))
        more = message.get("more_body", False)
    body = b"%d" % length
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


async def said(served: Served, *pieces: bytes) -> bytes:
    """All that the server answers before it closes, or pauses."""
    reader, writer = await asyncio.open_connection(served.host, served.port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        async with asyncio.timeout(5):
            return await reader.readuntil(b"\r\n\r\n") + await reader.read(100)
    finally:
        writer.close()


async def test_an_ordinary_request_is_served_and_the_connection_kept(http):
    request = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n" + b"a" * 300_000
    async with serving(counting, http=http) as served:
        for _ in range(3):
            assert b"300000" in await said(served, request)
        reader, writer = await asyncio.open_connection(served.host, served.port)
        for _ in range(20):
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nX-Pad: %b\r\n\r\n" % (b"a" * 10_000))
            assert b"200 OK" in await reader.readuntil(b"\r\n\r\n")
            assert await reader.readexactly(1) == b"0"
        writer.close()


async def test_requests_that_come_together_are_all_served(http):
    async with serving(counting, http=http) as served:
        reader, writer = await asyncio.open_connection(served.host, served.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 50)
        for _ in range(50):
            assert b"200 OK" in await reader.readuntil(b"\r\n\r\n")
            assert await reader.readexactly(1) == b"0"
        writer.close()


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"a" * HEAD_LIMIT + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Pad: " + b"a" * HEAD_LIMIT + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-Pad: aaaaaaaa\r\n" * 2500 + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Pad: " + b"a" * 10 * HEAD_LIMIT,  # without an end
    ],
)
async def test_a_head_beyond_the_limit_is_refused(head, http):
    async with serving(counting, http=http) as served:
        assert (await said(served, head)).startswith(b"HTTP/1.1 431 ")


async def test_what_frames_a_body_is_bounded_too(http):
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    trailers = b"0\r\nX-Pad: " + b"a" * (bounded.FRAMING_LIMIT + 300_000)
    async with serving(counting, http=http) as served:
        assert b"1000" in await said(served, head, b"1\r\na\r\n" * 1000, b"0\r\n\r\n")
        assert (await said(served, head, trailers)).startswith(b"HTTP/1.1 431 ")


async def test_a_head_that_does_not_come_is_not_waited_for(monkeypatch, http):
    monkeypatch.setattr(bounded, "HEAD_SECONDS", 0.2)
    async with serving(counting, http=http) as served:
        for piece in (b"", b"GET / HTTP/1.1\r\nHost: x\r\n"):
            reader, writer = await asyncio.open_connection(served.host, served.port)
            writer.write(piece)
            async with asyncio.timeout(5):
                assert await reader.read() == b""
            writer.close()


async def test_upgrades_are_handed_over_and_not_cut(monkeypatch, http):
    monkeypatch.setattr(bounded, "HEAD_SECONDS", 0.2)
    async with (
        websocket_upstream() as upstream,
        serving(Gate(upstream), http=http) as served,
        connect(served.url(), compression=None, max_size=None) as client,
    ):
        async with asyncio.timeout(5):
            for _ in range(5):
                await client.send("a" * 500_000)
                assert len(await client.recv()) == 500_000
                await asyncio.sleep(0.1)  # longer than a head may take, all in all
