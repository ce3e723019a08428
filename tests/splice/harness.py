"""Servers, upstreams and raw clients on loopback, for tests of the byte path."""

import asyncio
import contextlib
import os
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import uvicorn
from websockets.asyncio.server import ServerConnection, serve

from splice.entrance import Entrance
from splice.protocol import SpliceProtocol
from splice.upstream import Upstream

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
ACCEPT = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"


async def eventually(claim: Callable[[], Any], seconds: float = 5.0, what: str = "it") -> Any:
    """Wait until `claim()` is true; fail when the time is over."""
    deadline = time.monotonic() + seconds
    while not (value := claim()):
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        await asyncio.sleep(0.005)
    return value


class Gate:
    """An application that lets every client through to `upstream`, and remembers what it was told."""

    def __init__(self, upstream: Upstream | None = None, **message: Any) -> None:
        self.message = {"type": "browsergrid.splice", "upstream": upstream, "path": "/up", **message}
        self.seen: list[dict[str, Any]] = []
        self.scopes: list[dict[str, Any]] = []
        self.send: Any = None

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self.scopes.append(scope)
        self.send = send
        assert (await receive())["type"] == "websocket.connect"
        await send(self.message)
        while True:
            message = await receive()
            self.seen.append(message)
            if message["type"] == "websocket.disconnect":
                return
            await self.told(message, send)

    async def told(self, message: dict[str, Any], send: Any) -> None:
        """For tests that answer."""

    def got(self, kind: str) -> dict[str, Any] | None:
        """The first message of a kind, by the end of its name."""
        return next((each for each in self.seen if each["type"].endswith(kind)), None)


class QuietServer(uvicorn.Server):
    """Leaves the signals of the test process alone, and does not take a tenth of a second to see that it should end."""

    async def main_loop(self) -> None:
        await self.on_tick(0)
        while not self.should_exit:  # noqa: ASYNC110 - uvicorn sets a flag
            await asyncio.sleep(0.005)

    @contextlib.contextmanager
    def capture_signals(self):  # type: ignore[no-untyped-def]
        yield


async def end(server: uvicorn.Server, task: "asyncio.Task[None]") -> None:
    """Now: whoever is still served is cut, also who was let in while it stopped listening."""
    server.should_exit = True
    async with asyncio.timeout(10):
        while not task.done():
            for each in list(server.server_state.tasks):
                each.cancel()
            await asyncio.wait({task}, timeout=0.5)
            for connection in list(server.server_state.connections):
                connection.transport.abort()
    await task


@contextlib.asynccontextmanager
async def serving(app: Any, *, drain: float = 5.0, **options: Any) -> AsyncIterator["Served"]:
    """A real uvicorn on a free port; paths that begin with /s are spliced."""
    protocol = type(
        "TestedProtocol",
        (SpliceProtocol,),
        {"routes": staticmethod(lambda path, host: path.startswith(b"/s")), "drain_seconds": drain},
    )
    usual = {"port": 0, "lifespan": "off", "http": Entrance, "ws": protocol, "log_config": None}
    config = uvicorn.Config(app, **{**usual, **options})
    server = QuietServer(config)
    task = asyncio.create_task(server.serve())
    await eventually(lambda: server.started or task.done())
    served = Served(server, task)
    try:
        yield served
    finally:
        await served.stop()


class Served:
    def __init__(self, server: uvicorn.Server, task: "asyncio.Task[None]") -> None:
        self.server, self.task = server, task
        self.state = server.server_state
        self.host, self.port = server.servers[0].sockets[0].getsockname()[:2]

    def url(self, path: str = "/s") -> str:
        return f"ws://{self.host}:{self.port}{path}"

    async def stop(self) -> None:
        await end(self.server, self.task)


@contextlib.asynccontextmanager
async def websocket_upstream(
    handler: Callable[[ServerConnection], Awaitable[None]] | None = None, **options: Any
) -> AsyncIterator[Upstream]:
    """A WebSocket server; without a handler it echoes."""

    async def echo(connection: ServerConnection) -> None:
        async for message in connection:
            await connection.send(message)

    defaults = {"max_size": None, "compression": None, "ping_interval": None, "close_timeout": 0.2}
    async with serve(handler or echo, "127.0.0.1", 0, **{**defaults, **options}) as server:
        yield Upstream(host="127.0.0.1", port=server.sockets[0].getsockname()[1])


