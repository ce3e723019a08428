"""A node that says what a test wants, on a unix socket: its documents, CDP sockets (they echo), side channel."""

import asyncio
import json
from collections.abc import MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import uvicorn

from tests.splice.harness import QuietServer, end, eventually

Message = MutableMapping[str, Any]


@dataclass
class Socket:
    """One CDP client as the node sees it."""

    path: str
    headers: dict[str, str]
    send: Any
    received: list[str] = field(default_factory=list)
    closed: asyncio.Event = field(default_factory=asyncio.Event)


class FakeNode:
    def __init__(self, path: Path) -> None:
        self.address = f"unix:{path}"
        self.path = path
        self.sockets: dict[str, Socket] = {}
        self.channels: list[Any] = []
        self.answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.said: list[dict[str, Any]] = []  # events for clients, and word that an answer takes its time
        self.goodbyes: list[tuple[str, int, str]] = []
        self.refusal: int = 0  # a status for every upgrade and every stream
        self.is_deaf = False  # asked to close a client, it does nothing
        self.document: Any = []
        self.video: list[bytes] = []  # pieces of a stream that then stays open
        self.requests: list[tuple[str, str, dict[str, str]]] = []

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            return
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.requests.append((scope.get("method", "WS"), scope["path"], headers))
        if scope["type"] == "websocket":
            await receive()
            await (self._channel if scope["path"].endswith("/events") else self._client)(scope, headers, receive, send)
        elif scope["path"].endswith("/stream.webm") and self.refusal:
            await _respond(send, self.refusal, b"")
        elif scope["path"].endswith("/stream.webm"):
            await _stream(send, receive, self.video)
        elif scope["method"] == "DELETE":
            query = parse_qs(scope["query_string"].decode())
            name = scope["path"].rsplit("/", 1)[1]
            code, reason = int(query["code"][0]), query.get("reason", [""])[0]
            self.goodbyes.append((name, code, reason))
            if not self.is_deaf and name in self.sockets:
                await self.sockets[name].send({"type": "websocket.close", "code": code, "reason": reason})
            await _respond(send, 204, b"")
        else:
            await _respond(send, 200, json.dumps(self.document).encode())

    async def command(self, connection: str, method: str, **params: Any) -> dict[str, Any]:
        """A client's `BrowserGrid.*` command, sent to the gateway; its answer."""
        number = len(self.answers) + 1
        self.answers[number] = asyncio.get_running_loop().create_future()
        question = {"connection": connection, "request": number, "method": method, "params": params}
        await self.channels[-1]({"type": "websocket.send", "text": json.dumps(question)})
        async with asyncio.timeout(5):
            return await self.answers[number]

    async def _client(self, scope: Message, headers: dict[str, str], receive: Any, send: Any) -> None:
        if self.refusal:
            await send({"type": "websocket.http.response.start", "status": self.refusal, "headers": []})
            await send({"type": "websocket.http.response.body", "body": b""})
            return
        socket = Socket(scope["path"], headers, send)
        self.sockets[headers["x-browsergrid-connection"]] = socket
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            text = message.get("text") or ""
            socket.received.append(text)
            await send({"type": "websocket.send", "text": text})
        socket.closed.set()

    async def _channel(self, scope: Message, headers: dict[str, str], receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept"})
        self.channels.append(send)
        while (message := await receive())["type"] == "websocket.receive":
            answer = json.loads(message["text"])
            if "event" in answer or answer.get("is_pending"):
                self.said.append(answer)
            else:
                self.answers[answer["request"]].set_result(answer)
        self.channels.remove(send)


@asynccontextmanager
async def fake_node(directory: Path):  # type: ignore[no-untyped-def]
    node = FakeNode(directory / "node.sock")
    config = uvicorn.Config(
        node, uds=str(node.path), lifespan="off", log_config=None, ws="websockets-sansio", ws_ping_interval=None
    )
    server = QuietServer(config)
    task = asyncio.create_task(server.serve())
    await eventually(lambda: server.started or task.done())
    try:
        yield node
    finally:
        await end(server, task)


async def _stream(send: Any, receive: Any, pieces: list[bytes]) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"video/webm")]})
    for piece in pieces:
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    while (await receive())["type"] != "http.disconnect":
        pass


async def _respond(send: Any, status: int, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": body})
