"""Whether this installation can do its work, check by check, in words. `/readyz` and the status page ask here.

Redis may be away without harm: that is `degraded`, and everything still works, only slower.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import cache

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from apps.audit import guards as audit_guards
from apps.core import clock
from apps.events import guards as event_guards
from apps.events.triggers import missing
from apps.nodes.leases import lease_end
from apps.sessions import guards as session_guards

OK = "ok"
DEGRADED = "degraded"
RECONCILER = "reconciler"
SILENCE = timedelta(seconds=10)  # beyond the lease: a watcher that is being restarted comes back within
REDIS_SECONDS = 0.5


def readiness() -> dict[str, str]:
    """Each check's answer; what is neither `ok` nor `degraded` makes us unready and says why."""
    checks = {"database": _database()}
    if checks["database"] == OK:
        checks |= {name: _asked(check) for name, check in CHECKS.items()}
    checks["redis"] = _redis()
    return checks


def failing(checks: dict[str, str]) -> list[str]:
    return [name for name, answer in checks.items() if answer not in {OK, DEGRADED}]


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "does not answer"
    return OK


def _redis() -> str:
    try:
        _redis_client().ping()
    except redis.RedisError:
        return DEGRADED
    return OK


@cache
def _redis_client() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS)


def _asked(check: Callable[[], str]) -> str:
    try:
        return check()
    except DatabaseError:
        return "cannot be asked"


class _Migrations:
    """What is applied stays applied: asked until it is, then never again in this process."""

    def __init__(self) -> None:
        self.are_applied = False

    def __call__(self) -> str:
        if not self.are_applied:
            executor = MigrationExecutor(connection)
            self.are_applied = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        return OK if self.are_applied else "not applied: run manage.py migrate"


def _guards() -> str:
    absent = missing((*audit_guards.GUARDS, *event_guards.GUARDS, *session_guards.GUARDS))
    return f"not in force: {', '.join(absent)}; run manage.py migrate" if absent else OK


def _reconciler() -> str:
    until = lease_end(RECONCILER)
    if until is None:
        return "nobody holds the lease"
    return OK if clock.now() <= until + SILENCE else "silent"


CHECKS: dict[str, Callable[[], str]] = {"migrations": _Migrations(), "guards": _guards, "reconciler": _reconciler}
