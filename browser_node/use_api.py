"""The use half of the node's API (a browser's own credential): Chrome's documents, CDP sockets, the side channel."""

import asyncio
import contextlib
import functools
import json
import re
import secrets
import time
from collections.abc import Coroutine, Mapping
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from browser_node import access, cdp, discovery
from browser_node.browser import Browser, NotUsable
from browser_node.browsers import Browsers
from browser_node.cdp import CdpError
from browser_node.devtools import DevtoolsError
from browser_node.errors import ApiError, unauthorised, unknown_browser
from browser_node.life import Life
from browser_node.life_api import close_reason
from browser_node.relay import Relay
from browser_node.side_channel import SideChannel
from browser_node.wire import CONNECTION_ID
from splice.upstream import Upstream

HOLD_SECONDS = 60.0
_DIAL_SECONDS = 15.0
_TARGET = re.compile(r"[A-Za-z0-9-]{1,64}")
_SPLICED = re.compile(rb"/browsers/[^/]+/devtools/.*")


def is_spliced(raw_path: bytes, host: bytes) -> bool:
    """The addresses whose WebSockets are joined to Chromium rather than served here."""
    return _SPLICED.fullmatch(raw_path.partition(b"?")[0]) is not None


class UseApi:
    """Every handler finds its browser by name and credential first."""

    def __init__(self, browsers: Browsers) -> None:
        self._browsers = browsers

    def routes(self) -> list[Route | WebSocketRoute]:
        return [
            Route("/browsers/{instance_id}/json/{what}", self.document),
            Route("/browsers/{instance_id}/connections/{connection}", self.close_connection, methods=["DELETE"]),
            WebSocketRoute("/browsers/{instance_id}/events", self.events),
            WebSocketRoute("/browsers/{instance_id}/devtools/{path:path}", DevtoolsEndpoint(self)),
        ]

    def find(self, instance_id: str, headers: access.Headers) -> Browser:
        """Raises ApiError."""
        browser = self._browsers.get(instance_id)
        if browser is None:
            raise unknown_browser()
        if not access.matches(headers, browser.spec.credential):
            raise unauthorised()
        return browser

    async def document(self, request: Request) -> Response:
        browser = self.find(request.path_params["instance_id"], request.headers.raw)
        what = request.path_params["what"].rstrip("/")
        if what not in discovery.DOCUMENTS:
            raise ApiError(404, "unknown_document", "Chrome has no such document here")
        life = await usable_with_page(browser, request.headers.raw)
        try:
            document = await life.document(what)
        except (OSError, ValueError) as error:
            raise ApiError(503, "browser_unreachable", "the browser did not answer") from error
        return Response(document.body, document.status, {"content-type": document.content_type})

    async def close_connection(self, request: Request) -> Response:
        browser = self.find(request.path_params["instance_id"], request.headers.raw)
        code, reason = close_reason(request, default=4001)
        name = request.path_params["connection"]
        if not any(each.close(name, code, reason) for each in (browser.connections, browser.viewers)):
            raise ApiError(404, "unknown_connection", "no such connection is open")
        return Response(status_code=204)

    async def events(self, websocket: WebSocket) -> None:
        headers = websocket.headers.raw
        try:
            browser = self.find(websocket.path_params["instance_id"], headers)
        except ApiError as error:
            await websocket.send_denial_response(error.response())
            return
        await websocket.accept()

        async def send(text: str) -> None:
            if websocket.application_state is not WebSocketState.CONNECTED:
                raise ConnectionResetError("the gateway is gone")
            try:
                await websocket.send_text(text)
            except (RuntimeError, WebSocketDisconnect) as error:
                raise ConnectionResetError("the gateway is gone") from error

        def on_event(connection: str, event: str, params: dict[str, Any]) -> None:
            browser.connections.send_event(connection, event, params)

        channel = SideChannel(access.header(headers, b"x-browsergrid-gateway"), send, on_event)
        browser.channels.open(channel)
        try:
            with contextlib.suppress(WebSocketDisconnect):
                while True:
                    channel.hear(await websocket.receive_text())
        finally:
            browser.channels.ended(channel)


