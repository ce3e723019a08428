"""What /proc tells about trees of processes: who belongs to one, what it uses, whether it is gone.

Reads only, but for `kill`, which takes a process by pid *and* start time, so that a pid used again is never hit.
"""

import asyncio
import os
import signal
import time
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICK = os.sysconf("SC_CLK_TCK")
_LOOK_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Process:
    pid: int
    started: int  # clock ticks since boot; with the pid it names one process for good


@dataclass(frozen=True, slots=True)
class Usage:
    memory_bytes: int
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class _Stat:
    process: Process
    parent: int
    ticks: int  # its own CPU and that of the children it has reaped


class Snapshot:
    """All processes at one moment; taken once for many trees."""

    def __init__(self) -> None:
        self._stats: dict[int, _Stat] = {}
        self._children: dict[int, list[int]] = defaultdict(list)
        for entry in os.listdir("/proc"):
            if entry.isdigit() and (stat := _read_stat(int(entry))):
                self._stats[stat.process.pid] = stat
                self._children[stat.parent].append(stat.process.pid)

    def tree(self, pid: int) -> list[Process]:
        """The process and all below it; empty when it is gone."""
        found: list[Process] = []
        waiting = [pid]
        while waiting:
            current = waiting.pop()
            if stat := self._stats.get(current):
                found.append(stat.process)
                waiting += self._children.get(current, ())
        return found

    def usage(self, pid: int) -> Usage:
        tree = self.tree(pid)
        ticks = sum(self._stats[process.pid].ticks for process in tree)
        return Usage(sum(_memory_bytes(process.pid) for process in tree), ticks / _TICK)


def is_alive(process: Process) -> bool:
    """A zombie holds nothing any more and counts as gone."""
    fields = _read_fields(process.pid)
    return fields is not None and int(fields[19]) == process.started and fields[0] not in ("Z", "X")


async def wait_gone(processes: Iterable[Process], seconds: float) -> bool:
    """True once all are gone; false when some are left after that time."""
    left = list(processes)
    deadline = asyncio.get_running_loop().time() + seconds
    while left := [process for process in left if is_alive(process)]:
        if asyncio.get_running_loop().time() > deadline:
            return False
        await asyncio.sleep(_LOOK_SECONDS)
    return True


def wait_gone_now(left: Iterable[Process], seconds: float = 5.0) -> bool:
    """`wait_gone` where there is no event loop."""
    left = list(left)
    deadline = time.monotonic() + seconds
    while left := [process for process in left if is_alive(process)]:
        if time.monotonic() > deadline:
            return False
        time.sleep(_LOOK_SECONDS)
    return True


def kill(process: Process) -> None:
    if is_alive(process):
        try:
            os.kill(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return  # it went by itself meanwhile


def confining(names: Collection[str]) -> list[Process]:
    """The keepers and bubblewraps that have one of these names in an argument, whoever their parent is by now."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            arguments = Path(f"/proc/{entry}/cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        is_ours = os.path.basename(arguments[0]) == "bwrap" or any(
            part.endswith("/keeper.py") for part in arguments[:5]
        )
        if is_ours and any(name in part for part in arguments for name in names):
            process = identify(int(entry))
            found += [process] if process else []
    return found


def identify(pid: int) -> Process | None:
    stat = _read_stat(pid)
    return stat.process if stat else None


def _read_fields(pid: int) -> list[str] | None:
    """The fields of /proc/<pid>/stat from the third (the state) on; the second may hold spaces and brackets."""
    try:
        text = Path(f"/proc/{pid}/stat").read_bytes().decode(errors="replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()


def _read_stat(pid: int) -> _Stat | None:
    fields = _read_fields(pid)
    if fields is None:
        return None
    ticks = sum(int(fields[index]) for index in (11, 12, 13, 14))
    return _Stat(Process(pid, int(fields[19])), int(fields[1]), ticks)


def _memory_bytes(pid: int) -> int:
    """Proportional share of memory; where the kernel hides it, what is resident and not shared."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_bytes().splitlines():
            if line.startswith(b"Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass  # not ours to read: another uid, or a process that made itself undumpable
    try:
        _, resident, shared, *_ = Path(f"/proc/{pid}/statm").read_bytes().split()
    except (OSError, ValueError):
        return 0
    return (int(resident) - int(shared)) * _PAGE
