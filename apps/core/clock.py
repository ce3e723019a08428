"""The one clock. Asked once per transaction or tick and passed on; SQL never calls a time function itself.

PostgreSQL's `statement_timestamp()`, so that a wrong clock on one machine ends nobody's session; on SQLite, which
has no server, the process clock. `read` is for times that others tell.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from django.db import connection
from django.utils.dateparse import parse_datetime

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


def read(text: str) -> datetime | None:
    """A time as RFC 3339 writes it, in UTC. None: it is none, it has no zone, or it lies beyond the years 1 to 9999."""
    try:
        moment = parse_datetime(text)
        return moment.astimezone(UTC) if moment is not None and moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


@contextmanager
def stopped_at(moment: datetime) -> Iterator[None]:
    """For tests: every `now()` inside answers `moment`."""
    _stopped.append(moment)
    try:
        yield
    finally:
        _stopped.pop()