class DevtoolsEndpoint:
    """An upgrade to CDP: held until the browser is usable, then handed to the server with a relay in between."""

    def __init__(self, api: UseApi) -> None:
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        try:
            await self._connect(scope, receive, send)
        except ApiError as error:
            await _refuse(send, error)

    async def _connect(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = scope["headers"]
        browser = self._api.find(scope["path_params"]["instance_id"], headers)
        name = access.header(headers, b"x-browsergrid-connection") or f"con_{secrets.token_hex(8)}"
        if CONNECTION_ID.fullmatch(name) is None:
            raise ApiError(422, "invalid", "X-BrowserGrid-Connection is malformed")
        if name in browser.connections:
            raise ApiError(409, "duplicate_connection", "a connection of this name is open")
        life = await unless_gone(receive, usable_with_page(browser, headers))
        if life is None:
            return
        path = _upstream_path(scope, life)
        gateway = access.header(headers, b"x-browsergrid-gateway")

        async def on_command(connection: str, message: dict[str, Any]) -> Mapping[str, Any] | CdpError:
            params = message.get("params")
            known = params if isinstance(params, dict) else {}
            return await _ask(browser, gateway, connection, str(message["method"]), known)

        rewrite = functools.partial(cdp.with_downloads_to, browser.files.downloads)
        relay = Relay(name, on_command, browser.farewell, rewrite=rewrite)
        splice = {
            "type": "browsergrid.splice",
            "upstream": Upstream(connect=life.connect),
            "path": path,
            "headers": [],
            "timeout": _DIAL_SECONDS,
            "relay": relay,
        }
        opened = False
        browser.hold.joined(relay)
        browser.capture.joined(name, relay, path.removeprefix("/devtools/page/") if "/page/" in path else "")
        try:
            async with life.dials:
                await send(splice)
                told = await receive()
            opened = told["type"] == "browsergrid.splice.open"
            if opened:
                browser.connections.open(name, relay)
                if browser.is_stopping:
                    relay.close(*browser.farewell())
            elif told["type"] == "browsergrid.splice.failed":
                await _pass_refusal(send, told)
            while told["type"] != "websocket.disconnect":
                told = await receive()
        finally:
            browser.hold.left(relay)
            browser.capture.left(name)
            if opened:
                browser.connections.ended(name)


async def _ask(
    browser: Browser, gateway: str, connection: str, method: str, params: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The gateway, on behalf of a client, which is kept like any other command. Raises CdpError."""
    began, problem = time.time(), ""
    try:
        answer = await browser.channels.ask(gateway, connection, method, params)
    except CdpError as error:
        problem = error.message
        raise
    finally:
        browser.capture.commanded(connection, method, began, problem)
    if method == "BrowserGrid.mark":
        browser.capture.mark(str(params.get("label", "")))
    return answer


async def usable_with_page(browser: Browser, headers: access.Headers) -> Life:
    """The wanted launch, alive, with a page in it. Raises ApiError."""
    wanted = access.header(headers, b"x-browsergrid-launch")
    try:
        life = await browser.usable(wanted, HOLD_SECONDS)
        await browser.connections.settled()
        await life.supervisor.hand_out_page()
    except NotUsable as error:
        raise ApiError(error.status, error.code, str(error)) from error
    except DevtoolsError as error:
        raise ApiError(503, "browser_unreachable", "the browser did not answer") from error
    return life


def _upstream_path(scope: Scope, life: Life) -> str:
    """`browser/…` means this browser, whatever follows; a page is Chromium's to know. Raises ApiError."""
    path = unquote(scope["path_params"]["path"]).strip("/")
    kind, _, target = path.partition("/")
    if kind == "browser":
        return life.version.path
    if kind == "page" and _TARGET.fullmatch(target):
        return f"/devtools/page/{target}"
    raise ApiError(404, "unknown_target", "there is no such DevTools address")


async def unless_gone(receive: Receive, holding: Coroutine[Any, Any, Life]) -> Life | None:
    """What we hold the caller for; None when it leaves meanwhile."""
    loop = asyncio.get_running_loop()
    # Before the splice the only thing to be told is that the caller has left.
    gone, held = loop.create_task(_told(receive)), loop.create_task(holding)
    try:
        await asyncio.wait((gone, held), return_when=asyncio.FIRST_COMPLETED)
        return None if gone.done() else await held
    finally:
        gone.cancel()
        held.cancel()
        await asyncio.gather(gone, held, return_exceptions=True)


async def _told(receive: Receive) -> Message:
    return await receive()


async def _pass_refusal(send: Send, failed: Message) -> None:
    if failed["status"] is None:
        await _refuse(send, ApiError(502, "browser_unreachable", "the browser did not answer"))
    else:
        await _respond(send, failed["status"], b"text/plain; charset=utf-8", failed["body"])


async def _refuse(send: Send, error: ApiError) -> None:
    await _respond(send, error.status, b"application/json", json.dumps(error.body).encode())


async def _respond(send: Send, status: int, content_type: bytes, body: bytes) -> None:
    headers = [(b"content-type", content_type)]
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": body})
