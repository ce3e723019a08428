"""What runs without a row is ended when it was seen without one for the grace time, never on one look."""

import pytest
from django.conf import settings

from apps.pools.models import Pool, ProviderConfiguration
from apps.pools.provider import register_fake
from apps.providers.contract import BrowserRef, Phase
from apps.providers.fake import FakeProvider
from apps.reconciler.orphans import Orphans
from tests.factories.sessions import make_ready_session
from tests.providers.misbehaving import IsUnreachable, plant

pytestmark = pytest.mark.django_db
STRAY = BrowserRef("0190aaaa-0000-7000-8000-000000000001-1")
GRACE = settings.GRID.orphan_grace_seconds


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def is_ending(provider: FakeProvider) -> bool:
    return STRAY not in provider.browsers or provider.browsers[STRAY].seen.phase is Phase.STOPPING


def test_one_is_ended_after_the_grace_not_at_first_sight(default_pool: Pool) -> None:
    provider, clock = FakeProvider(), Clock()
    plant(provider, STRAY)
    with register_fake(default_pool.provider.name, provider):
        orphans = Orphans(default_pool.provider, clock)
        for seconds in (0.0, 1.0, GRACE - 0.1):
            clock.seconds = seconds
            orphans.remove()
            assert not is_ending(provider)
        clock.seconds = GRACE
        orphans.remove()
        assert is_ending(provider)


def test_one_that_was_away_meanwhile_is_new_again(default_pool: Pool) -> None:
    provider, clock = FakeProvider(), Clock()
    with register_fake(default_pool.provider.name, provider):
        orphans = Orphans(default_pool.provider, clock)
        for seconds in (0.0, 100.0):
            clock.seconds = seconds
            plant(provider, STRAY)
            orphans.remove()
            assert not is_ending(provider)
            provider.vanish(STRAY)
            orphans.remove()


def test_one_with_a_live_row_is_none(default_pool: Pool) -> None:
    provider, clock = FakeProvider(), Clock()
    ref = BrowserRef(make_ready_session(default_pool).instance_id)
    plant(provider, ref)
    with register_fake(default_pool.provider.name, provider):
        orphans = Orphans(default_pool.provider, clock)
        for seconds in (0.0, 1000.0):
            clock.seconds = seconds
            orphans.remove()
    assert provider.browsers[ref].seen.phase is Phase.RUNNING


def test_a_provider_that_cannot_be_asked_changes_nothing(default_pool: Pool) -> None:
    provider, clock = IsUnreachable(), Clock()
    plant(provider, STRAY)
    with register_fake(default_pool.provider.name, provider):
        orphans = Orphans(default_pool.provider, clock)
        orphans.remove()
        provider.away = True
        clock.seconds = GRACE / 2
        assert not orphans.remove()
        provider.away = False
        clock.seconds = GRACE
        orphans.remove()
    assert is_ending(provider)  # what was seen before counts


def test_each_provider_has_orphans_of_its_own(default_pool: Pool) -> None:
    other = ProviderConfiguration.objects.create(name="other", kind=ProviderConfiguration.Kind.FAKE)
    provider, clock = FakeProvider(), Clock()
    plant(provider, STRAY)
    with register_fake("other", provider):
        Orphans(default_pool.provider, clock).remove()
        clock.seconds = GRACE
        Orphans(other, clock).remove()
    assert not is_ending(provider)
