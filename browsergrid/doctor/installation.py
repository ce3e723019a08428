"""This installation: its folders, Redis, database with migrations and guards, and port."""

import os
from pathlib import Path

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from redis.exceptions import RedisError

from apps.audit import guards as audit_guards
from apps.events import guards as event_guards
from apps.events import triggers
from apps.sessions import guards as session_guards
from browsergrid.doctor.finding import Finding
from browsergrid.supervisor import ports, redis_server

_PRIVATE = ("secrets", "run", "redis")
_REDIS_SECONDS = 2.0


def data_directory(data_dir: Path) -> Finding:
    name = "Data directory"
    if not data_dir.exists():
        parent = next(folder for folder in data_dir.parents if folder.exists())
        may_make = os.access(parent, os.W_OK)
        remedy = "" if may_make else "Set BROWSERGRID_DATA_DIR to a folder that you may write to."
        return Finding(name, f"{data_dir} (not made yet)", remedy)
    if not os.access(data_dir, os.W_OK | os.X_OK):
        return Finding(name, str(data_dir), f"Make {data_dir} writable, or set BROWSERGRID_DATA_DIR.")
    for folder in (data_dir / part for part in _PRIVATE):
        if folder.exists() and folder.stat().st_mode & 0o077:
            return Finding(name, f"others may read {folder}", f"chmod 700 {folder}", is_fatal=False)
    return Finding(name, str(data_dir))


def redis_there(url: str, *, is_ours: bool) -> Finding:
    """Ours is started by `make up`; it is enough that there is a program for it."""
    try:
        client = redis.Redis.from_url(url, socket_timeout=_REDIS_SECONDS, socket_connect_timeout=_REDIS_SECONDS)
        version = client.execute_command("INFO", "server")["redis_version"]  # type: ignore[no-untyped-call]
        client.close()
        return Finding("Redis", f"{version}, answers")
    except RedisError as error:
        if not is_ours:
            return Finding("Redis", str(error), "Start the Redis that REDIS_URL names, or unset it.", is_fatal=False)
    program = redis_server.find_program()
    return Finding(
        "Redis", f"{program or 'none'} (not running)", "" if program else "Install redis-server, or set REDIS_URL."
    )


def database() -> list[Finding]:
    name = "Database"
    seen = connection.vendor
    if seen == "sqlite" and not Path(connection.settings_dict["NAME"]).exists():
        return [Finding(name, "sqlite (not made yet)")]  # to ask would make it
    try:
        executor = MigrationExecutor(connection)
        waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        if waiting:
            return [
                Finding(name, f"{seen}, {waiting} migrations to do", "`make up` or manage.py migrate", is_fatal=False)
            ]
        absent = triggers.missing((*audit_guards.GUARDS, *event_guards.GUARDS, *session_guards.GUARDS))
    except DatabaseError as error:
        remedy = "Check DATABASE_URL." if seen == "postgresql" else "Check the data directory."
        return [Finding(name, f"{seen}: {str(error).strip() or type(error).__name__}", remedy)]
    remedy = "manage.py migrate puts them back" if absent else ""
    guards = Finding("Guards", f"absent: {', '.join(absent)}" if absent else "in force", remedy, is_fatal=False)
    return [Finding(name, f"{seen}, migrated"), guards]


def port() -> Finding:
    """Taken is as it should be while `make up` runs."""
    knobs = settings.GRID
    taken = ports.taken(knobs.bind, knobs.port)
    return Finding("Port", f"{knobs.bind}:{knobs.port} {'taken' if taken else 'free'}", taken, is_fatal=False)
