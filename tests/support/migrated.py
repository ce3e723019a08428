"""Migrations run once for all processes of a test run; each gets a copy of what they made."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from django.db import connection


@contextmanager
def copied(folder: Path, process: str) -> Iterator[None]:
    """Django's connection leads to a migrated database that `process` has for itself; gone afterwards.

    `folder` is the run's. The first who comes makes the original, the last who leaves removes it.
    """
    creation = connection.creation
    with (folder / "migrated").open("a+") as note:  # the original's name, locked by whoever has a copy
        with _one_at_a_time(folder):
            connection.settings_dict["NAME"] = _read(note) or _make(note)
            connection.close()
            creation.clone_test_db(process, verbosity=0)
            fcntl.flock(note, fcntl.LOCK_SH)
        connection.settings_dict["NAME"] = creation.get_test_db_clone_settings(process)["NAME"]
        yield
        _destroy()
        with _one_at_a_time(folder), suppress(BlockingIOError):
            fcntl.flock(note, fcntl.LOCK_EX | fcntl.LOCK_NB)
            connection.settings_dict["NAME"] = _read(note)
            _destroy()
            note.truncate(0)


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    with (folder / "migrating").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def _read(note: IO[str]) -> str:
    note.seek(0)
    return note.read()


def _make(note: IO[str]) -> str:
    name = str(connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False))
    note.write(name)
    note.flush()
    return name


def _destroy() -> None:
    """Threads that served a test keep their connections: PostgreSQL would drop nothing, SQLite leave files beside."""
    if connection.vendor == "postgresql":
        others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_terminate_backend(pid) {others}")
    connection.creation.destroy_test_db(verbosity=0)
    if connection.vendor == "sqlite":
        database = Path(connection.settings_dict["NAME"])
        for left in database.parent.glob(f"{database.name}-*"):
            left.unlink(missing_ok=True)
