"""The node's end of one keeper: start it, get sockets into its network, learn of its end, end it.

What the keeper does inside stands in `keeper`; what bubblewrap shows Chromium in `sandbox`.
"""

import asyncio
import errno
import json
import os
import socket
import sys
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from browser_node import config, processes, sandbox

KEEPER = Path(__file__).with_name("keeper.py")

_GONE_SECONDS = 10.0
_LOOK_AGAIN_SECONDS = 1.0
_CONNECT_SECONDS = 10.0
_OUTPUT_KEPT = 4096


class JailError(Exception):
    """The browser's process could not be started, or is gone; the message says what was said about it."""


@dataclass(frozen=True, slots=True)
class Confinement:
    """How one browser is to be walled in. `uid` is -1 where the node is not root.

    `is_walled` false means no walls at all: the program then runs as we do, in our network.
    """

    home: Path
    uid: int
    binary: Path
    arguments: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    policies: dict[str, object]
    bubblewrap: str
    can_limit_size: bool
    proxy_port: int = 3128
    is_walled: bool = True


@dataclass(frozen=True, slots=True)
class Exit:
    """How the confined program ended: exit code, or the signal's number below zero."""

    code: int
    output: str  # the end of what it wrote to its standard error

    @property
    def told(self) -> str:
        how = f"exited with status {self.code}" if self.code >= 0 else f"was ended by signal {-self.code}"
        lines = [line for line in self.output.splitlines() if line.strip() and ":ERROR:" not in line]
        last = [line for line in lines if ":FATAL:" in line][:1] or lines[-3:]
        return f"{how}: {' | '.join(last)[:600]}" if last else how