class Talk:
    """One raw connection, of either side."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes = b"") -> None:
        self.reader, self.writer, self.head = reader, writer, head

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def read(self, size: int) -> bytes:
        async with asyncio.timeout(10):
            return await self.reader.readexactly(size)

    async def rest(self) -> bytes:
        """All until the other side ends, or resets."""
        data = b""
        async with asyncio.timeout(10):
            with contextlib.suppress(ConnectionError):
                while chunk := await self.reader.read(65536):
                    data += chunk
        return data

    async def frame(self) -> tuple[int, bytes]:
        """The next frame's first byte and payload, unmasked."""
        first, second = await self.read(2)
        size = second & 127
        if size == 126:
            (size,) = struct.unpack(">H", await self.read(2))
        elif size == 127:
            (size,) = struct.unpack(">Q", await self.read(8))
        mask = await self.read(4) if second & 128 else b""
        payload = await self.read(size)
        return first, xor(payload, mask) if mask else payload

    async def close(self) -> None:
        self.writer.close()
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()

    def reset(self) -> None:
        self.writer.transport.abort()


@contextlib.asynccontextmanager
async def raw_upstream(*, answer: bytes = ACCEPT, **where: Any) -> AsyncIterator["RawUpstream"]:
    """Accepts connections, answers each upgrade with `answer`, and leaves the rest to the test."""
    upstream = RawUpstream(answer)
    if "path" in where:
        server = await asyncio.start_unix_server(upstream.accept, where["path"])
        upstream.address = Upstream(path=where["path"])
    else:
        server = await asyncio.start_server(upstream.accept, where.get("host", "127.0.0.1"), 0)
        host, port = server.sockets[0].getsockname()[:2]
        upstream.address = Upstream(host=host, port=port)
    try:
        yield upstream
    finally:
        server.close()
        for talk in upstream.talks:
            talk.writer.transport.abort()


class RawUpstream:
    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.talks: list[Talk] = []
        self.address = Upstream(host="none", port=1)

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if self.answer:
            writer.write(self.answer)
        self.talks.append(Talk(reader, writer, head))

    async def talk(self) -> Talk:
        """The oldest connection."""
        await eventually(lambda: self.talks, what="a connection to the upstream")
        return self.talks[0]


def upgrade(path: str = "/s", headers: str = "") -> bytes:
    """A client's upgrade request."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: grid.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n{headers}\r\n"
    ).encode()


async def dialed(served: Served, request: bytes | None = None) -> Talk:
    """A client that has sent its upgrade and read nothing."""
    reader, writer = await asyncio.open_connection(served.host, served.port, limit=2**20)
    writer.write(request or upgrade())
    return Talk(reader, writer)


async def joined(served: Served, request: bytes | None = None) -> Talk:
    """A client that was let in."""
    talk = await dialed(served, request)
    async with asyncio.timeout(10):
        talk.head = await talk.reader.readuntil(b"\r\n\r\n")
    assert talk.head.startswith(b"HTTP/1.1 101"), talk.head
    return talk


async def refused(talk: Talk) -> tuple[int, str, bytes]:
    """Status, status text and body of a refusal, after which the connection ended."""
    head, _, body = (await talk.rest()).partition(b"\r\n\r\n")
    _, status, phrase = head.split(b"\r\n")[0].decode().split(" ", 2)
    return int(status), phrase, body


def masked(payload: bytes, *, first: int = 0x81, mask: bytes = b"") -> bytes:
    """A client's frame."""
    mask = mask or os.urandom(4)
    return frame(payload, first=first, flag=0x80, mask=mask) + xor(payload, mask)


def frame(payload: bytes, *, first: int = 0x81, flag: int = 0, mask: bytes = b"") -> bytes:
    """A server's frame; with a flag only its header."""
    size = len(payload)
    if size < 126:
        head = bytes((first, flag | size))
    elif size < 65536:
        head = bytes((first, flag | 126)) + struct.pack(">H", size)
    else:
        head = bytes((first, flag | 127)) + struct.pack(">Q", size)
    return head + mask if flag else head + payload


def xor(payload: bytes, mask: bytes) -> bytes:
    key = (mask * (len(payload) // 4 + 1))[: len(payload)]
    return (int.from_bytes(payload, "little") ^ int.from_bytes(key, "little")).to_bytes(len(payload), "little")
