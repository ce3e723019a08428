"""Pools and the providers they name. Tests of the control plane use the fake provider, so that nothing is dialled."""

from typing import Any

from apps.accounts.models import User
from apps.pools.models import Pool, PoolCounter, ProviderConfiguration
from apps.pools.services import create_pool
from tests.factories.people import actor_for

FAKE = "fake"


def fake_provider(name: str = FAKE, *, open_to_users: bool = True) -> ProviderConfiguration:
    return ProviderConfiguration.objects.get_or_create(
        name=name, defaults={"kind": ProviderConfiguration.Kind.FAKE, "open_to_users": open_to_users}
    )[0]


def ensure_default_pool(**fields: Any) -> Pool:
    """The migration's default pool, over the fake provider. Made anew where a flush between tests has removed it."""
    provider = fake_provider()
    pool = Pool.objects.filter(is_default=True).first()
    if pool is None:
        pool = Pool.objects.create(
            name="default", is_default=True, provider=provider, min=2, max=8, max_concurrency=6, max_starting=2
        )
        PoolCounter.objects.create(pool=pool)
    Pool.objects.filter(pk=pool.pk).update(provider=provider, **fields)
    pool.refresh_from_db()
    return pool


def make_pool(owner: User, name: str = "mine", **fields: Any) -> Pool:
    """An ordinary user's pool."""
    fake_provider()
    wanted = {"name": name, "min": 0, "max": 2, "max_concurrency": 2, **fields}
    return create_pool(actor=actor_for(owner), fields=wanted, provider=FAKE)


def make_system_pool(staff: User, name: str = "system", **fields: Any) -> Pool:
    fake_provider()
    return create_pool(actor=actor_for(staff), fields={"name": name, **fields}, provider=FAKE, system=True)