class Jail:
    """One running keeper and what it keeps."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, control: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        self.pid = process.pid
        self.exited: asyncio.Future[Exit] = loop.create_future()
        self._name = name
        self._process = process
        self._control = control
        self._listener: asyncio.Future[socket.socket] = loop.create_future()
        self._answers: deque[asyncio.Future[socket.socket]] = deque()
        self._output = b""
        self._status: int | None = None
        self._refusal = ""
        loop.add_reader(control.fileno(), self._hear)
        self._watch = loop.create_task(self._wait())

    @classmethod
    async def start(cls, confinement: Confinement) -> tuple["Jail", socket.socket]:
        """The jail and the listener that its browser's proxy connections arrive at. Raises JailError."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        policies = [_policy_file(confinement.policies) for _ in range(2)]
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", str(KEEPER)),
                *_keeper_arguments(confinement, theirs.fileno(), tuple(policies)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                env=config.handed_on(),
                pass_fds=(theirs.fileno(), *policies),
                start_new_session=True,  # Ctrl-C is for the node, which then closes its browsers gracefully
            )
        except OSError as error:
            ours.close()
            raise JailError(f"the keeper could not be started: {error}") from error
        except BaseException:
            ours.close()  # a keeper that was started nevertheless ends with it
            raise
        finally:
            theirs.close()
            for descriptor in policies:
                os.close(descriptor)
        ours.setblocking(False)  # noqa: FBT003 - the standard library's signature
        jail = cls(confinement.home.name, process, ours)
        try:
            return jail, await asyncio.shield(jail._listener)
        except BaseException:
            await jail.kill()
            raise

    async def connect(self, port: int) -> socket.socket:
        """A socket connected to this loopback port of the browser's network. Raises OSError."""
        loop = asyncio.get_running_loop()
        if self.exited.done() or self._control.fileno() < 0:
            raise ConnectionRefusedError("the browser is gone")
        try:
            self._control.send(b"C%d" % port)
        except OSError as error:
            raise ConnectionRefusedError("the browser is on its way out") from error
        answer: asyncio.Future[socket.socket] = loop.create_future()
        self._answers.append(answer)
        try:
            inside = await asyncio.shield(answer)
        except asyncio.CancelledError:
            answer.add_done_callback(_close_result)
            raise
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                await _connected(inside)
        except BaseException:
            inside.close()
            raise
        return inside

    async def kill(self) -> bool:
        """End keeper and browser at once; true when every process of theirs is seen gone."""
        tree = await asyncio.to_thread(lambda: processes.Snapshot().tree(self.pid))
        with suppress(ProcessLookupError):
            self._process.kill()
        # A bubblewrap that was just being started may not have asked to die with its parent yet.
        while orphans := await asyncio.to_thread(processes.confining, [self._name]):
            for process in orphans:
                processes.kill(process)
            await processes.wait_gone(orphans, _LOOK_AGAIN_SECONDS)
        await self.exited
        return await processes.wait_gone(tree, _GONE_SECONDS)

    def _hear(self) -> None:
        try:
            message, descriptors, _, _ = socket.recv_fds(self._control, 1024, 1)
        except BlockingIOError:
            return
        except OSError:
            message, descriptors = b"", []
        kind, rest = message[:1], message[1:]
        if kind == b"L":
            self._listener.set_result(socket.socket(fileno=descriptors[0]))
        elif kind in (b"C", b"c"):
            answer = self._answers.popleft()
            if kind == b"C":
                answer.set_result(socket.socket(fileno=descriptors[0]))
            else:
                code = int(rest)
                answer.set_exception(OSError(code, os.strerror(code)))
        elif kind == b"X":
            self._status = os.waitstatus_to_exitcode(int(rest))
        elif kind == b"E":
            self._refusal = rest.decode(errors="replace")
        elif not message:
            asyncio.get_running_loop().remove_reader(self._control.fileno())

    async def _wait(self) -> None:
        while self._process.stderr and (text := await self._process.stderr.read(4096)):
            self._output = (self._output + text)[-_OUTPUT_KEPT:]
        code = await self._process.wait()
        self._hear_the_rest()
        output = self._refusal or self._output.decode(errors="replace")
        ended = Exit(code if self._status is None else self._status, output)
        if not self._listener.done():
            self._listener.set_exception(JailError(f"the keeper {ended.told}"))
            self._listener.exception()
        for answer in self._answers:
            if not answer.done():
                answer.set_exception(ConnectionRefusedError("the browser is gone"))
                answer.exception()
        self._answers.clear()
        self.exited.set_result(ended)

    def _hear_the_rest(self) -> None:
        """What the keeper said last may still lie unread when its end is noticed."""
        loop = asyncio.get_running_loop()
        while loop.remove_reader(self._control.fileno()):
            self._hear()
            if not self._has_more():
                break
            loop.add_reader(self._control.fileno(), self._hear)
        self._control.close()

    def _has_more(self) -> bool:
        try:
            return bool(self._control.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
        except OSError:
            return False


def _keeper_arguments(confinement: Confinement, control: int, policies: tuple[int, ...]) -> list[str]:
    outside = not confinement.binary.is_relative_to("/usr")
    directory = str(confinement.binary.parent) if outside else ""
    walls = sandbox.Sandbox(
        name=confinement.home.name,
        home="@home@",
        command=(str(confinement.binary), *confinement.arguments),
        environment=confinement.environment,
        binary_directory="@binary@" if outside else "",
        binary_mounted_at=directory,
        policy_descriptors=policies,
        can_limit_size=confinement.can_limit_size,
    )
    if confinement.is_walled:
        command = sandbox.bubblewrap_arguments(walls, confinement.bubblewrap)
    else:
        home = ("HOME", str(confinement.home))
        environment = (f"{name}={value}" for name, value in (home, *confinement.environment))
        command = ["/usr/bin/env", "-i", *environment, *walls.command]
    kind = "walled" if confinement.is_walled else "bare"
    places = (str(confinement.uid), str(confinement.proxy_port), str(confinement.home), directory)
    return [str(control), kind, *places, "--", *command]


def _policy_file(policies: dict[str, object]) -> int:
    descriptor = os.memfd_create("policies", os.MFD_CLOEXEC)
    os.write(descriptor, json.dumps(policies).encode())
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


async def _connected(inside: socket.socket) -> None:
    """Until a connection that was only begun stands."""
    loop = asyncio.get_running_loop()
    writable: asyncio.Future[None] = loop.create_future()

    def wake() -> None:
        if not writable.done():
            writable.set_result(None)

    loop.add_writer(inside.fileno(), wake)
    try:
        await writable
    finally:
        loop.remove_writer(inside.fileno())
    code = inside.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if code:
        raise OSError(code, errno.errorcode.get(code, "") or os.strerror(code))


def _close_result(answer: "asyncio.Future[socket.socket]") -> None:
    if not answer.cancelled() and answer.exception() is None:
        answer.result().close()
