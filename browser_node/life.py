"""One Chromium from its start to its end: confined, its way out guarded, supervised.

A life is begun once and ended once. Which life a browser should be living, and what is told about it, stands in
`browser`.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from browser_node import discovery, launch, memory, prerequisites, sandbox
from browser_node.casts import Casts
from browser_node.destination import Destinations
from browser_node.devtools import Devtools, DevtoolsError
from browser_node.discovery import Document, Version
from browser_node.egress import Rules
from browser_node.files import Files
from browser_node.forward import Forwarder
from browser_node.ground import Ground
from browser_node.jail import Confinement, Jail, JailError
from browser_node.live.stream import VideoStream
from browser_node.pages import Pages
from browser_node.supervisor import Supervisor, Unreachable
from browser_node.tabs import Tabs
from browser_node.wire import LaunchSpec, Reason

_LOOK_SECONDS = 0.01
_EXIT_SECONDS = 0.8  # from the end of our connection to the end of the process, when it is a crash
_DIALS = 8  # Chromium's DevTools server queues 10 connections and lets further ones time out


class StartFailed(Exception):
    """Chromium did not come up; the message says what it said."""


@dataclass(frozen=True, slots=True)
class End:
    """How a life ended by itself."""

    reason: Reason
    detail: str


class Life:
    """Use `begin`, then `watch`; `finish` in every case."""

    def __init__(self, ground: Ground, spec: LaunchSpec, slot: int, files: Files, changed: Callable[[], None]) -> None:
        self.spec = spec
        self.files = files
        self.version = Version()
        self.dials = asyncio.Semaphore(_DIALS)
        self._ground = ground
        self._slot = slot
        self._changed = changed
        self._oom_kills = memory.oom_kills()
        rules = Rules.parse(spec.egress.allow, ground.config.blocked)
        destinations = Destinations(rules, ground.resolver, spec.options.upstream_proxy)
        self.forwarder = Forwarder(spec.instance_id, destinations)
        self._tabs = Tabs()
        self.pages = Pages(self._open_devtools, self._tabs)
        self.casts = Casts(self.pages)
        self.video = VideoStream(self.pages, self.casts)
        self._ports = launch.INSIDE
        self._jail: Jail | None = None
        self._supervisor: Supervisor | None = None
        self._cancelling: asyncio.Task[None] | None = None
        self._finishing: asyncio.Task[None] | None = None

    @property
    def keeper_pid(self) -> int | None:
        return self._jail.pid if self._jail else None

    @property
    def jail(self) -> Jail:
        """There is one as soon as the life has begun to begin."""
        if self._jail is None:
            raise ConnectionRefusedError("the browser has not started")
        return self._jail

    @property
    def supervisor(self) -> Supervisor:
        """There is one once the life has begun."""
        if self._supervisor is None:
            raise DevtoolsError("the browser has not started")
        return self._supervisor

    @property
    def is_alive(self) -> bool:
        return self._supervisor is not None and self._supervisor.is_alive

    @property
    def is_prepared(self) -> bool:
        return self._supervisor is not None and self._supervisor.prepared_page is not None

    async def begin(self) -> None:
        """Until it answers CDP. Raises StartFailed; the caller sets the time limit."""
        async with self._ground.starts:
            try:
                uid = prerequisites.uid_for(self._slot) if self._ground.walled else -1
                home = self._ground.directories.make(self.spec.instance_id, uid)
                self.files.forget()
                self._jail, listener = await Jail.start(self._confinement(home, uid))
                await self.forwarder.serve(listener)
                self.version = await self._first_answer(self._jail)
                self._supervisor = await self._attach()
            except (JailError, DevtoolsError, OSError, ValueError) as error:
                raise StartFailed(str(error)) from error

    async def watch(self) -> End:
        """Until it ends by itself."""
        exited = self.jail.exited
        while True:
            watching = asyncio.get_running_loop().create_task(self.supervisor.watch())
            try:
                await asyncio.wait((exited, watching), return_when=asyncio.FIRST_COMPLETED)
                if not exited.done():
                    await watching
                    await asyncio.wait((exited,), timeout=_EXIT_SECONDS)
                if exited.done():
                    return self._ended()
                await self._supervise_again()
            except Unreachable as error:
                return End(Reason.BROWSER_UNREACHABLE, str(error))
            except (DevtoolsError, OSError) as error:
                return End(Reason.BROWSER_CRASHED, f"the browser's DevTools server is gone: {error}")
            finally:
                watching.cancel()
                await asyncio.gather(watching, return_exceptions=True)

    async def connect(self) -> socket.socket:
        """A socket to this browser's DevTools port. Raises OSError."""
        return await self.jail.connect(self._ports.devtools)

    async def document(self, what: str) -> Document:
        """One of Chrome's JSON documents. Raises OSError or ValueError."""
        async with self.dials:
            return await discovery.fetch(await self.connect(), what)

    async def close(self, grace_seconds: float) -> None:
        """Ask Chromium to end and give it that time; `finish` does the rest."""
        if self._jail is None or self._supervisor is None or grace_seconds <= 0:
            return
        with contextlib.suppress(DevtoolsError):  # it hangs or is gone: the kill that follows ends it
            await self._supervisor.close_browser()
            await asyncio.wait((self._jail.exited,), timeout=grace_seconds)

    async def finish(self) -> None:
        """Nothing of it is left running afterwards. May be asked for more than once."""
        if self._finishing is None:
            self._finishing = asyncio.get_running_loop().create_task(self._finish())
        await asyncio.shield(self._finishing)

    async def _finish(self) -> None:
        await self.pages.close()
        if self._supervisor is not None:
            await self._supervisor.detach()
        if self._jail is not None:
            await self._jail.kill()
        await self.forwarder.close()

    def _confinement(self, home: Path, uid: int) -> Confinement:
        ground, options = self._ground, self.spec.options
        self._ports = launch.INSIDE if ground.walled else _free_ports()
        arguments = launch.chromium_arguments(
            options,
            major_version=ground.chromium.major_version,
            ports=self._ports,
            home=sandbox.HOME if ground.walled else str(home),
            sandboxed=ground.walled,
        )
        return Confinement(
            home=home,
            uid=uid,
            binary=ground.chromium.path,
            arguments=tuple(arguments),
            environment=launch.chromium_environment(options),
            policies=launch.POLICIES,
            bubblewrap=ground.bubblewrap,
            can_limit_size=ground.can_limit_size,
            proxy_port=self._ports.proxy,
            is_walled=ground.walled,
        )

    async def _first_answer(self, jail: Jail) -> Version:
        while not jail.exited.done():
            try:
                return Version.parse((await self.document("version")).body)
            except OSError:
                await asyncio.sleep(_LOOK_SECONDS)  # its port is not open yet, or it is on its way out
        raise StartFailed(f"Chromium {jail.exited.result().told}")

    async def _attach(self) -> Supervisor:
        devtools = await self._open_devtools()
        devtools.listen(self._hear)
        supervisor = Supervisor(devtools, self.spec.options.viewport, self._changed)
        await supervisor.allow_downloads(self.files.downloads)
        await supervisor.discover_tabs()
        return supervisor

    async def _open_devtools(self) -> Devtools:
        """Raises DevtoolsError or OSError."""
        async with self.dials:
            return await Devtools.open(await self.connect(), self.version.path)

    def _hear(self, method: str, params: dict[str, Any], session: str) -> None:
        self._tabs.hear(method, params)
        match method:
            case "Browser.downloadWillBegin":
                self.files.began(params["guid"], params["suggestedFilename"], params["url"], params["frameId"])
            case "Browser.downloadProgress":
                number = params["guid"]
                if not self.files.progressed(number, int(params["receivedBytes"]), params["state"]):
                    self._cancelling = asyncio.get_running_loop().create_task(self._cancel_download(number))

    async def _cancel_download(self, number: str) -> None:
        with contextlib.suppress(DevtoolsError):  # it is over meanwhile, or the browser is
            await self.supervisor.cancel_download(number)

    async def _supervise_again(self) -> None:
        """The connection broke and the process lives: take another one, and what the old one knew."""
        before, self._supervisor = self.supervisor, await self._attach()
        self._supervisor.is_handed_out = before.is_handed_out
        await before.detach()

    def _ended(self) -> End:
        ended = self.jail.exited.result()
        if ended.code == -9 and memory.oom_kills() > self._oom_kills:
            return End(Reason.OUT_OF_MEMORY, "the kernel ended the browser for want of memory")
        return End(Reason.BROWSER_CRASHED, f"the browser {ended.told}")


def _free_ports() -> launch.Ports:
    """Without walls all browsers share one network; somebody else may take these first, and the start then fails."""
    with socket.socket() as one, socket.socket() as other:
        for each in (one, other):
            each.bind(("127.0.0.1", 0))
        return launch.Ports(devtools=one.getsockname()[1], proxy=other.getsockname()[1])
