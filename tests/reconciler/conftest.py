"""A drive over a well-behaved fake; tests of the gallery make their own."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import settings

from apps.accounts.models import User
from apps.pools.models import Pool
from apps.providers.fake import FakeProvider
from tests.reconciler.drive import Drive, driven, is_at_min, make_pool
from tests.support.moving_clock import MovingClock, moving_clock

settings.register_profile("reconciler", deadline=None, derandomize=True, database=None)
settings.load_profile("reconciler")


@pytest.fixture
def time(transactional_db: None) -> Iterator[MovingClock]:
    """Steps run in threads, each with a connection of its own: rows must really be committed."""
    with moving_clock() as moved:
        yield moved


@pytest.fixture
def drive(time: MovingClock) -> Iterator[Drive]:
    with driven(FakeProvider(), time) as one:
        yield one


@pytest.fixture
def pool(drive: Drive) -> Pool:
    return make_pool(drive)


@pytest.fixture
def user(make_user: Callable[..., User]) -> User:
    return make_user()


@pytest.fixture
def warm(drive: Drive, pool: Pool) -> Pool:
    """The pool at its min, at rest."""
    drive.until(lambda: is_at_min(pool))
    drive.settle()
    return pool
