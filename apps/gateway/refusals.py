"""Answers of the gateway: documents, and problems before a WebSocket is joined; their words come from the error."""

import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from apps.access.rates import RateExceeded
from apps.core.errors import GridError, Invalid

Message = MutableMapping[str, Any]  # the values are the ASGI specification's
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]

ALWAYS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


class WrongMethod(GridError):
    status = 405
    title = "Method not allowed"

    def __init__(self) -> None:
        super().__init__("method_not_allowed", "Only GET and WebSocket upgrades are answered here.")


class UpgradeNeeded(GridError):
    status = 426
    title = "Upgrade required"


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def document(value: object, headers: Mapping[str, str] | None = None) -> Answer:
    """JSON with Chrome's own content type."""
    body = json.dumps(value, indent=3).encode()
    return Answer(200, body, {"content-type": "application/json; charset=UTF-8", **(headers or {})})


def problem(error: GridError) -> Answer:
    told: dict[str, object] = {
        "type": f"urn:browsergrid:problem:{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
    }
    if isinstance(error, Invalid) and error.fields:
        told["errors"] = [{"field": name, "detail": words} for name, words in error.fields.items()]
    headers = {"content-type": "application/problem+json"}
    if error.retry_after is not None:
        headers["retry-after"] = str(error.retry_after)
    if error.status == 401:
        headers["www-authenticate"] = 'Bearer realm="BrowserGrid"'
    if isinstance(error, WrongMethod):
        headers["allow"] = "GET"
    if isinstance(error, UpgradeNeeded):
        headers["upgrade"] = "websocket"
    if isinstance(error, RateExceeded):
        headers |= error.allowance.headers()
    return Answer(error.status, json.dumps(told).encode(), headers)


async def send_http(send: Send, answer: Answer, request_id: str) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": _headers(answer, request_id)})
    await send({"type": "http.response.body", "body": answer.body})


async def send_websocket(send: Send, answer: Answer, request_id: str, *, has_responses: bool) -> None:
    """Instead of a 101. A server that cannot say more closes with its own 403."""
    if not has_responses:
        await send({"type": "websocket.close", "code": 1008, "reason": ""})
        return
    headers = _headers(answer, request_id)
    await send({"type": "websocket.http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": answer.body})


def _headers(answer: Answer, request_id: str) -> list[tuple[bytes, bytes]]:
    named = {**ALWAYS, "x-request-id": request_id, **answer.headers, "content-length": str(len(answer.body))}
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in named.items()]
