"""A small CDP client for tests, over a node's WebSocket: `send` a command, read events, see the close code."""

import asyncio
import itertools
import json
from types import TracebackType
from typing import Any

import websockets
from websockets.asyncio.client import ClientConnection

from browser_node.wire import LaunchSpec
from tests.support.node import RunningNode

ANSWER_SECONDS = 15.0


def headers(spec: LaunchSpec, connection: str = "", launch: str = "") -> dict[str, str]:
    """What a gateway sends to the node."""
    told = {"Authorization": f"Bearer {spec.credential}"}
    if connection:
        told["X-BrowserGrid-Connection"] = connection
    if launch:
        told["X-BrowserGrid-Launch"] = launch
    return told


class Cdp:
    """`async with await Cdp.connect(node, spec) as cdp`."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.events: list[dict[str, Any]] = []
        self._ids = itertools.count(1)

    @classmethod
    async def connect(
        cls,
        node: RunningNode,
        spec: LaunchSpec,
        path: str = "devtools/browser",
        *,
        connection: str = "",
        launch: str = "",
    ) -> "Cdp":
        url = node.websocket_url(spec.instance_id, path)
        told = headers(spec, connection, launch)
        return cls(
            await websockets.connect(
                url, additional_headers=told, max_size=None, compression=None, ping_interval=None, open_timeout=60
            )
        )

    async def __aenter__(self) -> "Cdp":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.socket.close()

    async def ask(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        """The whole reply, result or error."""
        number = next(self._ids)
        message = {"id": number, "method": method, "params": params, **({"sessionId": session} if session else {})}
        await self.socket.send(json.dumps(message))
        async with asyncio.timeout(ANSWER_SECONDS):
            while True:
                reply: dict[str, Any] = json.loads(await self.socket.recv())
                if reply.get("id") == number:
                    return reply
                self.events.append(reply)

    async def send(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        """The result; an error fails the test."""
        reply = await self.ask(method, session, **params)
        assert "error" not in reply, f"{method}: {reply['error']}"
        result: dict[str, Any] = reply["result"]
        return result

    async def pages(self) -> list[dict[str, Any]]:
        targets = (await self.send("Target.getTargets"))["targetInfos"]
        return [target for target in targets if target["type"] == "page"]

    async def page(self) -> str:
        """The session of the first page."""
        (target, *_) = await self.pages()
        return str((await self.send("Target.attachToTarget", targetId=target["targetId"], flatten=True))["sessionId"])

    async def evaluate(self, session: str, expression: str) -> Any:
        answer = await self.send(
            "Runtime.evaluate", session, expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def goto(self, session: str, url: str) -> str:
        """Navigate and wait for the load; the page's text."""
        await self.send("Page.enable", session)
        self.events.clear()
        await self.send("Page.navigate", session, url=url)
        async with asyncio.timeout(ANSWER_SECONDS):
            while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
                self.events.append(json.loads(await self.socket.recv()))
        return str(await self.evaluate(session, "document.body ? document.body.innerText : ''"))

    async def closed(self) -> tuple[int, str]:
        """The close code and reason, once the other side has closed."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                while True:
                    await self.socket.recv()
        except websockets.ConnectionClosed as end:
            return (end.rcvd.code, end.rcvd.reason) if end.rcvd else (1006, "")
