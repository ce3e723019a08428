import pytest
from django.db import connection

from apps.events import triggers
from browsergrid.doctor import installation


def test_a_data_directory_to_be_made_is_well(tmp_path):
    finding = installation.data_directory(tmp_path / "var")
    assert finding.is_well
    assert "not made yet" in finding.seen


def test_secrets_that_others_may_read_are_named_with_the_command_that_helps(tmp_path):
    secrets = tmp_path / "secrets"
    secrets.mkdir(mode=0o755)
    secrets.chmod(0o755)
    finding = installation.data_directory(tmp_path)
    assert finding.remedy == f"chmod 700 {secrets}"
    secrets.chmod(0o700)
    assert installation.data_directory(tmp_path).is_well


def test_our_own_redis_need_not_run(tmp_path):
    finding = installation.redis_there(f"unix://{tmp_path / 'none.sock'}", is_ours=True)
    assert finding.is_well
    assert "not running" in finding.seen


def test_a_configured_redis_that_does_not_answer_is_named(tmp_path):
    finding = installation.redis_there(f"unix://{tmp_path / 'none.sock'}", is_ours=False)
    assert "REDIS_URL" in finding.remedy
    assert not finding.is_fatal


@pytest.mark.django_db
def test_a_migrated_database_with_its_guards_is_well():
    assert [finding.is_well for finding in installation.database()] == [True, True]


@pytest.mark.django_db
def test_an_absent_guard_is_named():
    name = next(name for name in triggers.installed() if name.startswith("sessions_edges"))
    with connection.cursor() as cursor:
        table = " ON browser_sessions_browsersession" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER {name}{table}")
    guards = installation.database()[1]
    assert "sessions_edges" in guards.seen
    assert "migrate" in guards.remedy
