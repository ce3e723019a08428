"""Rules that the database itself keeps: rendered per vendor, installed after every migrate, compared by hash.

Not in migrations: SQLite drops triggers whenever Django remakes a table, and a rule changed in Python must reach the
database without one.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

HASH_LETTERS = 12


@dataclass(frozen=True)
class Guard:
    """Refuse a change of `table` where `refuse` holds: SQL over NEW and OLD that both databases read."""

    name: str
    table: str
    moment: str  # "INSERT", "UPDATE" or "DELETE"
    refuse: str
    message: str
    needs: tuple[str, ...] = ()  # columns that a later migration adds: before it the guard waits

    @property
    def full_name(self) -> str:
        """Carries the hash of the rule, so that a changed rule is a different trigger."""
        rule = "\n".join((self.table, self.moment, self.refuse, self.message))
        return f"{self.name}_{hashlib.sha256(rule.encode()).hexdigest()[:HASH_LETTERS]}"

    def is_version(self, name: str) -> bool:
        """Whether a trigger of that name is this guard, in this or a former wording."""
        return re.fullmatch(rf"{re.escape(self.name)}_[0-9a-f]{{{HASH_LETTERS}}}", name) is not None


def differs(column: str) -> str:
    """IS DISTINCT FROM, in words that every SQLite knows too; for `OR`, since it may be NULL instead of false."""
    return f"(NEW.{column} <> OLD.{column} OR (NEW.{column} IS NULL) <> (OLD.{column} IS NULL))"


def install(guards: Iterable[Guard]) -> None:
    """Idempotent: drops former versions of each guard and makes the present one, where what it is about is there."""
    present = installed()
    with connection.cursor() as cursor:
        for guard in applicable(guards):
            if guard.full_name in present:
                continue
            for name in present:
                if guard.is_version(name):
                    cursor.execute(_drop(name, guard.table))
            cursor.execute(_create(guard))


def applicable(guards: Iterable[Guard]) -> list[Guard]:
    """Those whose table, with the columns that they need, is there already."""
    tables = set(connection.introspection.table_names())
    return [guard for guard in guards if guard.table in tables and set(guard.needs) <= _columns(guard)]


def missing(guards: Iterable[Guard]) -> list[str]:
    """Names of guards that are not in force."""
    present = installed()
    return [guard.name for guard in guards if guard.full_name not in present]


def installed() -> set[str]:
    query = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid IN "
        "(SELECT oid FROM pg_class WHERE relnamespace = current_schema()::regnamespace)"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {row[0] for row in cursor.fetchall()}


def _columns(guard: Guard) -> set[str]:
    if not guard.needs:
        return set()
    with connection.cursor() as cursor:
        return {column.name for column in connection.introspection.get_table_description(cursor, guard.table)}


def _create(guard: Guard) -> str:
    if connection.vendor == "postgresql":
        return (
            f"CREATE OR REPLACE FUNCTION {guard.full_name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"RAISE EXCEPTION '{guard.message}' USING ERRCODE = 'check_violation'; END $$; "
            f"CREATE TRIGGER {guard.full_name} BEFORE {guard.moment} ON {guard.table} "
            f"FOR EACH ROW WHEN ({guard.refuse}) EXECUTE FUNCTION {guard.full_name}()"
        )
    return (
        f"CREATE TRIGGER {guard.full_name} BEFORE {guard.moment} ON {guard.table} FOR EACH ROW WHEN {guard.refuse} "
        f"BEGIN SELECT RAISE(ABORT, '{guard.message}'); END"
    )


def _drop(name: str, table: str) -> str:
    if connection.vendor == "postgresql":
        return f"DROP TRIGGER {name} ON {table}; DROP FUNCTION IF EXISTS {name}()"
    return f"DROP TRIGGER {name}"
