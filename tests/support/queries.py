"""How many questions something asks the database."""

from collections.abc import Callable

from django.db import connection
from django.test.utils import CaptureQueriesContext

NOT_COUNTED = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "SELECT statement_timestamp()")  # transactions; the clock


def asked_by(deed: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as asked:
        deed()
    return sum(not query["sql"].startswith(NOT_COUNTED) for query in asked.captured_queries)
