"""The spools of all browsers of this node, alive and gone: made, found again, forgotten when nobody fetches them."""

import asyncio
import logging
import shutil
import time
from pathlib import Path

from browser_node.capture.spool import Spool
from browser_node.wire import is_instance_id

logger = logging.getLogger(__name__)

KEPT_SECONDS = 15 * 60.0  # after the browser is gone, or after a restart of the node
EMPTY_SECONDS = 2.0  # the same where nothing is left to fetch
_TICK_SECONDS = 1.0


class Spools:
    """`open` first, `close` last. `limit` is in bytes, for each spool."""

    def __init__(self, root: Path, limit: int) -> None:
        self._root = root
        self._limit = limit
        self._spools: dict[str, Spool] = {}
        self._ticking: asyncio.Task[None] | None = None

    async def open(self) -> None:
        await asyncio.to_thread(self._load)
        self._ticking = asyncio.get_running_loop().create_task(self._tick())

    async def close(self) -> None:
        """What is open gets to disk; the spools stay."""
        if self._ticking is not None:
            self._ticking.cancel()
            await asyncio.gather(self._ticking, return_exceptions=True)
        await asyncio.gather(*(spool.flush() for spool in self._spools.values()))

    def get(self, instance_id: str) -> Spool | None:
        return self._spools.get(instance_id)

    def names(self) -> list[str]:
        return sorted(self._spools)

    def of(self, instance_id: str, credential: str) -> Spool:
        """The one that there is, or a new one. Raises OSError."""
        spool = self._spools.get(instance_id)
        if spool is None:
            spool = Spool.create(self._place(instance_id), self._limit, credential)
            self._spools[instance_id] = spool
        return spool

    async def remove(self, instance_id: str) -> None:
        """Already gone is a success."""
        spool = self._spools.pop(instance_id, None)
        if spool is not None:
            await asyncio.to_thread(shutil.rmtree, spool.directory, ignore_errors=True)

    def _place(self, instance_id: str) -> Path:
        if not is_instance_id(instance_id):
            raise ValueError("that is not the name of a browser")
        return self._root / instance_id

    def _load(self) -> None:
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in self._root.iterdir():
            if is_instance_id(path.name) and path.is_dir() and not path.is_symlink():
                spool = self._spools[path.name] = Spool.load(path, self._limit)
                spool.ended_at = time.monotonic()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            for spool in list(self._spools.values()):
                await spool.tick()
            for name, spool in list(self._spools.items()):
                ended_for = time.monotonic() - spool.ended_at if spool.ended_at is not None else 0.0
                if ended_for >= KEPT_SECONDS:
                    logger.warning("a capture was not fetched in time and is gone", extra={"browser": name})
                    await self.remove(name)
                elif ended_for >= EMPTY_SECONDS and not spool.segments():
                    await self.remove(name)  # all of it was fetched
