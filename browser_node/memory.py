"""How much memory and how many cores this process may use: the smaller of the machine's and the control group's."""

import os
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_CGROUP = Path("/sys/fs/cgroup")


@dataclass(frozen=True, slots=True)
class Memory:
    limit: int
    available: int

    @property
    def free_fraction(self) -> float:
        return self.available / self.limit if self.limit else 0.0


def read_memory(proc: Path = _PROC, cgroup: Path = _CGROUP) -> Memory:
    total, available = _machine(proc)
    for limit, used in _groups(proc, cgroup):
        if limit < total:
            total, available = limit, min(available, max(0, limit - used))
    return Memory(total, available)


def usable_cores() -> int:
    return len(os.sched_getaffinity(0))


def oom_kills(proc: Path = _PROC) -> int:
    """How often the kernel killed a process for want of memory, since it booted."""
    return _field(proc / "vmstat", "oom_kill")


def _machine(proc: Path) -> tuple[int, int]:
    path = proc / "meminfo"
    return _field(path, "MemTotal:") * 1024, _field(path, "MemAvailable:") * 1024


def _groups(proc: Path, cgroup: Path) -> list[tuple[int, int]]:
    """Limit and use of every control group above this process; page cache does not count as used."""
    found = []
    for line in _lines(proc / "self" / "cgroup"):
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            root, limit, used, cache = cgroup, "memory.max", "memory.current", "inactive_file"
        elif "memory" in controllers.split(","):
            root = cgroup / "memory"
            limit, used, cache = "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"
        else:
            continue
        below = root / path.lstrip("/")
        for group in (below, *below.parents):
            if not group.is_relative_to(root):
                break
            most = "".join(_lines(group / limit)).strip()
            if most.isdigit():
                now = int("".join(_lines(group / used)).strip() or 0)
                found.append((int(most), max(0, now - _field(group / "memory.stat", cache))))
    return found


def _field(path: Path, name: str) -> int:
    for line in _lines(path):
        key, _, value = line.partition(" ")
        if key == name:
            return int(value.split()[0])
    return 0


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except OSError:
        return []
