"""One upgrade while the application decides, dials and serves it: the ASGI side of a splice.

The messages are described in `protocol`; how bytes flow afterwards stands in `pair` and `ends`.
"""

import asyncio
import enum
import logging
from collections.abc import Iterable
from typing import Any, cast

from uvicorn.protocols.utils import is_ssl

from splice.deadlines import Queue
from splice.dial import Answer, Dial, UpstreamError
from splice.ends import Relay
from splice.events import Events, Message
from splice.pair import Pair
from splice.request import Request, upstream_head
from splice.response import Response
from splice.server import Server
from splice.sockets import own_address, peer_address, watch_peer
from splice.upstream import Upstream

logger = logging.getLogger(__name__)

EXTENSION = "browsergrid.splice"
DIAL_SECONDS = 15.0
ANSWER_SECONDS = 5.0  # for the application to answer after its upstream refused
CUT_SECONDS = 1.0  # for a client to take the rest when the application cuts it
GOODBYE_SECONDS = 5.0  # for a relay to say goodbye in its own way
EARLY_LIMIT = 64 * 1024  # what a client may send before it was let in; legal ones send nothing

RESTARTING = Response(503, [(b"retry-after", b"1")], b"The server is restarting.\n")
BAD_GATEWAY = Response(502, [], b"The browser did not answer.\n")
UNANSWERED = Response(500, [], b"The connection could not be made.\n")


class Stage(enum.Enum):
    """How far an upgrade has come."""

    DECIDING = enum.auto()
    DIALING = enum.auto()
    FAILED = enum.auto()  # by the upstream; the application may still answer
    OPEN = enum.auto()
    CLOSED = enum.auto()


