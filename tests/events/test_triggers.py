"""Rules kept by the database: installed after every migrate, replaced when they change, found when they are missing."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from apps.audit import guards as audit_guards
from apps.events import guards as event_guards
from apps.events.models import EventPosition
from apps.events.triggers import Guard, install, installed, missing
from apps.sessions import guards as session_guards

pytestmark = [pytest.mark.django_db, pytest.mark.database]
ROOT = Path(__file__).resolve().parents[2]
ALL = (*audit_guards.GUARDS, *event_guards.GUARDS, *session_guards.GUARDS)


def guard(least: int, name: str = "test_position") -> Guard:
    return Guard(name, "events_eventposition", "UPDATE", f"(NEW.last < {least})", f"at least {least}")


@pytest.fixture
def position() -> EventPosition:
    return EventPosition.objects.create(id=7, last=100)


def set_last(position: EventPosition, last: int) -> None:
    with transaction.atomic():
        EventPosition.objects.filter(pk=position.pk).update(last=last)


def versions(name: str) -> list[str]:
    return [found for found in installed() if found.startswith(f"{name}_")]


def test_an_installed_guard_refuses_what_it_names(position: EventPosition) -> None:
    install([guard(10)])
    set_last(position, 10)
    with pytest.raises(DatabaseError, match="at least 10"):
        set_last(position, 9)


def test_installing_again_changes_nothing(position: EventPosition) -> None:
    install([guard(10)])
    once = installed()
    install([guard(10)])
    assert installed() == once


def test_a_changed_rule_takes_the_place_of_the_former_one(position: EventPosition) -> None:
    install([guard(10)])
    assert missing([guard(20)]) == ["test_position"]
    install([guard(20)])
    assert missing([guard(20)]) == []
    assert len(versions("test_position")) == 1
    with pytest.raises(DatabaseError, match="at least 20"):
        set_last(position, 15)


def test_a_guard_whose_name_begins_like_anothers_is_left_alone(position: EventPosition) -> None:
    install([guard(10), guard(5, "test_position_more")])
    install([guard(20)])
    assert missing([guard(20), guard(5, "test_position_more")]) == []


def test_changed_words_or_another_moment_are_a_changed_rule() -> None:
    rule = guard(10)
    others = [
        Guard(rule.name, rule.table, rule.moment, rule.refuse, "other words"),
        Guard(rule.name, rule.table, "INSERT", rule.refuse, rule.message),
    ]
    assert len({rule.full_name, *(other.full_name for other in others)}) == 3


def test_a_guard_that_somebody_dropped_is_found_missing_and_comes_back_with_the_next_migrate() -> None:
    lost = session_guards.GUARDS[0]
    with connection.cursor() as cursor:
        on = f" ON {lost.table}" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER {lost.full_name}{on}")
    assert missing(ALL) == [lost.name]
    call_command("migrate", verbosity=0)
    assert missing(ALL) == []


def test_a_guard_waits_for_its_table() -> None:
    later = Guard("test_later", "no_such_table", "UPDATE", "(NEW.id < 0)", "never")
    install([later])
    assert missing([later]) == ["test_later"]


@pytest.fixture
def empty_database(tmp_path: Path) -> Iterator[str]:
    """The URL of a database without a single table, beside the one under test."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path / 'zero.sqlite3'}"
        return
    name = f"zero_{uuid.uuid4().hex}"
    settings = connection.settings_dict
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    try:
        yield f"postgres://{settings['USER']}:{settings['PASSWORD']}@:{settings['PORT']}/{name}?host={settings['HOST']}"
    finally:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.wide
def test_from_zero_through_every_migration_each_guard_comes_into_force_with_its_table(empty_database: str) -> None:
    environment = {
        **os.environ,
        "DATABASE_URL": empty_database,
        "DJANGO_SETTINGS_MODULE": "browsergrid.settings.development",
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.events.from_zero"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout.splitlines()[-1])
    assert {"events.0001_initial", "browser_sessions.0001_initial", "pools.0002_default_pool"} <= set(report["steps"])
    assert report["lacking"] == {}
    assert report["at_the_end"] == []
