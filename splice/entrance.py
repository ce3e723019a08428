"""What uvicorn instantiates for HTTP: `uvicorn … --http splice.entrance:Entrance`.

A connection whose first bytes are one plain upgrade for the application's own paths goes straight to its handover; each
other one gets `BoundedHttp` and is from then on what it would have been without us. uvicorn's way from accept to a
`--ws` class (two protocols, two readings of the head, and a connection's worth of state for requests that never come)
is a fifth of what opening a splice costs.
"""

import asyncio
from typing import Any, cast

from uvicorn.config import Config
from uvicorn.server import ServerState

from splice import bounded
from splice.bounded import BoundedHttp
from splice.deadlines import Queue
from splice.handover import Handover
from splice.protocol import SpliceProtocol
from splice.request import Request, plain_upgrade
from splice.server import Server


class Entrance(asyncio.Protocol):
    """Looks at the first bytes of a connection; owns it until a splice is open, where it is to be one."""

    __slots__ = ("handover", "patience", "server", "transport")

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        drain_seconds = getattr(config.ws_protocol_class, "drain_seconds", 0.0)
        self.server = Server.of(config, server_state, app_state, _loop, drain_seconds)
        self.transport: asyncio.Transport | None = None
        self.handover: Handover | None = None
        self.patience: Queue | None = None  # where the deadline of the first bytes is set

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        cast("set[Any]", self.server.state.connections).add(self)  # uvicorn calls shutdown() on these
        self.patience = self.server.deadlines.start(bounded.HEAD_SECONDS, self, self.shutdown)

    def data_received(self, data: bytes) -> None:
        if self.handover is not None:
            self.handover.receive_early(data)
        elif self.transport is not None:
            self._stand_aside()
            request = plain_upgrade(data)
            if request is not None and self._takes(request):
                self.handover = Handover(self.server, self.transport, request)
                self.handover.start()
            else:
                self._give_away(self.transport, data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stand_aside()
        if self.handover is not None:
            self.handover.client_lost()

    def shutdown(self) -> None:
        """Nothing was asked yet."""
        if self.transport is not None:
            self.transport.close()

    def _takes(self, request: Request) -> bool:
        """What is refused, and how, stands in SpliceProtocol alone: it gets every upgrade that is not let in here."""
        protocol = self.server.config.ws_protocol_class
        return (
            isinstance(protocol, type)
            and issubclass(protocol, SpliceProtocol)
            and not self.server.is_stopping
            and protocol.takes(request)
        )

    def _give_away(self, transport: asyncio.Transport, data: bytes) -> None:
        server = self.server
        other = BoundedHttp(server.config, server.state, server.app_state, server.loop)
        transport.set_protocol(other)
        other.connection_made(transport)
        other.data_received(data)

    def _stand_aside(self) -> None:
        cast("set[Any]", self.server.state.connections).discard(self)
        if self.patience is not None:
            self.patience.stop(self)
            self.patience = None
