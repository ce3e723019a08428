"""What every test may ask for by name. The making itself is in tests/factories."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker
from xdist.remote import Producer

from apps.access import rates
from apps.access.actor import Actor
from apps.accounts.models import User
from apps.core import clock
from apps.pools.models import Pool
from apps.sessions.models import BrowserSession, Claim, Connection
from apps.statistics import queries as summed
from apps.tokens.models import ApiToken
from tests.factories import people, pools, sessions
from tests.support.flush import flush
from tests.support.migrated import copied
from tests.support.scheduling import ByFile, begins_late
from tests.support.selection import holds_any

TransactionTestCase._fixture_teardown = flush  # type: ignore[method-assign]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    return ByFile(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    yield
    items.sort(key=lambda item: begins_late(item.nodeid))


def pytest_collection_finish() -> None:
    """What was imported stays: looking through it for garbage again and again took a fourteenth of all time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    wanted = config.option.markexpr
    if not wanted or not collection_path.match("test_*.py"):
        return None
    return True if not holds_any(collection_path.read_text(), wanted) else None


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """In place of pytest-django's, which migrates once for every process."""
    process = getattr(request.config, "workerinput", {}).get("workerid", "")
    own = tmp_path_factory.getbasetemp()
    whole_run = own.parent if process else own
    with django_db_blocker.unblock(), copied(whole_run, process or "alone"), django_db_blocker.block():
        yield


@pytest.fixture(autouse=True)
def _no_stopped_clock() -> Iterator[None]:
    """A test that stops the clock must start it again, or the next one would hang in its deadlines."""
    yield
    assert not clock._stopped


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    """One test's requests do not use up the next one's limits."""
    rates._own_limiter.cache_clear()


@pytest.fixture(autouse=True)
def _nothing_known_of_sums() -> None:
    """A test's sums are undone with its rows."""
    summed._known.clear()


@pytest.fixture
def make_user(db: None) -> Callable[..., User]:
    """`make_user(email="…", staff=False, superuser=False, active=True)`."""
    return people.make_user


@pytest.fixture
def actor_for() -> Callable[..., Actor]:
    """`actor_for(user, scopes=None)`."""
    return people.actor_for


@pytest.fixture
def make_token(db: None) -> Callable[..., tuple[ApiToken, str]]:
    """`make_token(user, scopes=None, expires_at=None)` → the row and its secret."""
    return people.make_token


@pytest.fixture
def default_pool(db: None) -> Pool:
    """The default pool over the fake provider."""
    return pools.ensure_default_pool()


@pytest.fixture
def make_pool(db: None) -> Callable[..., Pool]:
    """`make_pool(owner, name="mine", **fields)`."""
    return pools.make_pool


@pytest.fixture
def ready_session(db: None) -> Callable[..., BrowserSession]:
    """`ready_session(pool=None)`: a warm browser."""
    return sessions.make_ready_session


@pytest.fixture
def claimed_session(db: None) -> Callable[..., BrowserSession]:
    """`claimed_session(user, pool=None, **options)`: claimed from a warm browser, usable."""
    return sessions.make_claimed_session


@pytest.fixture
def running_session(db: None) -> Callable[..., tuple[BrowserSession, Connection]]:
    """`running_session(user, pool=None, **options)`: with one client attached."""
    return sessions.make_running_session


@pytest.fixture
def ended_session(db: None) -> Callable[..., BrowserSession]:
    """`ended_session(session, actor=…, reason=…, outcome=…)`: released, unless told otherwise, and seen gone."""
    return sessions.end


@pytest.fixture
def queued_claim(db: None) -> Callable[..., Claim]:
    """`queued_claim(user, pool=None, is_held=False)`: the pool is made full first."""
    return sessions.make_queued_claim
