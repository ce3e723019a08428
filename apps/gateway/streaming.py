"""`stream.webm`: the page as a video, passed on from the node for as long as the viewer stays and may."""

import asyncio
import logging

import httpx

from apps.gateway.addresses import Thing
from apps.gateway.entrance import Admitted
from apps.gateway.inbox import Inbox
from apps.gateway.joining import refusal
from apps.gateway.refusals import ALWAYS, Send
from apps.gateway.resident import Resident
from apps.nodes.use import Place

logger = logging.getLogger(__name__)

OPEN_SECONDS = 10.0
SILENT_SECONDS = 60.0  # a page that stands still has a frame every few seconds all the same


async def stream(resident: Resident, admitted: Admitted, inbox: Inbox, send: Send, request_id: str) -> None:
    """Returns when it is over and its row closed. Raises Ended, NoCapacity, TooMany where the node gives no video."""
    link = admitted.link()
    resident.opened(link)
    passing = asyncio.ensure_future(_pass_on(link.place, link.id, send, request_id))

    async def cut() -> None:
        passing.cancel()

    link.cut = cut
    leaving = asyncio.ensure_future(inbox.left.wait())
    try:
        await asyncio.wait({passing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if passing.done() and not passing.cancelled():
            passing.result()
    finally:
        for task in (passing, leaving):
            task.cancel()
        await asyncio.gather(passing, leaving, return_exceptions=True)
        link.over.set()
        await link.close_row()
        resident.ended(link)


async def _pass_on(place: Place, connection: str, send: Send, request_id: str) -> None:
    path = place.address.removeprefix("unix:") if place.address.startswith("unix:") else None
    base = "http://node" if path else place.address if "://" in place.address else f"http://{place.address}"
    limits = httpx.Timeout(OPEN_SECONDS, read=SILENT_SECONDS)
    transport = httpx.AsyncHTTPTransport(uds=path)
    began = False
    try:
        async with (
            httpx.AsyncClient(transport=transport, timeout=limits) as client,
            client.stream("GET", f"{base}{place.path}/stream.webm", headers=place.headers(connection)) as answer,
        ):
            if answer.status_code != 200:
                raise refusal(answer.status_code, Thing.STREAM)
            headers = {**ALWAYS, "content-type": "video/webm", "x-request-id": request_id}
            raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
            await send({"type": "http.response.start", "status": 200, "headers": raw})
            began = True
            async for data in answer.aiter_raw():
                await send({"type": "http.response.body", "body": data, "more_body": True})
    except httpx.HTTPError as error:
        logger.info("gateway.stream_lost", extra={"reason": type(error).__name__})
        if not began:
            raise refusal(None, Thing.STREAM) from error
    await send({"type": "http.response.body", "body": b""})
