"""Join one admitted client to its browser, and see to its row until that is closed."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from apps.core.errors import Ended, GridError, NoCapacity, NotFound, TooMany
from apps.gateway.addresses import Address, Thing
from apps.gateway.capturing import arm
from apps.gateway.inbox import Inbox
from apps.gateway.links import RESTART, Goodbye, Link
from apps.gateway.refusals import Message, Send
from apps.gateway.resident import Resident
from apps.gateway.upstreams import upstream_of
from apps.pools.models import Pool
from splice.dial import UpstreamError
from splice.handover import EXTENSION
from splice.messages import relay_messages

logger = logging.getLogger(__name__)

DIAL_MARGIN_SECONDS = 5.0  # the node holds an upgrade for the start time-out itself; its own answer should win


@dataclass(frozen=True)
class Door:
    """The caller's side: what the server says, how to answer, what the server can do."""

    inbox: Inbox
    send: Send
    can_splice: bool
    subprotocols: tuple[str, ...] = ()


class NotJoined(Exception):
    """The browser's side refused; the caller has no answer yet."""

    def __init__(self, error: GridError) -> None:
        super().__init__(error.detail)
        self.error = error


async def join(resident: Resident, link: Link, address: Address, door: Door) -> None:
    """Returns when the connection is over and its row closed. Raises NotJoined, with the row closed as well."""
    boot_id = link.connection.gateway_boot_id
    resident.opened(link)
    try:
        if not link.mode:
            await door.inbox.unless_left(_ready(resident, link, boot_id))
        if door.inbox.left.is_set():
            return
        headers = {**link.place.headers(link.id), "x-browsergrid-gateway": boot_id}
        if link.mode:
            headers["x-browsergrid-live"] = link.mode
        if link.was_asked_for:
            headers["x-browsergrid-hold"] = "inputs"
        if door.can_splice:
            await _splice(link, address, door, headers)
        else:
            await _relay(link, address, door, headers)
    except asyncio.CancelledError:
        link.goodbye = link.goodbye or Goodbye(RESTART, "service restart")  # the server's patience is over
        raise
    finally:
        link.over.set()
        resident.channels.release(link)
        await link.close_row()
        resident.ended(link)


async def _ready(resident: Resident, link: Link, boot_id: str) -> None:
    """The side channel, and for the first client of a browser what is to be captured of it: both at once.

    A recording must miss nothing, so that the client waits for it. Logs are armed while the client is being joined: it
    navigates tens of milliseconds later, and every claim would pay for the wait.
    """
    if resident.channels.is_held(link):
        await resident.channels.hold(link, boot_id)
    elif link.session.record == Pool.Recording.NONE:
        link.beside(arm(link))
        await resident.channels.hold(link, boot_id)
    else:
        await asyncio.gather(resident.channels.hold(link, boot_id), arm(link))


async def _splice(link: Link, address: Address, door: Door, headers: Mapping[str, str]) -> None:
    async def cut() -> None:
        await door.send({"type": "websocket.close", "code": 1001})

    link.cut = cut
    await door.send(
        {
            "type": EXTENSION,
            "upstream": upstream_of(link.place.address),
            "path": _path(link, address),
            "headers": _raw(headers),
            "timeout": settings.GRID.start_timeout_seconds + DIAL_MARGIN_SECONDS,
            "relay": link.meter,
        }
    )
    while True:
        told = await door.inbox.receive()
        kind = str(told["type"]).removeprefix(f"{EXTENSION}.")
        if kind == "open":
            link.is_open = True
            logger.info("gateway.joined")
        elif kind == "failed":
            link.has_failed = True
            raise NotJoined(refusal(told["status"], address.thing))
        elif kind in {"closed", "websocket.disconnect"}:
            return


async def _relay(link: Link, address: Address, door: Door, headers: Mapping[str, str]) -> None:
    """For servers that cannot splice: whole messages, counted as they pass."""

    async def receive() -> Message:
        message = await door.inbox.receive()
        link.meter.client.count += len(message.get("text") or message.get("bytes") or "")
        return message

    async def send(message: Message) -> None:
        if message["type"] == "websocket.send":
            link.meter.browser.count += len(message.get("text") or message.get("bytes") or "")
        elif message["type"] == "websocket.close":
            link.meter.said_by_browser = message.get("code")
        await door.send(message)

    async def opened() -> None:
        link.is_open = True
        logger.info("gateway.joined", extra={"way": "messages"})

    relaying = asyncio.ensure_future(
        relay_messages(
            receive,
            send,
            upstream_of(link.place.address),
            path=_path(link, address),
            headers=_raw(headers),
            subprotocols=door.subprotocols,
            timeout=settings.GRID.start_timeout_seconds + DIAL_MARGIN_SECONDS,
            on_open=opened,
        )
    )

    async def cut() -> None:
        relaying.cancel()
        if link.goodbye is not None and not door.inbox.left.is_set():
            await door.send({"type": "websocket.close", "code": link.goodbye.code, "reason": link.goodbye.reason})

    link.cut = cut
    try:
        await asyncio.wait({relaying})
        if not relaying.cancelled():
            relaying.result()
    except UpstreamError as error:
        link.has_failed = True
        raise NotJoined(refusal(error.response.status if error.response else None, address.thing)) from error
    finally:
        relaying.cancel()


def _path(link: Link, address: Address) -> str:
    """`devtools/browser/<anything>` is this browser at the node: our own id for it stays here."""
    if address.thing is Thing.VIEW:
        return f"{link.place.path}/live"
    if address.thing is Thing.PAGE:
        return f"{link.place.path}/devtools/page/{address.target}"
    return f"{link.place.path}/devtools/browser"


def _raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


def refusal(status: int | None, thing: Thing) -> GridError:
    """What the node's answer means to the client."""
    if thing is Thing.PAGE and status in {404, 500}:
        return NotFound()
    if status in {404, 410}:
        return Ended("session_ended", "This session's browser is gone. Claim a new one.")
    if status == 429:
        return TooMany("too_many_viewers", "As many watch here as may at once. Try again later.", retry_after=10)
    if status is None or status == 502:
        return NoCapacity("unreachable", "The browser does not answer. Try again.", retry_after=1)
    return NoCapacity("not_ready", "The browser was not ready in time. Try again.", retry_after=1)
