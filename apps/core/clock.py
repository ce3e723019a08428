"""The one clock. Asked once per transaction or tick and passed on; SQL never calls a time function itself.

PostgreSQL's `statement_timestamp()`, so that a wrong clock on one machine ends nobody's session; on SQLite, which
has no server, the process clock.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from django.db import connection

_stopped: list[datetime] = []


def now() -> datetime:
    """An aware UTC time."""
    if _stopped:
        return _stopped[-1]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT statement_timestamp()")
            moment: datetime = cursor.fetchone()[0]
            return moment.astimezone(UTC)
    return datetime.now(UTC)


@contextmanager
def stopped_at(moment: datetime) -> Iterator[None]:
    """For tests: every `now()` inside answers `moment`."""
    _stopped.append(moment)
    try:
        yield
    finally:
        _stopped.pop()
