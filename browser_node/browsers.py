"""All browsers of this node: which run here, how much room is left, and one version for everything that changes.

The four verbs of a provider end here: start (`put`), observe, stop, owned. What one browser does stands in `browser`.
"""

import asyncio
import contextlib
import logging
from enum import Enum

from browser_node import memory, processes
from browser_node.browser import Browser
from browser_node.changes import Changes
from browser_node.ground import Ground
from browser_node.processes import Snapshot, Usage
from browser_node.wire import LaunchSpec, NodeHealth, Observation, Observed

logger = logging.getLogger(__name__)

_TEND_SECONDS = 1.0
_MEASURE_SECONDS = 5.0
_SHUTDOWN_GRACE_SECONDS = 2.0


class NoRoom(Exception):
    """As many browsers run here as may."""


class Stopping(Exception):
    """A browser of this name is going; it may come again once it is gone."""


class Put(Enum):
    STARTED = "started"
    RELAUNCHED = "relaunched"
    UNCHANGED = "unchanged"


class Browsers:
    """Call `open` first and `close` last."""

    def __init__(self, ground: Ground) -> None:
        self.changes = Changes()
        self._ground = ground
        self._browsers: dict[str, Browser] = {}
        self._runs: dict[str, asyncio.Task[None]] = {}
        self._tending: list[asyncio.Task[None]] = []
        self._is_closing = False

    async def open(self) -> None:
        """Nothing of an earlier node survives."""
        await asyncio.to_thread(self._end_leftovers)
        loop = asyncio.get_running_loop()
        self._tending = [loop.create_task(self._tend()), loop.create_task(self._measure())]

    async def close(self) -> None:
        self._is_closing = True
        for task in self._tending:
            task.cancel()
        for browser in self._browsers.values():
            browser.stop(_SHUTDOWN_GRACE_SECONDS, 1012, "service restart")
        await asyncio.gather(*self._tending, *self._runs.values(), return_exceptions=True)
        self._ground.resolver.close()
        self._ground.directories.close()

    def get(self, instance_id: str) -> Browser | None:
        return self._browsers.get(instance_id)

    def all(self) -> list[Browser]:
        return list(self._browsers.values())

    def put(self, spec: LaunchSpec) -> Put:
        """Raises NoRoom or Stopping."""
        browser = self._browsers.get(spec.instance_id)
        if browser is not None:
            if browser.is_stopping:
                raise Stopping(spec.instance_id)
            return Put.RELAUNCHED if browser.want(spec) else Put.UNCHANGED
        if self._is_closing or sum(not other.is_vacant for other in self.all()) >= self._ground.config.max_browsers:
            raise NoRoom(f"{self._ground.config.max_browsers} browsers run here already")
        browser = Browser(self._ground, spec, self._free_slot(), self.changes.touch)
        self._browsers[spec.instance_id] = browser
        self._runs[spec.instance_id] = asyncio.get_running_loop().create_task(self._run(spec.instance_id, browser))
        self.changes.touch()
        return Put.STARTED

    def stop(self, instance_id: str, grace_seconds: float, code: int, reason: str) -> bool:
        """False when it is already gone."""
        browser = self._browsers.get(instance_id)
        if browser is None:
            return False
        browser.stop(grace_seconds, code, reason)
        return True

    def observe(self) -> Observation:
        seen = tuple(browser.observed() for browser in self._browsers.values())
        return Observation(self._ground.config.boot_id, seen, self.changes.version)

    def observe_one(self, instance_id: str) -> Observed:
        """Raises KeyError."""
        return self._browsers[instance_id].observed()

    def health(self) -> NodeHealth:
        now = memory.read_memory()
        return NodeHealth(
            name=self._ground.config.name,
            boot_id=self._ground.config.boot_id,
            ok=not self._is_closing,
            max_browsers=self._ground.config.max_browsers,
            browsers=len(self._browsers),
            memory_total=now.limit,
            memory_available=now.available,
        )

    async def _run(self, instance_id: str, browser: Browser) -> None:
        try:
            await browser.run()
        except Exception:
            # Its directory could not be wiped, or a defect of ours; the next start of the node wipes again.
            logger.exception("a browser did not end as it should", extra={"browser": instance_id})
        finally:
            del self._browsers[instance_id], self._runs[instance_id]
            self.changes.touch()

    async def _tend(self) -> None:
        while True:
            await asyncio.sleep(_TEND_SECONDS)
            free = memory.read_memory().free_fraction
            # One that does not answer must not hold up the others.
            await asyncio.gather(*(browser.tend(free) for browser in self.all()))

    async def _measure(self) -> None:
        while True:
            pids = {
                browser.spec.instance_id: browser.life.keeper_pid
                for browser in self.all()
                if browser.life is not None and browser.life.keeper_pid is not None
            }
            for instance_id, usage in (await asyncio.to_thread(_measure, pids)).items():
                with contextlib.suppress(KeyError):  # it went meanwhile
                    browser = self._browsers[instance_id]
                    browser.usage = Usage(usage.memory_bytes, max(usage.cpu_seconds, browser.usage.cpu_seconds))
            await asyncio.sleep(_MEASURE_SECONDS)

    def _free_slot(self) -> int:
        taken = {browser.slot for browser in self._browsers.values()}
        return next(slot for slot in range(len(taken) + 1) if slot not in taken)

    def _end_leftovers(self) -> None:
        names = self._ground.directories.names()
        if not names:
            return
        logger.warning("%d browsers of an earlier node are ended and wiped", len(names))
        while left := processes.confining(names):
            tree = [process for each in left for process in Snapshot().tree(each.pid)]
            for process in (*left, *tree):
                processes.kill(process)
            processes.wait_gone_now((*left, *tree))
        for name in names:
            self._ground.directories.wipe(name)


def _measure(pids: dict[str, int]) -> dict[str, Usage]:
    if not pids:
        return {}
    now = Snapshot()
    return {instance_id: now.usage(pid) for instance_id, pid in pids.items()}
