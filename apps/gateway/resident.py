"""What lives in a gateway process as long as the process: its row and lease, its links, the watch over them."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import Error as DatabaseError

from apps.core import clock
from apps.core.errors import NoCapacity
from apps.events.bus import Topic
from apps.events.news import News
from apps.gateway.database import in_database
from apps.gateway.figures import BYTES, CONNECTIONS
from apps.gateway.links import RESTART, REVOKED, Goodbye, Link
from apps.gateway.side_channels import SideChannels
from apps.nodes.models import Process
from apps.nodes.services import Slot, end_process, register_process, renew_process, take_slot
from apps.sessions.connections import close_connection, connection_named, credentials_of, open_at, to_cut, touch
from apps.sessions.lifecycle import EndReason, close_code
from apps.sessions.queries import session_with_key
from apps.tokens.services import revoked

logger = logging.getLogger(__name__)

WATCH_SECONDS = 1.0
TOUCH_SECONDS = 5.0
STRAY_SECONDS = 10.0  # a row of ours that nobody here serves for so long is closed
READY_SECONDS = 5.0


@dataclass(frozen=True)
class Sight:
    """What the database says of our connections: which must go and why, which stand as open."""

    must_go: dict[str, Goodbye]
    standing: set[str]


class Resident:
    """Started by the server's lifespan, else by the first client."""

    def __init__(self, run_dir: Path) -> None:
        self._run_dir = run_dir
        self._slot: Slot | None = None
        self._process: Process | None = None
        self._registered = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._links: dict[str, Link] = {}
        self._counted: dict[str, int] = {}
        self._strays: dict[str, float] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._news = News(Topic.REVOKED)
        self.channels = SideChannels(self._links.get)

    @property
    def links(self) -> tuple[Link, ...]:
        return tuple(self._links.values())

    def start(self) -> None:
        """Repeatable."""
        if not self._tasks:
            loop = asyncio.get_running_loop()
            self._tasks = [loop.create_task(_again(work)) for work in (self._keep_lease, self._watch, self._touch)]

    async def stop(self) -> None:
        """The server has let every connection end, or its patience is over."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        self.channels.stop()
        if self._process is not None:
            try:
                await in_database(end_process, self._process)
            except DatabaseError:
                logger.info("gateway.lease_left_to_lapse")
        if self._slot is not None:
            self._slot.lock.close()

    async def process(self) -> Process:
        """Our row. Raises NoCapacity while the database cannot be reached."""
        self.start()
        try:
            async with asyncio.timeout(READY_SECONDS):
                await self._registered.wait()
        except TimeoutError:
            raise NoCapacity("starting", "The gateway is still starting. Try again.", retry_after=1) from None
        if self._process is None:
            raise NoCapacity("starting", "The gateway is still starting. Try again.", retry_after=1)
        return self._process

    def opened(self, link: Link) -> None:
        self._links[link.id] = link
        CONNECTIONS.inc()

    def ended(self, link: Link) -> None:
        if self._links.pop(link.id, None) is not None:
            self._counted.pop(link.id, None)
            CONNECTIONS.dec()
            BYTES.labels("up").inc(link.meter.up)
            BYTES.labels("down").inc(link.meter.down)

    async def _keep_lease(self) -> None:
        while True:
            try:
                if self._process is None:
                    self._process = await in_database(self._register)
                    self._registered.set()
                elif not await in_database(_renew, self._process):
                    logger.error("gateway.name_taken", extra={"process": self._process.name})
                    self._process = None
                    self._registered.clear()
                    continue
            except DatabaseError as error:
                logger.warning("gateway.lease_not_renewed", extra={"reason": type(error).__name__})
            await asyncio.sleep(settings.GRID.heartbeat_seconds if self._process else WATCH_SECONDS)

    def _register(self) -> Process:
        self._slot = self._slot or take_slot(Process.Kind.GATEWAY, self._run_dir)
        return register_process(Process.Kind.GATEWAY, self._slot)

    async def _watch(self) -> None:
        """Revoked, ended and lost connections are closed within a second, and at once on a hint."""
        while True:
            await self._news.wait(WATCH_SECONDS)
            process = self._process
            if process is None or not self._links:
                continue
            known = set(self._links)
            try:
                sight = await in_database(see, process)
            except DatabaseError as error:
                logger.warning("gateway.watch_failed", extra={"reason": type(error).__name__})
                continue
            self._act(known, sight)

    def _act(self, known: set[str], sight: Sight) -> None:
        lost = {name: Goodbye(RESTART, "connection lost") for name in known - sight.standing - set(sight.must_go)}
        for name, goodbye in {**lost, **sight.must_go}.items():
            link = self._links.get(name)
            if link is not None and link.goodbye is None and not link.over.is_set():
                logger.info("gateway.dismissed", extra={"connection": name, "code": goodbye.code})
                link.dismiss_soon(goodbye)
        now = time.monotonic()
        self._strays = {name: self._strays.get(name, now) for name in sight.standing - known - set(self._links)}
        for name in [name for name, since in self._strays.items() if now - since > STRAY_SECONDS]:
            logger.warning("gateway.stray_closed", extra={"connection": name})
            self._background(in_database(_close_stray, name))

    def _background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _touch(self) -> None:
        """Sessions whose clients and people did something were used."""
        while True:
            await asyncio.sleep(TOUCH_SECONDS)
            used = []
            for link in self.links:
                if link.used != self._counted.get(link.id, 0):
                    self._counted[link.id] = link.used
                    used.append(link.session.pk)
            if used:
                try:
                    await in_database(_touch, used)
                except DatabaseError as error:
                    logger.warning("gateway.touch_failed", extra={"reason": type(error).__name__})


async def _again(work: Callable[[], Awaitable[None]]) -> None:
    """For ever: a process that nobody watches over would let revoked clients stay."""
    while True:
        try:
            await work()
        except Exception:
            logger.exception("gateway.watch_broken")
        await asyncio.sleep(WATCH_SECONDS)


def see(process: Process) -> Sight:
    why = to_cut(process, revoked=revoked(credentials_of(process)))
    goodbyes = {
        name: Goodbye(REVOKED, "credential revoked") if cause == "revoked" else _farewell(name)
        for name, cause in why.items()
    }
    return Sight(goodbyes, open_at(process))


def _farewell(name: str) -> Goodbye:
    """What a client is told whose session ends."""
    connection = connection_named(name)
    session = session_with_key(connection.session_id) if connection else None
    reason = session.end_reason if session else ""
    return Goodbye(close_code(EndReason(reason)) if reason else 4000, reason or "released")


def _renew(process: Process) -> bool:
    return renew_process(process, clock.now())


def _touch(session_keys: list[UUID]) -> None:
    touch(session_keys, clock.now())


def _close_stray(name: str) -> None:
    connection = connection_named(name)
    if connection is not None:
        close_connection(connection, ours=True)
