"""After a test that commits: every row goes, as by Django's flush, but no app is told, which would cost ten times that.

What the apps would make anew is left alone (content types, permissions) or made here, so that nobody sees a difference.
"""

from django.core.management.color import no_style
from django.db import connection
from django.test import TransactionTestCase

from apps.audit import guards
from apps.tasks.seeding import seed
from tests.audit.flushing import lift

KEPT = {"django_migrations", "django_content_type", "auth_permission"}


def flush(_: TransactionTestCase) -> None:
    """Nothing deletes entries of the audit, so that its guards go before and come back after."""
    lift()
    tables = [name for name in connection.introspection.django_table_names(only_existing=True) if name not in KEPT]
    connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), tables))
    guards.install_after_migrate()
    seed()
