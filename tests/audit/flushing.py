"""Tests that commit are followed by a flush, which the audit's guard would refuse on SQLite."""

from django.db import connection

from apps.audit.guards import GUARDS
from apps.events.triggers import installed


def lift() -> None:
    """The guards come back with the next migrate or flush."""
    names = installed()
    with connection.cursor() as cursor:
        for guard in GUARDS:
            on = f" ON {guard.table}" if connection.vendor == "postgresql" else ""
            for name in (name for name in names if guard.is_version(name)):
                cursor.execute(f"DROP TRIGGER {name}{on}")
