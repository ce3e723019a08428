"""The machine: Python, SQLite, Chromium behind its walls, room on the disk."""

import shutil
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

from browser_node import prerequisites
from browsergrid.doctor.finding import Finding

_OLDEST_PYTHON = (3, 11)
_OLDEST_SQLITE = (3, 35)  # RETURNING
_ROOM_BYTES = 2 * 1024**3


def python() -> Finding:
    seen = ".".join(str(number) for number in sys.version_info[:3])
    return Finding("Python", seen, "" if sys.version_info >= _OLDEST_PYTHON else "Install Python 3.11 or newer.")


def sqlite() -> Finding:
    is_new = sqlite3.sqlite_version_info >= _OLDEST_SQLITE
    return Finding("SQLite", sqlite3.sqlite_version, "" if is_new else "Set DATABASE_URL to a PostgreSQL.")


def browsers(configured_chromium: str) -> Iterator[Finding]:
    """Tries a real sandbox, which takes about a tenth of a second."""
    found = prerequisites.check(configured_chromium)
    if found.chromium:
        yield Finding("Chromium", f"{found.chromium.version} at {found.chromium.path}")
    else:
        yield Finding(
            "Chromium", "not found", "apt-get install chromium chromium-sandbox, or BROWSERGRID_NODE_CHROMIUM."
        )
    if found.bubblewrap:
        yield Finding("bubblewrap", found.bubblewrap)
    else:
        yield Finding("bubblewrap", "not found", "apt-get install bubblewrap")
        return
    trouble = " ".join(problem for problem in found.problems if "sandbox" in problem)
    yield Finding(
        "Sandbox", "works" if found.sandbox_works else "does not work", "" if found.sandbox_works else trouble
    )


def disk(data_dir: Path) -> Finding:
    place = next(folder for folder in (data_dir, *data_dir.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    remedy = "" if free >= _ROOM_BYTES else f"Make room in {place}: browsers keep their files there while they run."
    return Finding("Disk", f"{free / 1024**3:.1f} GiB free", remedy, is_fatal=False)
