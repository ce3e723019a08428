"""One browser's capture: what is wished to be kept of it, and the recorders that make it so while it lives.

Wishes may come before the browser runs and at any time after; they outlast relaunches. What is kept goes to the
spool, which outlasts the browser.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from browser_node.capture import dom, redaction
from browser_node.capture.commands import Commands
from browser_node.capture.console import ConsoleLog
from browser_node.capture.dom import DomRecorder, RecorderMissing
from browser_node.capture.inputs import InputLog
from browser_node.capture.network import NetworkLog
from browser_node.capture.spool import Spool, now_ms
from browser_node.capture.spools import Spools
from browser_node.capture.video import VideoRecorder
from browser_node.capture.visits import VisitLog
from browser_node.devtools import DevtoolsError
from browser_node.life import Life
from browser_node.page import Watcher
from browser_node.relay import Relay
from browser_node.wire_capture import CaptureState, CaptureWish, Stream

logger = logging.getLogger(__name__)

_END_SECONDS = 1.0  # for recorders to stop, when the browser is to go
_AGAIN_SECONDS = 0.5  # after the connection to a living browser broke

_ALWAYS = {Stream.PAGE, Stream.INPUT, Stream.MARK, Stream.CRASH, Stream.DOWNLOAD}
_LOGS = {Stream.CONSOLE, Stream.NETWORK, Stream.COMMAND}

OnInput = Callable[[dict[str, Any]], None]


class Capture:
    """`want` and `state` are for the API, `begin`, `end` and `close` for the browser, the rest for who sees things."""

    def __init__(self, spools: Spools, instance_id: str, credential: str, recorder: Path) -> None:
        self.wish = CaptureWish()
        self._spools = spools
        self._instance_id = instance_id
        self._credential = credential
        self._recorder = recorder
        self._spool: Spool | None = None
        self._refused: dict[str, str] = {}
        self._life: Life | None = None
        self._inputs: InputLog | None = None
        self._running: dict[str, contextlib.AsyncExitStack] = {}
        self._made_in: Life | None = None  # the life that the running recorders were made for
        self._made_for = CaptureWish()  # the wish that the DOM recorder was made for
        self._lock = asyncio.Lock()
        self._listeners: list[OnInput] = []
        self._relays: dict[str, tuple[Relay, Commands]] = {}
        self._again: asyncio.Task[None] | None = None

    @property
    def state(self) -> CaptureState:
        spool = self._spool
        return CaptureState(self.wish, dict(self._refused), spool.size if spool else 0, spool.dropped if spool else 0)

    async def want(self, wish: CaptureWish) -> None:
        """The wish holds when this returns, as far as it can; what is no longer wished is in closed segments."""
        self.wish = wish
        async with self._lock:
            if wish and self._spool is None:
                self._spool = await asyncio.to_thread(self._spools.of, self._instance_id, self._credential)
            await self._apply()
            if not wish and self._spool is not None:
                await self._spool.flush()

    async def begin(self, life: Life) -> None:
        """The browser answers, and nobody was let in yet."""
        self._life = life
        self._inputs = InputLog(life.pages, self._acted)
        life.pages.attend(self._inputs)
        life.pages.attend(_Loss(self._lost))
        if self.wish:
            try:
                await self.want(self.wish)
            except OSError as error:  # a full disk is no reason to have no browser
                logger.warning("nothing is captured: %s", error, extra={"browser": self._instance_id})

    async def end(self) -> None:
        """The life is to end, or has ended; may be called more than once."""
        self._life = None
        with contextlib.suppress(TimeoutError):  # a browser that hangs: it is asked again when its pages are closed
            async with asyncio.timeout(_END_SECONDS), self._lock:
                await self._apply()

    async def close(self) -> None:
        """The browser is gone for good; what was kept waits to be fetched."""
        if self._again is not None:
            self._again.cancel()
        await self.end()
        if self._spool is not None:
            self._spool.take(set())
            await self._spool.flush()
            self._spool.ended_at = time.monotonic()

    def crashed(self, reason: str, detail: str) -> None:
        """`detail` may end with what Chromium wrote last."""
        self._put(Stream.CRASH, {"t": now_ms(), "page": "", "reason": reason, "detail": redaction.text(detail)})

    def mark(self, label: str) -> None:
        self._put(Stream.MARK, {"t": now_ms(), "kind": "mark", "label": label[:256]})

    def downloaded(self, line: dict[str, Any]) -> None:
        self._put(Stream.DOWNLOAD, line)

    def joined(self, connection: str, relay: Relay, target: str) -> None:
        """A client is there; `target` where it is connected to one page alone."""
        self._relays[connection] = relay, Commands(connection, target, self._commanded, self._client_acted)
        self._listen()

    def left(self, connection: str) -> None:
        self._relays.pop(connection, None)

    def commanded(self, connection: str, method: str, began: float, error: str) -> None:
        """A client's command that never reached the browser because it is ours; `began` in unix seconds."""
        if connection in self._relays:
            self._relays[connection][1].tell_ours(method, began, error)

    def hear_inputs(self, listener: OnInput) -> Callable[[], None]:
        """Hear what clients and people do, as lines of the input stream; answers the call that undoes it."""
        self._listeners.append(listener)
        self._listen()

        def undo() -> None:
            self._listeners.remove(listener)
            self._listen()

        return undo

    async def _apply(self) -> None:
        """Recorders as they are wished, of the life that there is."""
        wanted = self._wanted() if self._life is not None else set()
        for kind in [kind for kind in self._running if kind not in wanted or self._is_stale(kind)]:
            await self._running.pop(kind).aclose()
        self._made_in = self._life
        if self._spool is not None:
            self._spool.take(_streams(self.wish))
        self._refused.clear()
        for kind in sorted(wanted - self._running.keys()):
            await self._start(kind)
        self._listen()

    def _is_stale(self, kind: str) -> bool:
        """Made for a life that is over, or to record the DOM in another manner than is wished now."""
        return self._made_in is not self._life or (kind == "dom" and _manner(self._made_for) != _manner(self.wish))

    def _wanted(self) -> set[str]:
        wish = self.wish
        kinds = {"visits": bool(wish), "logs": wish.logs, "dom": wish.dom, "video": wish.video}
        return {kind for kind, is_wanted in kinds.items() if is_wanted}

    async def _start(self, kind: str) -> None:
        life, spool, stack = self._life, self._spool, contextlib.AsyncExitStack()
        if life is None or spool is None:
            return
        makers = {"visits": self._visits, "logs": self._logs, "dom": self._dom, "video": self._video}
        try:
            await stack.enter_async_context(makers[kind](life, spool))
        except (DevtoolsError, RecorderMissing) as error:
            logger.warning("%s is not captured: %s", kind, error, extra={"browser": self._instance_id})
            if kind != "visits":  # which nobody wished by name; what was is refused for the same reason
                self._refused[kind] = str(error)
            return
        self._running[kind] = stack

    @contextlib.asynccontextmanager
    async def _visits(self, life: Life, spool: Spool) -> AsyncIterator[None]:
        async with life.pages.held(VisitLog(life.pages, spool)):
            yield

    @contextlib.asynccontextmanager
    async def _logs(self, life: Life, spool: Spool) -> AsyncIterator[None]:
        network = NetworkLog(life.pages, spool)
        async with life.pages.held(ConsoleLog(life.pages, spool)), life.pages.held(network):
            yield
            network.stop()

    @contextlib.asynccontextmanager
    async def _dom(self, life: Life, spool: Spool) -> AsyncIterator[None]:
        library = await asyncio.to_thread(dom.read_library, self._recorder)
        recorder = DomRecorder(life.pages, spool, library, self.wish)
        self._made_for = self.wish
        self._put_state(Stream.DOM, "started")
        async with life.pages.held(recorder):
            yield
            if self._life is life:
                await recorder.stop()
        self._put_state(Stream.DOM, "stopped")

    @contextlib.asynccontextmanager
    async def _video(self, life: Life, spool: Spool) -> AsyncIterator[None]:
        recorder = VideoRecorder(life.pages, life.casts, spool)
        self._put_state(Stream.VIDEO, "started")
        async with life.pages.held(recorder):
            recorder.start()
            yield
            await recorder.stop()
        self._put_state(Stream.VIDEO, "stopped")

    def _lost(self) -> None:
        if self._life is not None:
            self._again = asyncio.get_running_loop().create_task(self._begin_again(self._life))

    async def _begin_again(self, life: Life) -> None:
        """Our connection broke; the browser may live on."""
        async with self._lock:
            for stack in self._running.values():
                await stack.aclose()
            self._running.clear()
        await asyncio.sleep(_AGAIN_SECONDS)
        if self._life is life and self.wish:
            await self.want(self.wish)

    def _listen(self) -> None:
        """Relays are listened to only while somebody wants to know."""
        is_wanted = bool(self.wish) or bool(self._listeners)
        for relay, commands in self._relays.values():
            relay.listener = commands if is_wanted else None

    def _commanded(self, line: dict[str, Any], size: int) -> None:
        if self._spool is not None:
            self._spool.append(Stream.COMMAND, line, size)

    def _client_acted(self, target: str, method: str, params: Any) -> None:
        if self._inputs is not None:
            self._inputs.client_acted(target, method, params)

    def _acted(self, line: dict[str, Any]) -> None:
        if self._spool is not None:
            self._spool.append(Stream.INPUT, line, 260)
        for listener in list(self._listeners):
            listener(line)

    def _put_state(self, stream: Stream, state: str) -> None:
        self._put(Stream.MARK, {"t": now_ms(), "kind": "recorder", "stream": stream, "state": state})

    def _put(self, stream: Stream, line: dict[str, Any]) -> None:
        if self._spool is not None:
            self._spool.append(stream, line, 400)


class _Loss(Watcher):
    def __init__(self, lost: Callable[[], None]) -> None:
        self._lost = lost

    def lost(self) -> None:
        self._lost()


def _streams(wish: CaptureWish) -> set[Stream]:
    kinds = {Stream.DOM: wish.dom, Stream.VIDEO: wish.video}
    streams = {stream for stream, is_wanted in kinds.items() if is_wanted} | (_LOGS if wish.logs else set())
    return streams | (_ALWAYS if wish else set())


def _manner(wish: CaptureWish) -> tuple[bool, tuple[str, ...]]:
    return wish.mask_inputs, wish.block
