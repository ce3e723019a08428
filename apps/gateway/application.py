"""The gateway as an ASGI application: for its own addresses, HTTP and WebSocket.

Each request goes the same way: host, origin, address; then who, what, and whether it may; then the answer.
"""

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import structlog
from django.db import Error as DatabaseError

from apps.access.actor import Actor
from apps.audit.refusals import refused
from apps.core.errors import GridError, NoCapacity, NotFound
from apps.gateway.addresses import Address, Kind, Thing, parse
from apps.gateway.database import in_database
from apps.gateway.documents import answer_document
from apps.gateway.entrance import Admitted, admit, claim, come_back, options_of, watch, watch_stream
from apps.gateway.figures import CLAIM_SECONDS, CLAIMS
from apps.gateway.holding import hold
from apps.gateway.inbox import Inbox
from apps.gateway.joining import Door, NotJoined, join
from apps.gateway.origins import check_host, check_origin
from apps.gateway.refusals import (
    Answer,
    Receive,
    Send,
    UpgradeNeeded,
    WrongMethod,
    problem,
    send_http,
    send_websocket,
)
from apps.gateway.request import Request, Scope, address_of, naming, read
from apps.gateway.resident import Resident
from apps.gateway.streaming import stream
from splice.handover import EXTENSION

logger = logging.getLogger(__name__)


class Gateway:
    """`takes` says which requests are its own. `run_dir` is where the process's slot is locked."""

    def __init__(self, run_dir: Path) -> None:
        self.resident = Resident(run_dir)

    def takes(self, scope: Scope) -> bool:
        return address_of(scope) is not None

    def splices(self, raw_path: bytes, host: bytes) -> bool:
        """For `SpliceProtocol.routes`."""
        return parse(naming(), host.decode("latin-1"), raw_path.decode("latin-1")) is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        address = address_of(scope)
        if address is None:
            raise RuntimeError("This address is not the gateway's.")
        request = read(scope, address)
        with structlog.contextvars.bound_contextvars(request_id=request.id):
            async with Inbox(receive) as inbox:
                if request.is_websocket:
                    await self._websocket(request, scope, inbox, send)
                else:
                    await self._http(request, inbox, send)

    async def _http(self, request: Request, inbox: Inbox, send: Send) -> None:
        began = time.monotonic()
        answer = await _answered(request, lambda: self._get(request, inbox, send))
        if answer is None:
            logger.info("gateway.left", extra={"what": request.address.kind.value})
            return
        _count(request.address, answer.status, began)
        if answer.status < 400:
            logger.info("gateway.told", extra={"what": request.address.thing.value, "status": answer.status})
        await send_http(send, answer, request.id)

    async def _get(self, request: Request, inbox: Inbox, send: Send) -> Answer | None:
        """None where the caller has left, or has had its answer."""
        check_host(request)
        check_origin(request)
        if request.method != "GET":
            raise WrongMethod
        if request.address.thing is Thing.STREAM:
            admitted = await in_database(watch_stream, request, await self.resident.process())
            await stream(self.resident, admitted, inbox, send, request.id)
            return None
        return await answer_document(request, inbox)

    async def _websocket(self, request: Request, scope: Scope, inbox: Inbox, send: Send) -> None:
        began = time.monotonic()
        await inbox.receive()  # websocket.connect
        extensions = scope.get("extensions") or {}
        door = Door(inbox, send, EXTENSION in extensions, tuple(scope.get("subprotocols", ())))

        async def connect() -> Answer | None:
            admitted = await self._admitted(request, inbox)
            if admitted is not None:
                _count(request.address, 101, began)
                await self._joined(request, admitted, door)
            return None

        answer = await _answered(request, connect)
        if answer is not None and not inbox.left.is_set():
            _count(request.address, answer.status, began)
            has_responses = "websocket.http.response" in extensions
            await send_websocket(send, answer, request.id, has_responses=has_responses)

    async def _admitted(self, request: Request, inbox: Inbox) -> Admitted | None:
        """The client's committed place, as soon as its browser is usable; None where it has left before."""
        check_host(request)
        check_origin(request)
        address = request.address
        if address.kind is Kind.LEGACY:
            raise UpgradeNeeded("read_only", "This address is read-only. Connect at /sessions/{id}/connect.")
        if address.thing is Thing.UNKNOWN:
            raise NotFound
        process = await self.resident.process()
        if address.kind is Kind.LIVE:
            return await in_database(watch, request, process)
        if address.kind is Kind.CLAIM:
            asked = await in_database(claim, request, options_of(request), process)
        else:
            asked = await in_database(come_back, request, process)
        if asked.admitted is not None:
            return asked.admitted
        session = await hold(asked.standing, inbox)
        if session is None:
            return None
        return await in_database(admit, asked.known, session, process)

    async def _joined(self, request: Request, admitted: Admitted, door: Door) -> None:
        link = admitted.link()
        link.origin = request.outside.used.http
        with structlog.contextvars.bound_contextvars(session=admitted.session.public_id, connection=link.id):
            try:
                await join(self.resident, link, request.address, door)
            except NotJoined as error:
                raise error.error from error
            finally:
                facts = {"bytes_up": link.meter.up, "bytes_down": link.meter.down, "ours": link.is_ours}
                logger.info("gateway.closed", extra=facts)


async def _answered(request: Request, work: Callable[[], Awaitable[Answer | None]]) -> Answer | None:
    """Errors become answers here and nowhere else."""
    try:
        return await work()
    except GridError as error:
        facts = {"status": error.status, "code": error.code, "what": request.address.kind.value}
        logger.info("gateway.refused", extra=facts)
        if error.status in {401, 403}:
            await in_database(_audit, request, error)
        return problem(error)
    except DatabaseError as error:
        logger.warning("gateway.database_away", extra={"reason": type(error).__name__})
        return problem(NoCapacity("database", "The database cannot be reached. Try again.", retry_after=1))


def _audit(request: Request, error: GridError) -> None:
    """The address itself may hold a secret: a host root does."""
    shows = {"authorization", "x-api-key"} & set(request.headers) or "token=" in request.raw_query
    if error.status == 403 or shows or "ticket=" in request.raw_query:
        actor = Actor(user=None, address=request.outside.address)
        refused(actor, code=error.code, method=request.method, path=f"connect ({request.address.kind.value})")


def _count(address: Address, status: int, began: float) -> None:
    if address.kind is Kind.CLAIM and address.is_browser_socket:
        CLAIMS.labels("ok" if status < 400 else str(status)).inc()
        if status < 400:
            CLAIM_SECONDS.observe(time.monotonic() - began)


@asynccontextmanager
async def lifespan(gateway: Gateway) -> AsyncIterator[None]:
    """From the server's start to its end."""
    gateway.resident.start()
    try:
        yield
    finally:
        await gateway.resident.stop()
