"""The upstream side of the handover: connect, replay the upgrade, read the answer.

It ends with one call: of an `Answer` (the upstream said 101) or an `UpstreamError`. Nothing stays open in the second
case or when it is abandoned.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import NamedTuple, cast

from splice import response
from splice.response import BODY_LIMIT, HEAD_LIMIT, Response
from splice.upstream import Upstream

logger = logging.getLogger(__name__)

REFUSAL_SECONDS = 2.0  # for the body of an answer that is no 101

_JOINED = b"HTTP/1.1 101"
_END = b"\r\n\r\n"


class UpstreamError(Exception):
    """The upstream did not switch protocols; `response` is its own answer where it gave one."""

    def __init__(self, reason: str, answer: Response | None = None) -> None:
        super().__init__(reason)
        self.response = answer


class Answer(NamedTuple):
    """The upstream's 101, verbatim, what came with it in the same packet, and the connection.

    It is given inside the read that brought it, and that is all that keeps the next one from coming: whoever takes the
    connection sets its own protocol before returning.
    """

    transport: asyncio.Transport
    head: bytes
    rest: bytes


class Dial(asyncio.Protocol):
    """One attempt. Calls back instead of being awaited: a future and a step of a task less for every connection."""

    __slots__ = ("data", "failed", "head", "is_over", "joined", "loop", "refusal", "task", "timer", "transport")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        head: bytes,
        joined: Callable[[Answer], None],
        failed: Callable[[UpstreamError], None],
    ) -> None:
        self.loop, self.head, self.joined, self.failed = loop, head, joined, failed
        self.transport: asyncio.Transport | None = None
        self.task: asyncio.Task[None] | None = None
        self.timer: asyncio.TimerHandle | None = None
        self.data = b""
        self.refusal: tuple[Response, int, int] | None = None  # its head; where its body begins and should end
        self.is_over = False

    def start(self, upstream: Upstream) -> None:
        """Whoever asks knows how long to wait, and abandons."""
        self.task = self.loop.create_task(self._connect(upstream))

    def abandon(self) -> None:
        """End it without a word."""
        self._end()
        if self.task:
            self.task.cancel()
        if self.transport:
            self.transport.abort()

    async def _connect(self, upstream: Upstream) -> None:
        try:
            await upstream.open(lambda: self)
        except OSError as error:
            self._fail(UpstreamError(str(error) or type(error).__name__))
        except Exception:
            logger.exception("an upstream could not be dialled")
            self._fail(UpstreamError("the handover failed"))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        if self.is_over:
            self.transport.abort()
        else:
            self.transport.write(self.head)

    def data_received(self, data: bytes) -> None:
        if self.is_over or self.transport is None:
            return
        self.data += data
        if self.refusal is None:
            self._read_head(self.transport)
        if self.refusal is not None and len(self.data) >= self.refusal[2]:
            self._refused()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.refusal is not None:
            self._refused()
        else:
            self._fail(UpstreamError(str(exc or "the upstream closed during the handshake")))

    def _read_head(self, transport: asyncio.Transport) -> None:
        head, end, rest = self.data.partition(_END)
        if not end:
            if len(self.data) > HEAD_LIMIT:
                self._fail(UpstreamError("the upstream's answer is too long"))
        elif not head.startswith(_JOINED):
            self._read_refusal(head)
        elif transport.is_closing():
            self._fail(UpstreamError("the upstream closed during the handshake"))
        else:
            self._end()
            self.joined(Answer(transport, head + end, rest))

    def _read_refusal(self, head: bytes) -> None:
        """Wait for what there is of a body, within limits: it tells the reason."""
        try:
            parsed = response.parse_head(head)
        except ValueError as error:
            self._fail(UpstreamError(str(error)))
            return
        lengths = [value for name, value in parsed.headers if name == b"content-length"]
        wanted = int(lengths[0]) if lengths and lengths[0].isdigit() else BODY_LIMIT
        start = len(head) + len(_END)
        self.refusal = (parsed, start, start + min(wanted, BODY_LIMIT))
        self.timer = self.loop.call_later(REFUSAL_SECONDS, self._refused)

    def _refused(self) -> None:
        if self.refusal is not None:
            parsed, start, end = self.refusal
            answer = Response(parsed.status, parsed.headers, self.data[start:end])
            self._fail(UpstreamError(f"the upstream answered {parsed.status}", answer))

    def _fail(self, error: UpstreamError) -> None:
        if self.is_over:
            return
        self._end()
        if self.transport:
            self.transport.abort()
        self.failed(error)

    def _end(self) -> None:
        self.is_over = True
        self.data = b""  # the transport may remember us as long as it lives
        if self.timer:
            self.timer.cancel()
            self.timer = None
