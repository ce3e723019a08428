"""The upstream side of the handover: connect, replay the upgrade, read the answer.

It ends with an `Answer` (the upstream said 101) or an `UpstreamError`; nothing stays open in the second case or when
it is cancelled.
"""

import asyncio
from dataclasses import dataclass
from typing import NoReturn, cast

from splice import response
from splice.response import BODY_LIMIT, HEAD_LIMIT, Response
from splice.upstream import Upstream

_JOINED = b"HTTP/1.1 101"


class UpstreamError(Exception):
    """The upstream did not switch protocols; `response` is its own answer where it gave one."""

    def __init__(self, reason: str, answer: Response | None = None) -> None:
        super().__init__(reason)
        self.response = answer


@dataclass(frozen=True)
class Answer:
    """The upstream's 101, verbatim, what came with it in the same packet, and the connection, not being read."""

    transport: asyncio.Transport
    head: bytes
    rest: bytes


async def dial(upstream: Upstream, head: bytes) -> Answer:
    """Join `upstream` with the upgrade request `head`. Whoever asks knows how long to wait, and cancels."""
    handshake: Handshake | None = None
    try:
        handshake = await upstream.open(Handshake)
        handshake.transport.write(head)
        return await handshake.answer()
    except OSError as error:
        _drop(handshake)
        raise UpstreamError(str(error) or type(error).__name__) from error
    except BaseException:
        _drop(handshake)
        raise


def _drop(handshake: "Handshake | None") -> None:
    if handshake is not None:
        handshake.transport.abort()


class Handshake(asyncio.Protocol):
    """Collects the upstream's answer: the head, and for a refusal the body too."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self.data = b""
        self.ended = False
        self.failure: Exception | None = None
        self.waiter: asyncio.Future[None] | None = None

    async def answer(self) -> Answer:
        """The 101 and what follows it; UpstreamError for any other answer."""
        while b"\r\n\r\n" not in self.data:
            if len(self.data) > HEAD_LIMIT:
                raise UpstreamError("the upstream's answer is too long")
            if self.ended:
                raise UpstreamError(str(self.failure or "the upstream closed during the handshake"))
            await self._more()
        head, _, rest = self.data.partition(b"\r\n\r\n")
        if not head.startswith(_JOINED):
            await self._refused(head)
        if self.ended or self.transport.is_closing():
            raise UpstreamError("the upstream closed during the handshake")
        self.transport.pause_reading()
        self.data, self.waiter = b"", None  # the transport may remember us as long as it lives
        return Answer(self.transport, head + b"\r\n\r\n", rest)

    async def _refused(self, head: bytes) -> NoReturn:
        try:
            parsed = response.parse_head(head)
        except ValueError as error:
            raise UpstreamError(str(error)) from None
        raise UpstreamError(f"the upstream answered {parsed.status}", await self._refusal(parsed, len(head) + 4))

    async def _refusal(self, parsed: Response, start: int) -> Response:
        lengths = [value for name, value in parsed.headers if name == b"content-length"]
        wanted = int(lengths[0]) if lengths and lengths[0].isdigit() else BODY_LIMIT
        wanted = min(wanted, BODY_LIMIT)
        try:
            async with asyncio.timeout(2):
                while len(self.data) < start + wanted and not self.ended:
                    await self._more()
        except TimeoutError:
            pass  # what has come of the body is enough to tell the reason
        self.transport.abort()
        return Response(parsed.status, parsed.headers, self.data[start : start + wanted])

    async def _more(self) -> None:
        self.waiter = asyncio.get_running_loop().create_future()
        await self.waiter

    def _wake(self) -> None:
        if self.waiter and not self.waiter.done():
            self.waiter.set_result(None)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self.data += data
        is_joined = self.data.startswith(_JOINED) and b"\r\n\r\n" in self.data
        if is_joined or len(self.data) > HEAD_LIMIT + BODY_LIMIT:
            self.transport.pause_reading()  # what follows a 101 is for whoever takes the connection over
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended, self.failure = True, exc
        self._wake()
