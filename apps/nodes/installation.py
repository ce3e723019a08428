"""The ground this installation stands on: its database, its disk, the versions of what it is made of. For people."""

import os
import platform
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from threading import Lock
from time import monotonic

from django.conf import settings
from django.db import connection

MEASURED_SECONDS = 60.0  # the folder is walked at most this often
MOST_FILES = 50_000
PARTS = ("Django", "celery", "channels", "uvicorn")


@dataclass(frozen=True)
class Database:
    vendor: str
    version: str
    size_bytes: int


@dataclass(frozen=True)
class Disk:
    path: str
    used_bytes: int  # by us
    is_whole: bool  # False: there are more files than were looked at
    free_bytes: int
    total_bytes: int


def database() -> Database:
    """Raises DatabaseError where it does not answer."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database()), current_setting('server_version')")
            size, name = cursor.fetchone()
        return Database("PostgreSQL", str(name), int(size))
    with connection.cursor() as cursor:
        cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        size = cursor.fetchone()[0]
    return Database("SQLite", sqlite3.sqlite_version, int(size))


def disk() -> Disk:
    folder = Path(settings.DATA_DIR)
    place = next(path for path in (folder, *folder.parents) if path.exists())
    usage = shutil.disk_usage(place)
    used, is_whole = _measured(folder)
    return Disk(str(folder), used, is_whole, usage.free, usage.total)


def versions() -> list[tuple[str, str]]:
    found = [("BrowserGrid", str(settings.SPECTACULAR_SETTINGS["VERSION"])), ("Python", platform.python_version())]
    for name in PARTS:
        try:
            found.append((name.capitalize(), version(name)))
        except PackageNotFoundError:  # a server other than ours serves
            continue
    return found


_lock = Lock()
_last: list[tuple[float, int, bool]] = []


def _measured(folder: Path) -> tuple[int, bool]:
    with _lock:
        if not _last or monotonic() - _last[-1][0] > MEASURED_SECONDS:
            sizes = list(_sizes(folder))
            _last[:] = [(monotonic(), sum(sizes), len(sizes) < MOST_FILES)]
        return _last[-1][1:]


def _sizes(folder: Path) -> Iterator[int]:
    """Of its files; one that goes meanwhile is passed over."""
    seen = 0
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                size = (Path(root) / name).lstat().st_size
            except OSError:
                continue
            seen += 1
            yield size
            if seen >= MOST_FILES:
                return
