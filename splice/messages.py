"""The fallback for servers that cannot splice (daphne): relay whole messages both ways.

Slower by far than a splice, and blind to nothing: the server has parsed every message before we see it. Its own size
caps are the server's to raise (daphne: `--websocket-max-message-size 0 --websocket-max-frame-size 0`).
"""

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

from splice.dial import UpstreamError
from splice.events import Message
from splice.response import BODY_LIMIT, Response
from splice.upstream import Upstream

Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

CLOSE_SECONDS = 1.0


@dataclass
class Traffic:
    """Payload bytes carried so far."""

    bytes_up: int = 0
    bytes_down: int = 0


async def relay_messages(
    receive: Receive,
    send: Send,
    upstream: Upstream,
    *,
    path: str,
    headers: Iterable[tuple[bytes, bytes]] = (),
    subprotocols: Iterable[str] = (),
    timeout: float = 15.0,  # noqa: ASYNC109 - dial and handshake together
    on_open: Callable[[], Awaitable[None]] | None = None,
) -> Traffic:
    """Join an ASGI WebSocket, whose websocket.connect was already received, to `upstream`; returns when it is over.

    UpstreamError when the upstream does not take it: nothing was sent yet, so the caller may still refuse with
    websocket.http.response.*. The client is accepted only once the upstream is there; one that leaves before ends the
    dial. `on_open` runs between the two.
    """
    traffic = Traffic()
    dialing = asyncio.ensure_future(_dial(upstream, path, headers, subprotocols, timeout))
    leaving = asyncio.ensure_future(receive())
    try:
        await asyncio.wait({dialing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if leaving.done():
            return traffic
        connection = await dialing
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(connection.close)
            if on_open:
                await on_open()
            await send({"type": "websocket.accept", "subprotocol": connection.subprotocol})
            up = asyncio.ensure_future(_pump_up(leaving, receive, connection, traffic))
            down = asyncio.ensure_future(_pump_down(connection, send, traffic))
            stack.push_async_callback(_stop, up, down)
            await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
            (up if up.done() else down).result()
    finally:
        await _stop(leaving, dialing)
        if dialing.done() and not dialing.cancelled() and not dialing.exception():
            await dialing.result().close()
    return traffic


async def _dial(
    upstream: Upstream,
    path: str,
    headers: Iterable[tuple[bytes, bytes]],
    subprotocols: Iterable[str],
    timeout: float,  # noqa: ASYNC109 - websockets' own bound
) -> ClientConnection:
    own = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]
    options: dict[str, Any] = {}  # three ways to say where; websockets takes each under its own name
    if upstream.connect:
        options["sock"] = await upstream.connect()
    elif upstream.path:
        options.update(unix=True, path=upstream.path)
    dial = connect(
        f"ws://{upstream.host_header}{path}",
        additional_headers=own,
        subprotocols=[Subprotocol(name) for name in subprotocols] or None,
        open_timeout=timeout,
        close_timeout=CLOSE_SECONDS,
        max_size=None,
        compression=None,
        ping_interval=None,
        proxy=None,
        user_agent_header=None,
        **options,
    )
    try:
        return await dial
    except InvalidStatus as error:
        answer = error.response
        pairs = [(name.lower().encode(), value.encode("latin-1")) for name, value in answer.headers.raw_items()]
        refusal = Response(answer.status_code, pairs, bytes(answer.body or b"")[:BODY_LIMIT])
        raise UpstreamError(f"the upstream answered {refusal.status}", refusal) from error
    except TimeoutError as error:
        raise UpstreamError(f"no answer within {timeout:g} s") from error
    except (OSError, InvalidHandshake, EOFError, ssl.SSLError) as error:
        raise UpstreamError(str(error) or type(error).__name__) from error


async def _pump_up(
    first: asyncio.Future[Message], receive: Receive, connection: ClientConnection, traffic: Traffic
) -> None:
    message = await first
    while message["type"] == "websocket.receive":
        text, data = message.get("text"), message.get("bytes")
        payload = data if text is None else text
        traffic.bytes_up += len(payload or "")
        try:
            await connection.send(payload or "")
        except ConnectionClosed:
            return
        message = await receive()
    await connection.close(*_sendable(message.get("code"), message.get("reason")))


async def _pump_down(connection: ClientConnection, send: Send, traffic: Traffic) -> None:
    with contextlib.suppress(ConnectionClosed):
        while True:
            message = await connection.recv()
            traffic.bytes_down += len(message)
            kind = "text" if isinstance(message, str) else "bytes"
            await send({"type": "websocket.send", kind: message})
    code, reason = _sendable(connection.close_code, connection.close_reason)
    await send({"type": "websocket.close", "code": code, "reason": reason})


def _sendable(code: int | None, reason: str | None) -> tuple[int, str]:
    """A close code that may stand in a frame: "none was given" ends normally, "it broke" is an internal error."""
    if code in (None, 1005):
        return 1000, reason or ""
    if code in (1006, 1015):
        return 1011, reason or "the connection broke"
    return int(code or 1000), reason or ""


async def _stop(*tasks: "asyncio.Future[Any]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
