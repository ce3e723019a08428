"""A live view of a browser without a screen: what it was told, the frames it got, and hands to act with."""

import asyncio
import json
import struct
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import websockets
from websockets.asyncio.client import ClientConnection

from browser_node.wire import LaunchSpec
from tests.support.cdp import headers
from tests.support.eventually import eventually_async
from tests.support.node import RunningNode

HEADER = struct.Struct(">IdHH")


@dataclass(frozen=True)
class Seen:
    """A frame, and when it came."""

    number: int
    at: float
    width: int
    height: int
    jpeg: bytes
    came: float


def metric(node: RunningNode, spec: LaunchSpec, name: str) -> float:
    """One of the node's figures about one browser."""
    start = f'browsergrid_{name}{{instance="{spec.instance_id}"}} '
    lines = node.client.metrics().splitlines()
    return next(float(line.removeprefix(start)) for line in lines if line.startswith(start))


class Live:
    """`async with Live.open(node, spec, control=True) as live`; reads all the time."""

    def __init__(self, socket: ClientConnection, *, says_seen: bool = False) -> None:
        self.socket = socket
        self.frames: list[Seen] = []
        self.told: list[dict[str, Any]] = []
        self.end: tuple[int, str] | None = None
        self._says_seen = says_seen
        self._reading = asyncio.get_running_loop().create_task(self._read())

    @classmethod
    async def open(
        cls,
        node: RunningNode,
        spec: LaunchSpec,
        *,
        control: bool = False,
        holds: bool = False,
        name: str = "",
        says_seen: bool = False,
    ) -> "Live":
        told = headers(spec, name) | ({"X-BrowserGrid-Live": "control"} if control else {})
        told |= {"X-BrowserGrid-Hold": "inputs"} if holds else {}
        url = node.websocket_url(spec.instance_id, "live")
        return cls(
            await websockets.connect(url, additional_headers=told, max_size=None, open_timeout=60), says_seen=says_seen
        )

    async def __aenter__(self) -> "Live":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.socket.close()
        await self._reading

    async def say(self, _type: str, **fields: Any) -> None:
        await self.socket.send(json.dumps({"type": _type, **fields}))

    async def heard(self, _type: str, **fields: Any) -> dict[str, Any]:
        """The last message of that kind and with those fields, as soon as there is one."""

        found = await eventually_async(
            lambda: self.last(_type, **fields), what=lambda: f"a message {_type} {fields} among {self.told}"
        )
        assert found is not None
        return found

    def last(self, _type: str, **fields: Any) -> dict[str, Any] | None:
        for message in reversed(self.told):
            if message["type"] == _type and fields.items() <= message.items():
                return message
        return None

    def pages(self) -> set[str]:
        """Those the browser has now, as last told."""
        return {page["id"] for page in (self.last("pages") or {"pages": []})["pages"]}

    def shown(self) -> str:
        """The page that is shown now, as last told."""
        return (self.last("page") or {"id": ""})["id"]

    async def frame(self, *, after: int = 0) -> Seen:
        """The last frame, as soon as there are more than `after`."""
        await eventually_async(lambda: len(self.frames) > after, what="a frame")
        return self.frames[-1]

    async def click(self, x: float, y: float) -> None:
        for kind, buttons in (("move", 0), ("down", 1), ("up", 0)):
            await self.say("mouse", kind=kind, x=x, y=y, button="left", buttons=buttons, clicks=1)

    async def press(self, key: str, code: str = "", *, number: int = 0, text: str = "", modifiers: int = 0) -> None:
        for kind in ("down", "up"):
            await self.say("key", kind=kind, key=key, code=code, keyCode=number, text=text, modifiers=modifiers)

    async def _read(self) -> None:
        try:
            async for message in self.socket:
                if isinstance(message, bytes):
                    self.frames.append(Seen(*HEADER.unpack_from(message), message[HEADER.size :], time.time()))
                    if self._says_seen:
                        await self.say("seen", seq=self.frames[-1].number)
                else:
                    self.told.append(json.loads(message))
        except websockets.ConnectionClosed:
            pass  # the code is kept below
        self.end = (self.socket.close_code or 1006, self.socket.close_reason or "")
