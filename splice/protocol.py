"""What uvicorn instantiates for an upgrade: `uvicorn … --ws splice.protocol:SpliceProtocol`.

Upgrades on the application's own paths may be spliced; every other WebSocket gets uvicorn's protocol, untouched.
The application names its paths once, at import:

    SpliceProtocol.routes = lambda raw_path, host: raw_path.startswith(b"/connect")

and, on these, finds `scope["extensions"]["browsergrid.splice"]`. Having authorised the client it sends, *instead* of
websocket.accept,

    {"type": "browsergrid.splice", "upstream": Upstream(host="…", port=…), "path": "/…",
     "headers": [(b"authorization", b"…")],   what the upstream gets besides the client's own upgrade; optional
     "timeout": 15, "relay": Relay}           seconds to dial; who makes the ends (splice.ends.Relay); optional

It is told

    {"type": "browsergrid.splice.open"}                               the upstream said 101; bytes flow
    {"type": "browsergrid.splice.failed", "error", "status", "headers", "body"}
        it did not. status is None without an HTTP answer. The application may answer with websocket.http.response.*;
        where it has not within 5 s, or returns, the client gets a 502
    {"type": "browsergrid.splice.draining"}                           the server was asked to stop
    {"type": "browsergrid.splice.closed", "bytes_up", "bytes_down"}   over
    {"type": "websocket.disconnect"}                                  always the last; also when the client left early

and may send websocket.close at any time: before the 101 that is a 403, afterwards the connection is cut (with a
relay: closed with that code and reason). It must not return before websocket.disconnect: returning cuts, too.
"""

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar, cast

from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState

from splice.handover import RESTARTING, Handover
from splice.request import HEAD_LIMIT, BadRequestError, Request
from splice.response import Response
from splice.server import Server


def no_routes(raw_path: bytes, host: bytes) -> bool:
    """Splice nothing."""
    return False


class SpliceProtocol(asyncio.Protocol):
    """Decides who owns an upgraded connection, and passes events on to the owner until a splice is open."""

    routes: ClassVar[Callable[[bytes, bytes], bool]] = no_routes
    drain_seconds: ClassVar[float] = 5.0
    fallback: ClassVar[type[WebSocketsSansIOProtocol]] = WebSocketsSansIOProtocol

    transport: asyncio.Transport

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self.server = Server.of(config, server_state, app_state, _loop, type(self).drain_seconds)
        self.handover: Handover | None = None
        self.other: WebSocketsSansIOProtocol | None = None

    @classmethod
    def takes(cls, request: Request) -> bool:
        """Whether this upgrade is the application's to splice."""
        return cls.routes(request.raw_path, b"".join(request.values(b"host")[:1]))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self.handover:
            self.handover.receive_early(data)
        elif self.other:
            self.other.data_received(data)
        else:
            self._begin(data)

    def _begin(self, head: bytes) -> None:
        """Called once by uvicorn's HTTP protocol, with the whole request head."""
        request = Request.parse(head)
        if len(head) > HEAD_LIMIT:
            self._refuse(Response(431, [], b"The request is too long.\n"))
        elif not type(self).takes(request):
            self._give_away(head)
        elif self.server.is_stopping:
            self._refuse(RESTARTING)
        else:
            try:
                request.check()
            except BadRequestError as error:
                version = [(b"sec-websocket-version", b"13")] if error.status == 426 else []
                self._refuse(Response(error.status, version, f"{error}\n".encode()))
                return
            self.handover = Handover(self.server, self.transport, request)
            self.handover.start()

    def _give_away(self, head: bytes) -> None:
        server = self.server
        self.other = type(self).fallback(server.config, server.state, server.app_state, server.loop)
        self.other.connection_made(self.transport)
        self.other.data_received(head)
        server.loop.call_soon(self.transport.set_protocol, self.other)  # after uvicorn has set us

    def _refuse(self, response: Response) -> None:
        self.transport.write(response.render(self.server.state.default_headers))
        self.transport.close()

    def eof_received(self) -> bool:
        return False

    def pause_writing(self) -> None:
        if self.other:
            self.other.pause_writing()

    def resume_writing(self) -> None:
        if self.other:
            self.other.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.handover:
            self.handover.client_lost()
        elif self.other:
            self.other.connection_lost(exc)
