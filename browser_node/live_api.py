"""The live half of a browser's use: a view of its pages over a WebSocket, and the same as a video.

Who may watch and who may act was decided by the gateway, which says it in a header; without it one watches.
"""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterator, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from browser_node import access
from browser_node.browser import Browser, NotUsable
from browser_node.devtools import DevtoolsError
from browser_node.errors import ApiError
from browser_node.life import Life
from browser_node.live.messages import Refused
from browser_node.live.stream import Reader
from browser_node.live.viewer import Mode, Viewer
from browser_node.use_api import HOLD_SECONDS, UseApi, unless_gone, usable_with_page
from browser_node.wire import CONNECTION_ID, Phase

logger = logging.getLogger(__name__)

MOST_VIEWERS = 50  # of one browser; and of videos on one node, each of whose browsers takes half a core to encode

_LOOKS, _LOOK_SECONDS = 30, 0.05
_MOST_MESSAGE = 4 * 1024 * 1024


class LiveApi:
    """Every handler finds its browser by name and credential first, as those of `use` do."""

    def __init__(self, use: UseApi) -> None:
        self._use = use
        self._readers: set[Reader] = set()

    def routes(self) -> list[Route | WebSocketRoute]:
        return [
            WebSocketRoute("/browsers/{instance_id}/live", self.live),
            Route("/browsers/{instance_id}/stream.webm", self.stream),
        ]

    def end(self) -> None:
        """The node is asked to end: what has no end of its own gets one."""
        for reader in self._readers:
            reader.end()

    async def live(self, websocket: WebSocket) -> None:
        headers = websocket.headers.raw
        try:
            browser = self._use.find(websocket.path_params["instance_id"], headers)
            name, mode = _name(browser, headers), _mode(headers)
            await websocket.receive()  # websocket.connect
            life = await unless_gone(websocket.receive, _usable(browser, mode, headers))
        except ApiError as error:
            await websocket.send_denial_response(error.response())
            return
        if life is None:
            return
        await websocket.accept()
        view = LiveView(websocket, browser, life, mode)
        holds = mode is Mode.CONTROL and access.header(headers, b"x-browsergrid-hold") == "inputs"
        browser.viewers.open(name, view)
        if browser.life is not life or browser.is_stopping:
            view.close(*browser.farewell())
        if holds:
            browser.hold.take()
        try:
            await view.run()
        finally:
            browser.viewers.ended(name)
            if holds:
                browser.hold.rest(is_lost=not view.was_sent_away)

    async def stream(self, request: Request) -> Response:
        browser = self._use.find(request.path_params["instance_id"], request.headers.raw)
        life = await _usable(browser, Mode.VIEW, request.headers.raw)
        if len(self._readers) >= MOST_VIEWERS:
            raise ApiError(429, "too_many_viewers", f"{MOST_VIEWERS} read videos here already")
        return StreamingResponse(self._video(life), media_type="video/webm", headers={"cache-control": "no-store"})

    async def _video(self, life: Life) -> AsyncIterator[bytes]:
        async with life.video.read() as reader:
            self._readers.add(reader)
            try:
                async for part in reader.parts():
                    yield part
            finally:
                self._readers.discard(reader)


