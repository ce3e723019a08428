"""Requests of pages and their frames, one line each, when they are over."""

import functools
from dataclasses import dataclass
from typing import Any

from browser_node.capture import redaction
from browser_node.capture.spool import Spool, now_ms
from browser_node.page import Page, Watcher
from browser_node.pages import Pages
from browser_node.wire_capture import Stream

_MOST_PENDING = 2000  # of one page; an older one is told as it stands
# Bodies are not ours to keep: without these Chromium would hold 10 MB of them for us.
_NO_BODIES = {"maxTotalBufferSize": 0, "maxResourceBufferSize": 0, "maxPostDataSize": 0}


@dataclass(slots=True)
class _Request:
    """What is known of it so far, as it will be told; `began` is Chromium's own clock, in seconds."""

    began: float
    record: dict[str, Any]
    body_bytes: int = 0
    redirects: int = 0


class NetworkLog(Watcher):
    """The fields of a line stand in docs/reference/captures.md."""

    wants_frames = True

    def __init__(self, pages: Pages, spool: Spool) -> None:
        self._pages = pages
        self._spool = spool
        self._pending: dict[Page, dict[str, _Request]] = {}

    async def attached(self, page: Page) -> None:
        self._pending[page] = {}
        await self._prepare(page, page.session)

    async def frame_attached(self, page: Page, session: str) -> None:
        await self._prepare(page, session)

    def gone(self, page: Page) -> None:
        for request in self._pending.pop(page, {}).values():
            self._put(request, now_ms(), error="the page was closed")

    def event(self, page: Page, method: str, params: dict[str, Any]) -> None:
        pending = self._pending.get(page)
        if pending is None or not method.startswith("Network."):
            return
        if method == "Network.requestWillBeSent":
            self._sent(page, pending, params)
        elif method == "Network.webSocketCreated":
            self._opened_socket(page, pending, params)
        elif (request := pending.get(params.get("requestId", ""))) is not None:
            self._heard(pending, request, method, params)

    def frame_event(self, page: Page, session: str, method: str, params: dict[str, Any]) -> None:
        self.event(page, method, params)

    def stop(self) -> None:
        """What is still under way is told as it stands."""
        for pending in self._pending.values():
            for request in pending.values():
                self._put(request, now_ms(), error="the recording ended")
        self._pending.clear()

    async def _prepare(self, page: Page, session: str) -> None:
        send = functools.partial(self._pages.send, page, session=session)
        await send("Network.enable", _NO_BODIES)

    def _sent(self, page: Page, pending: dict[str, _Request], params: dict[str, Any]) -> None:
        number, redirects = params["requestId"], 0
        before = pending.pop(number, None)
        if before is not None:
            redirects = before.redirects + 1
            if "redirectResponse" in params:
                _answer(before, params["redirectResponse"])
                before.record["bytes"] = params["redirectResponse"].get("encodedDataLength", 0)
            self._put(before, _end(before, params["timestamp"]))
        asked = params["request"]
        headers = redaction.headers(asked["headers"])
        record = {
            "t": int(params["wallTime"] * 1000),
            "page": page.target,
            "id": f"{number}#{redirects}" if redirects else number,
            "type": params.get("type", "Other"),
            "method": asked["method"],
            "url": redaction.address(asked["url"] + asked.get("urlFragment", "")),
            "request_headers": headers,
            "request_bytes": _length(asked["headers"]) if asked.get("hasPostData") else 0,
            "initiator": params["initiator"]["type"],
        }
        self._await(pending, number, _Request(params["timestamp"], record, redirects=redirects))

    def _opened_socket(self, page: Page, pending: dict[str, _Request], params: dict[str, Any]) -> None:
        record = {
            "t": now_ms(),
            "page": page.target,
            "id": params["requestId"],
            "type": "WebSocket",
            "method": "GET",
            "url": redaction.address(params["url"]),
            "request_headers": [],
            "request_bytes": 0,
            "initiator": params.get("initiator", {}).get("type", "other"),
        }
        self._await(pending, params["requestId"], _Request(0.0, record))

    def _await(self, pending: dict[str, _Request], number: str, request: _Request) -> None:
        if len(pending) >= _MOST_PENDING:
            self._put(pending.pop(next(iter(pending))), now_ms(), error="no end of it was seen")
        pending[number] = request

    def _heard(self, pending: dict[str, _Request], request: _Request, method: str, params: dict[str, Any]) -> None:
        match method:
            case "Network.responseReceived":
                request.record["type"] = params.get("type", request.record["type"])
                _answer(request, params["response"])
            case "Network.dataReceived":
                request.body_bytes += params["dataLength"]
            case "Network.webSocketHandshakeResponseReceived":
                _answer(request, params["response"])
            case "Network.webSocketWillSendHandshakeRequest":
                request.began, request.record["t"] = params["timestamp"], int(params["wallTime"] * 1000)
                request.record["request_headers"] = redaction.headers(params["request"]["headers"])
            case "Network.requestServedFromCache":
                request.record["from_cache"] = True
            case "Network.loadingFinished":
                request.record["bytes"] = int(params["encodedDataLength"])
                self._put(pending.pop(params["requestId"]), _end(request, params["timestamp"]))
            case "Network.loadingFailed":
                why = params.get("blockedReason") or params.get("errorText") or "failed"
                self._put(pending.pop(params["requestId"]), _end(request, params["timestamp"]), error=str(why))
            case "Network.webSocketFrameError":
                request.record["error"] = redaction.text(params["errorMessage"], 300)
            case "Network.webSocketClosed":
                self._put(pending.pop(params["requestId"]), _end(request, params["timestamp"]))

    def _put(self, request: _Request, end: int, error: str = "") -> None:
        record = _UNANSWERED | request.record | {"end": end, "body_bytes": request.body_bytes}
        record["error"] = error or record["error"]
        size = sum(len(name) + len(value) + 8 for name, value in record["request_headers"] + record["response_headers"])
        self._spool.append(Stream.NETWORK, record, size + len(record["url"]) + 600)


_UNANSWERED: dict[str, Any] = {
    "protocol": "",
    "status": 0,
    "status_text": "",
    "response_headers": [],
    "mime": "",
    "bytes": 0,
    "ip": "",
    "from_cache": False,
    "error": "",
    "timing": None,
}


def _answer(request: _Request, response: dict[str, Any]) -> None:
    record = request.record
    record |= {
        "protocol": response.get("protocol", ""),
        "status": response["status"],
        "status_text": response["statusText"][:200],
        "response_headers": redaction.headers(response["headers"]),
        "mime": response.get("mimeType", ""),
        "from_cache": bool(record.get("from_cache") or response.get("fromDiskCache")),
        "timing": response.get("timing"),
    }
    if "requestHeaders" in response:  # as they really went out
        record["request_headers"] = redaction.headers(response["requestHeaders"])


def _end(request: _Request, at: float) -> int:
    """In unix milliseconds; where it never began by Chromium's clock, now."""
    if not request.began:
        return now_ms()
    return int(request.record["t"] + max(0.0, at - request.began) * 1000)


def _length(headers: dict[str, Any]) -> int:
    """Of a request's body, as far as its head says."""
    text = next((str(value) for name, value in headers.items() if name.lower() == "content-length"), "0")
    return int(text) if text.isascii() and text.isdigit() else 0
