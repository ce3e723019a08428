"""One run of a child: start it on a leash, pass its output on line by line, learn of its end, end it."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from browsergrid.supervisor import leash, warden
from browsergrid.supervisor.plan import Child

_LONGEST_LINE = 64 * 1024
_READ_BYTES = 64 * 1024
_LAST_LINES = 20
_POLL_SECONDS = 0.05


class Run:
    """Made by `Run.start`; `ended` is set, with `code`, once the child is gone and reaped."""

    def __init__(self, process: subprocess.Popen[bytes], mark: str, say: Callable[[str], None]) -> None:
        self._process = process
        self._mark = mark
        self._say = say
        self._partial = b""
        self._loop = asyncio.get_running_loop()
        self.started_at = self._loop.time()
        self.ended = asyncio.Event()
        self.code: int | None = None
        self.last_lines: deque[str] = deque(maxlen=_LAST_LINES)

    @classmethod
    def start(cls, child: Child, *, mark: str, cwd: Path, say: Callable[[str], None]) -> "Run":
        """Must be called in the main thread: the leash is tied to the thread that makes the child."""
        own_mark = f"{mark}/{child.name}/"
        reading, writing = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        os.set_blocking(writing, True)
        try:
            process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-I", "-S", str(leash.__file__), str(os.getpid()), *child.command],
                stdin=subprocess.DEVNULL,
                stdout=writing,
                stderr=writing,
                cwd=cwd,
                env={**child.environment, warden.VARIABLE: own_mark},
                start_new_session=True,  # Ctrl-C reaches us alone, and we end the children in order
            )
        finally:
            os.close(writing)
        run = cls(process, own_mark, say)
        run._watch(reading)
        return run

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def seconds(self) -> float:
        return self._loop.time() - self.started_at

    def ask_to_end(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    async def clear(self) -> None:
        """End what the child left behind: a restart must find neither its workers nor its browsers."""
        self.kill()
        await asyncio.to_thread(warden.end, self._mark)

    def _watch(self, reading: int) -> None:
        self._loop.add_reader(reading, self._read, reading)
        descriptor = os.pidfd_open(self._process.pid)
        self._loop.add_reader(descriptor, self._reap, descriptor)

    def _reap(self, descriptor: int) -> None:
        self.code = self._process.wait()
        self._loop.remove_reader(descriptor)
        os.close(descriptor)
        self.ended.set()

    def _read(self, reading: int) -> None:
        try:
            data = os.read(reading, _READ_BYTES)
        except BlockingIOError:
            return
        *lines, self._partial = (self._partial + data).split(b"\n")
        if self._partial and (not data or len(self._partial) > _LONGEST_LINE):
            lines.append(self._partial)
            self._partial = b""
        for line in lines:
            text = line.decode(errors="replace").rstrip("\r")
            self.last_lines.append(text)
            self._say(text)
        if not data:
            self._loop.remove_reader(reading)
            os.close(reading)