class LiveView:
    """One viewer's socket: what it says to the viewer, what the viewer says to it, and its end.

    Among `Connections` it is what a client's relay is elsewhere.
    """

    bytes_up = 0  # it is no client; nothing is waited for when it leaves

    def __init__(self, websocket: WebSocket, browser: Browser, life: Life, mode: Mode) -> None:
        self._websocket = websocket
        self._browser = browser
        self._life = life
        self._closing: asyncio.Future[tuple[int, str]] = asyncio.get_running_loop().create_future()
        self.viewer = Viewer(
            mode,
            life.pages,
            life.casts,
            path_of=self._path_of,
            send_text=websocket.send_text,
            send_bytes=websocket.send_bytes,
        )

    @property
    def was_sent_away(self) -> bool:
        return self._closing.done() and not self._closing.cancelled()

    async def run(self) -> None:
        """Until the client leaves, is sent away, or the browser is gone."""
        loop = asyncio.get_running_loop()
        tasks: list[asyncio.Future[Any]] = [
            self._closing,
            loop.create_task(self._listen()),
            loop.create_task(self._show()),
        ]
        undo = self._browser.files.listen(self._tell_download), self._browser.capture.hear_inputs(self.viewer.saw_input)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            code, reason = self._closing.result() if self._closing.done() else await self._farewell()
        finally:
            for call in undo:
                call()
            for task in tasks:
                task.cancel()
            for outcome in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(outcome, Exception):
                    logger.error("a live view failed", exc_info=outcome)
        if self._websocket.client_state is WebSocketState.CONNECTED:
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):  # the client left first
                await self._websocket.close(code, reason)

    def close(self, code: int, reason: str) -> None:
        if not self._closing.done():
            self._closing.set_result((code, reason))

    def send_event(self, method: str, params: Mapping[str, Any]) -> bool:
        """Events of our CDP domain are for clients."""
        return False

    async def _farewell(self) -> tuple[int, str]:
        """Why it is over, when it was not we who ended it."""
        if self.viewer.is_slow:
            return 1013, "too slow"
        for _ in range(_LOOKS):  # our connection to the browser is gone, and maybe the browser
            if self._browser.life is not self._life or self._browser.phase is not Phase.RUNNING:
                return self._browser.farewell()
            await asyncio.sleep(_LOOK_SECONDS)
        return 1012, "connect again"

    async def _listen(self) -> None:
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                try:
                    said = await self._websocket.receive_text()
                except KeyError:
                    return self.close(1003, "texts only")
                if len(said) > _MOST_MESSAGE:
                    self.close(1009, "message too long")
                else:
                    await self.viewer.hear(said)

    async def _show(self) -> None:
        with contextlib.suppress(DevtoolsError):  # told by the close code
            async with self._life.pages.held(self.viewer):
                await self.viewer.show()

    def _path_of(self, name: str) -> str:
        """Of a file that the browser was given. Raises Refused."""
        for file in self._browser.files.all():
            if file.name == name and file.path:
                return file.path
        raise Refused(f"There is no uploaded file {name[:100]!r}.")

    def _tell_download(self, line: dict[str, Any]) -> None:
        self.viewer.tell({"type": "download", **{key: line[key] for key in ("name", "bytes", "state")}})


async def _usable(browser: Browser, mode: Mode, headers: access.Headers) -> Life:
    """One who may act finds a page to act on; one who watches changes nothing. Raises ApiError."""
    if mode is Mode.CONTROL:
        return await usable_with_page(browser, headers)
    try:
        return await browser.usable(access.header(headers, b"x-browsergrid-launch"), HOLD_SECONDS)
    except NotUsable as error:
        raise ApiError(error.status, error.code, str(error)) from error


def _mode(headers: access.Headers) -> Mode:
    """Raises ApiError."""
    told = access.header(headers, b"x-browsergrid-live") or Mode.VIEW
    try:
        return Mode(told)
    except ValueError as error:
        raise ApiError(422, "invalid", "X-BrowserGrid-Live must be view or control") from error


def _name(browser: Browser, headers: access.Headers) -> str:
    """Raises ApiError."""
    name = access.header(headers, b"x-browsergrid-connection") or f"con_{secrets.token_hex(8)}"
    if CONNECTION_ID.fullmatch(name) is None:
        raise ApiError(422, "invalid", "X-BrowserGrid-Connection is malformed")
    if name in browser.viewers or name in browser.connections:
        raise ApiError(409, "duplicate_connection", "a connection of this name is open")
    if len(browser.viewers) >= MOST_VIEWERS:
        raise ApiError(429, "too_many_viewers", f"{MOST_VIEWERS} watch this browser already")
    return name
