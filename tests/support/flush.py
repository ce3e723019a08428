"""After a test that commits: every row goes, as by Django's flush, but no app is told, which would cost ten times that.

Tables without rows are left alone: most are, and emptying costs as much as filling. What the apps would make anew
is left (content types, permissions) or made here, so that nobody sees a difference.
"""

from django.core.management.color import no_style
from django.db import connection, transaction
from django.test import TransactionTestCase

from apps.audit import guards
from apps.tasks.seeding import seed
from tests.audit.flushing import lift

KEPT = {"django_migrations", "django_content_type", "auth_permission"}


def flush(_: TransactionTestCase) -> None:
    """Nothing deletes entries of the audit, so that its guards go before and come back after, or are not asked."""
    filled = _filled([name for name in connection.introspection.django_table_names() if name not in KEPT])
    if connection.vendor == "postgresql":
        _delete_unguarded(filled)
    else:
        lift()
        connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), filled))
        guards.install_after_migrate()
    seed()


def _filled(tables: list[str]) -> list[str]:
    quote = connection.ops.quote_name
    asked = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {quote(name)})" for name in tables)
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return [name for (name,) in cursor.fetchall()]


def _delete_unguarded(tables: list[str]) -> None:
    """As a replica does: no trigger is asked and no foreign key looked after, for all of it goes."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for name in tables:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(name)}")
