"""The default pool: made once, then the operator's."""

import importlib
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command

from apps.pools.models import Pool, PoolCounter, ProviderConfiguration

pytestmark = pytest.mark.django_db
migration: Any = importlib.import_module("apps.pools.migrations.0002_default_pool")
WRITTEN = {
    "name": "default", "min": 2, "max": 8, "max_concurrency": 6, "max_starting": 2, "timeout_minutes": 60,
    "idle_timeout_seconds": 300, "queue_limit": 100, "queue_timeout_seconds": 25, "idle_policy": "none",
    "viewport_width": 1280, "viewport_height": 720, "per_user_limit": None, "owner_id": None,
}  # fmt: skip


@pytest.fixture
def nothing(db: None) -> None:
    Pool.objects.all().delete()
    ProviderConfiguration.objects.all().delete()


def run() -> None:
    migration.make_default_pool(apps, None)


def test_where_there_is_none_it_is_made_as_written_down(nothing: None) -> None:
    run()
    pool = Pool.objects.get(is_default=True)
    assert {name: getattr(pool, name) for name in WRITTEN} == WRITTEN
    assert pool.provider.name == "local"
    assert pool.provider.open_to_users
    assert PoolCounter.objects.filter(pool=pool).exists()


@pytest.mark.database
def test_what_the_operator_changed_survives_another_run_and_another_migrate(nothing: None) -> None:
    run()
    Pool.objects.filter(is_default=True).update(name="ours", min=0, max=3, queue_limit=7)
    ProviderConfiguration.objects.filter(name="local").update(egress_allow=["localhost:3000"], open_to_users=False)
    before = list(Pool.objects.values()) + list(ProviderConfiguration.objects.values())
    run()
    call_command("migrate", verbosity=0)
    assert list(Pool.objects.values()) + list(ProviderConfiguration.objects.values()) == before