class Handover:
    """One upgrade request from the application's first look to the end of the connection."""

    __slots__ = (
        *("dial", "early", "events", "pair", "patience", "relay", "request", "response"),
        *("server", "stage", "timer", "transport"),
    )

    def __init__(self, server: Server, transport: asyncio.Transport, request: Request) -> None:
        self.server, self.transport, self.request = server, transport, request
        self.stage = Stage.DECIDING
        self.early = b""
        self.pair: Pair | None = None
        self.relay: Relay | None = None
        self.dial: Dial | None = None
        self.patience: Queue | None = None  # where the upstream's deadline is set
        self.timer: asyncio.TimerHandle | None = None
        self.response: Response | None = None
        self.events = Events(server.loop)

    def start(self) -> None:
        """Ask the application."""
        watch_peer(self.transport)
        cast("set[Any]", self.server.state.connections).add(self)  # uvicorn calls shutdown() on these
        self.events.put({"type": "websocket.connect"})
        task = self.server.loop.create_task(self._run())
        self.server.state.tasks.add(task)
        task.add_done_callback(self.server.state.tasks.discard)

    def shutdown(self) -> None:
        """Uvicorn was asked to stop: nobody new, the open ones live on until the drain time is over."""
        self.server.is_stopping = True
        if self.stage is Stage.OPEN:
            self._tell("draining")
            self.timer = self.server.loop.call_later(self.server.drain_seconds, self._drained)
        else:
            self._refuse(RESTARTING)

    def receive_early(self, data: bytes) -> None:
        """Bytes of the client before it was let in; they are kept for the upstream."""
        self.early += data
        if len(self.early) > EARLY_LIMIT:
            self.transport.pause_reading()

    def client_lost(self) -> None:
        """The client went away before the splice was open, or after its refusal."""
        self._finish()
        self._forget()

    async def _run(self) -> None:
        try:
            await self.server.config.loaded_app(self._scope(), self.events.get, self._send)
        except asyncio.CancelledError:
            if self.pair:
                self.pair.abort()  # uvicorn's patience is over
            raise
        except Exception:
            logger.exception("the application failed on a spliced path")
        finally:
            if self.pair and self.stage is Stage.OPEN:
                self.pair.close(CUT_SECONDS)
            elif self.stage is Stage.FAILED:
                self._refuse(BAD_GATEWAY)
            else:
                self._refuse(UNANSWERED)

    async def _send(self, message: Message) -> None:
        kind = message["type"]
        if kind == EXTENSION and self.stage is Stage.DECIDING:
            self._dial(message)
        elif kind == "websocket.close":
            self._close(message.get("code", 1000), message.get("reason") or "")
        elif kind == "websocket.http.response.start" and self.response is None:
            self.response = Response(message["status"], list(message.get("headers", ())))
        elif kind == "websocket.http.response.body" and self.response is not None:
            body = self.response.body + message.get("body", b"")
            self.response = Response(self.response.status, self.response.headers, body)
            if not message.get("more_body"):
                self._refuse(self.response)
        elif self.stage is not Stage.CLOSED:
            raise RuntimeError(f"{kind} does not fit a spliced path that is {self.stage.name}")

    def _dial(self, message: Message) -> None:
        upstream: Upstream = message["upstream"]
        headers: Iterable[tuple[bytes, bytes]] = message.get("headers", ())
        head = upstream_head(self.request, path=message["path"], host=upstream.host_header, headers=headers)
        self.relay = message.get("relay")
        self.stage = Stage.DIALING
        self.dial = Dial(self.server.loop, head, self._join, self._fail)
        self.dial.start(upstream)
        self.patience = self.server.deadlines.start(message.get("timeout", DIAL_SECONDS), self, self._too_slow)

    def _too_slow(self) -> None:
        if self.dial and self.patience:
            self.dial.abandon()
            self._fail(UpstreamError(f"no answer within {self.patience.seconds:g} s"))

    def _join(self, answer: Answer) -> None:
        try:
            self._open(answer)
        except Exception:
            logger.exception("a handover failed")
            answer.transport.abort()
            if self.pair:
                self.pair.abort()
            else:
                self._fail(UpstreamError("the handover failed"))

    def _open(self, answer: Answer) -> None:
        if self.transport.is_closing():
            answer.transport.abort()
            return
        self._stop_waiting()
        pair = Pair(self.server.deadlines, self.relay, self._ended, self._forget)
        pair.prepare(self.transport, answer.transport)
        self.pair, self.stage, self.dial = pair, Stage.OPEN, None
        self._tell("open")
        early, self.early = self.early, b""
        pair.open(answer, early)

    def _fail(self, error: UpstreamError) -> None:
        """Let the application answer for its upstream; without a word from it this is a 502."""
        if self.stage is not Stage.DIALING:
            return
        self.stage, self.dial = Stage.FAILED, None
        self._stop_waiting()
        answer = error.response or Response(0)
        facts = {"status": answer.status or None, "headers": answer.headers, "body": answer.body}
        self._tell("failed", error=str(error), **facts)
        self.timer = self.server.loop.call_later(ANSWER_SECONDS, self._refuse, BAD_GATEWAY)

    def _close(self, code: int, reason: str) -> None:
        if self.stage is not Stage.OPEN or self.pair is None:
            self._refuse(Response(403))
        elif self.relay:
            self.relay.close(code, reason)
            self.server.loop.call_later(GOODBYE_SECONDS, self.pair.abort)
        else:
            self.pair.close(CUT_SECONDS)

    def _drained(self) -> None:
        self._close(1012, "service restart")

    def _refuse(self, response: Response) -> None:
        """Answer instead of a 101, once; nothing where the connection is already decided."""
        if self.stage in (Stage.OPEN, Stage.CLOSED):
            return
        if not self.transport.is_closing():
            self.transport.write(response.render(self.server.state.default_headers))
            self.transport.close()
        self._finish()

    def _ended(self) -> None:
        if self.pair:
            self._tell("closed", bytes_up=self.pair.bytes_up, bytes_down=self.pair.bytes_down)
        self._finish()

    def _finish(self) -> None:
        """The application's part is over."""
        if self.stage is Stage.CLOSED:
            return
        self.stage = Stage.CLOSED
        if self.dial:
            self.dial.abandon()
            self.dial = None  # it knows us
        self._stop_waiting()
        self.events.put({"type": "websocket.disconnect", "code": 1006, "reason": ""})

    def _stop_waiting(self) -> None:
        if self.patience:
            self.patience.stop(self)
            self.patience = None
        if self.timer:
            self.timer.cancel()
            self.timer = None

    def _forget(self) -> None:
        """The sockets are gone: uvicorn need not wait for us."""
        cast("set[Any]", self.server.state.connections).discard(self)

    def _tell(self, event: str, **facts: object) -> None:
        self.events.put({"type": f"{EXTENSION}.{event}", **facts})

    def _scope(self) -> Message:
        config, request, transport = self.server.config, self.request, self.transport
        return {  # the keys are the ASGI specification's
            "type": "websocket",
            "asgi": {"version": config.asgi_version, "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": "wss" if is_ssl(transport) else "ws",
            "server": own_address(transport),
            "client": peer_address(transport),
            "root_path": config.root_path,
            "path": config.root_path + request.path,
            "raw_path": config.root_path.encode() + request.raw_path,
            "query_string": request.query,
            "headers": request.headers,
            "subprotocols": request.subprotocols,
            "state": self.server.app_state.copy(),
            "extensions": {"websocket.http.response": {}, EXTENSION: {}},
        }
