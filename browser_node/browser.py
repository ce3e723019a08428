"""One browser of this node: which launch is wanted, which life it lives, and what is told about it.

One task (`run`) does all starting and ending, in order; everybody else only writes down what is wanted and waits. The
processes behind a life stand in `life`, all browsers together in `browsers`.
"""

import asyncio
import logging
import time
from collections.abc import Callable

from browser_node import memory, sandbox
from browser_node.capture.keeping import Capture
from browser_node.changes import Changes
from browser_node.connections import SETTLE_SECONDS, Connections
from browser_node.devtools import DevtoolsError
from browser_node.files import Files
from browser_node.ground import Ground
from browser_node.hold import InputHold
from browser_node.life import End, Life, StartFailed
from browser_node.processes import Usage
from browser_node.side_channel import SideChannels
from browser_node.wire import Fact, LaunchSpec, Observed, Phase, Reason

logger = logging.getLogger(__name__)

PREPARE_FRACTION = 0.25  # of memory must be free to prepare a page
PRESSURE_FRACTION = 0.20  # below this much, prepared pages are dropped

_GOODBYE_SECONDS = 1.2  # for clients to be left between two messages before the browser goes


class NotUsable(Exception):
    """The browser cannot be used with the launch that the caller wants; with the HTTP status that says so."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code


class Browser:
    """`want` and `stop` may be called at any time and as often as one likes."""

    def __init__(self, ground: Ground, spec: LaunchSpec, slot: int, changed: Callable[[], None]) -> None:
        self.spec = spec
        self.slot = slot
        self.phase = Phase.STARTING
        self.launch = ""  # the one that is present
        self.usage = Usage(0, 0.0)
        self.connections = Connections(self._touch)
        self.viewers = Connections(lambda: None)  # they are no clients: nothing waits for them
        self.hold = InputHold()
        self.channels = SideChannels()
        home = ground.directories.root / spec.instance_id
        self.files = Files(home, sandbox.HOME if ground.walled else str(home), ground.config.files_bytes)
        self.capture = Capture(ground.spools, spec.instance_id, spec.credential, ground.config.recorder)
        self.capture.wish = spec.capture
        self.files.listen(self.capture.downloaded)
        self.life: Life | None = None
        self._ground = ground
        self._tell_node = changed
        self._changes = Changes()
        self._end = End(Reason.NONE, "")
        self._farewell = (1012, "service restart")
        self._stop_grace: float | None = None
        self._allowed_after = 0.0
        self._wanted = asyncio.Event()

    @property
    def is_stopping(self) -> bool:
        return self._stop_grace is not None

    @property
    def is_vacant(self) -> bool:
        """It holds no process and will not get one."""
        return self.phase is Phase.FAILED

    def want(self, spec: LaunchSpec) -> bool:
        """True when this means another launch than the one that is there or on its way."""
        before, self.spec = self.spec, spec
        if spec.launch == before.launch:
            return False
        self._change(Phase.STARTING)
        self._wanted.set()
        return True

    def stop(self, grace_seconds: float, code: int, reason: str) -> None:
        """The browser goes, after its clients were left with that code and reason."""
        if self._stop_grace is None:
            self._farewell = (code, reason)
            self._send_away(code, reason)
        self._stop_grace = min(grace_seconds, grace_seconds if self._stop_grace is None else self._stop_grace)
        self._change(Phase.STOPPING)
        self._wanted.set()

    def farewell(self) -> tuple[int, str]:
        """What a client is told whose browser goes."""
        if self.phase is Phase.FAILED:
            return 4000, self._end.reason or Reason.BROWSER_CRASHED
        if self.phase is Phase.RUNNING:
            return 4000, Reason.BROWSER_CRASHED  # the client's connection broke before we were told
        return self._farewell

    def observed(self) -> Observed:
        life = self.life
        version = life.version if life else None
        return Observed(
            instance_id=self.spec.instance_id,
            phase=self.phase,
            launch=self.launch,
            alive=self.phase is Phase.RUNNING and life is not None and life.is_alive,
            reason=self._end.reason if self.phase is Phase.FAILED else Reason.NONE,
            detail=self._end.detail if self.phase is Phase.FAILED else "",
            browser=version.browser if version else "",
            protocol_version=version.protocol_version if version else "",
            user_agent=version.user_agent if version else "",
            v8_version=version.v8_version if version else "",
            webkit_version=version.webkit_version if version else "",
            connections=len(self.connections),
            memory_bytes=self.usage.memory_bytes,
            cpu_seconds=round(self.usage.cpu_seconds, 2),
            prepared=life is not None and life.is_prepared,
        )

    async def usable(self, wanted_launch: str, seconds: float) -> Life:
        """The life that lives that launch (any, where it is empty), as soon as it does. Raises NotUsable."""
        deadline = asyncio.get_running_loop().time() + seconds
        while True:
            seen = self._changes.version
            if self.is_stopping:
                raise NotUsable(410, "ended", "the browser is being stopped")
            is_it = wanted_launch in ("", self.launch)
            if self.phase is Phase.RUNNING and is_it and self.life is not None:
                return self.life
            if self.phase is Phase.FAILED and wanted_launch in ("", self.spec.launch):
                raise NotUsable(503, self._end.reason, self._end.detail or "the browser has failed")
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0 or not await self._changes.wait(seen, left):
                raise NotUsable(503, "start_timeout", "the browser did not get ready in time")

    async def run(self) -> None:
        """Until it was stopped and nothing of it is left."""
        try:
            while not self.is_stopping:
                self._wanted.clear()
                self.life = Life(self._ground, self.spec, self.slot, self.files, self._touch)
                living = asyncio.get_running_loop().create_task(self._live(self.life))
                try:
                    await self._wanted.wait()
                    if self._stop_grace:
                        await self._leave(self.life, self._stop_grace)
                    elif not self.is_stopping:
                        self._send_away(1012, "relaunch")
                finally:
                    living.cancel()
                    await asyncio.gather(living, return_exceptions=True)
                    await self.capture.end()
                    await self.life.finish()
                    await asyncio.to_thread(self._ground.directories.wipe, self.spec.instance_id)
        finally:
            await self.capture.close()
            self._change(Phase.STOPPING)

    async def tend(self, free_fraction: float) -> None:
        """Have the page ready where that is wanted and there is memory; give it back where there is none."""
        life = self.life
        if self.phase is not Phase.RUNNING or life is None or not life.is_alive:
            return
        try:
            await self._allow_downloads_again(life)
            if life.is_prepared and (free_fraction < PRESSURE_FRACTION or not self.spec.prepare):
                await life.supervisor.drop_prepared_page()
            elif self.spec.prepare and free_fraction >= PREPARE_FRACTION and not self.connections:
                await life.supervisor.prepare_page()
        except DevtoolsError as error:
            logger.info("a page could not be prepared or dropped: %s", error, extra=self._named)

    async def _allow_downloads_again(self, life: Life) -> None:
        """Once the client that left last, and took them back by leaving, is gone for Chromium, too."""
        left_at = self.connections.left_at
        if left_at != self._allowed_after and time.monotonic() > left_at + SETTLE_SECONDS:
            await life.supervisor.allow_downloads(self.files.downloads)
            self._allowed_after = left_at

    async def _live(self, life: Life) -> None:
        """One life; a failure stays told until another life is wanted or the browser is deleted."""
        end = await self._begin(life) or await life.watch()
        if self._wanted.is_set():
            return  # it was to end anyway
        self._end = end
        logger.warning("a browser failed: %s", end.detail, extra={**self._named, "reason": end.reason})
        self._change(Phase.FAILED)
        self.capture.crashed(end.reason, end.detail)
        await self.capture.end()
        await self.channels.tell(Fact.CRASHED)
        await life.finish()
        self.usage = Usage(0, self.usage.cpu_seconds)

    async def _begin(self, life: Life) -> End | None:
        """None once it runs; else why it does not."""
        seconds = life.spec.start_timeout_seconds
        try:
            async with asyncio.timeout(seconds):
                await life.begin()
                await self.capture.begin(life)
        except TimeoutError:
            return End(Reason.START_TIMEOUT, f"the browser was not ready within {seconds:g} s")
        except StartFailed as error:
            return End(Reason.BROWSER_CRASHED, str(error))
        if not self._wanted.is_set():
            self.launch = life.spec.launch
            self._change(Phase.RUNNING)
        await self.tend(memory.read_memory().free_fraction)
        return None

    async def _leave(self, life: Life, grace_seconds: float) -> None:
        """Clients first, then Chromium, each in its own time."""
        deadline = asyncio.get_running_loop().time() + min(_GOODBYE_SECONDS, grace_seconds)
        while self.connections and (left := deadline - asyncio.get_running_loop().time()) > 0:
            await self._changes.wait(self._changes.version, left)
        await self.capture.end()
        await life.close(grace_seconds)

    def _send_away(self, code: int, reason: str) -> None:
        for connections in (self.connections, self.viewers):
            connections.close_all(code, reason)

    def _change(self, phase: Phase) -> None:
        if phase is Phase.STARTING:
            self.launch = ""
        self.phase = Phase.STOPPING if self.is_stopping else phase
        self._touch()

    def _touch(self) -> None:
        self._changes.touch()
        self._tell_node()

    @property
    def _named(self) -> dict[str, str]:
        return {"browser": self.spec.instance_id}
