"""What every test may ask for by name. The making itself is in tests/factories."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

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
from tests.support.selection import holds_any

TransactionTestCase._fixture_teardown = flush  # type: ignore[method-assign]


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    wanted = config.option.markexpr
    if not wanted or not collection_path.match("test_*.py"):
        return None
    return True if not holds_any(collection_path.read_text(), wanted) else None


def pytest_unconfigure() -> None:
    """SQLite's files beside a database stay where a thread still had it open when it was deleted."""
    name = settings.DATABASES["default"].get("TEST", {}).get("NAME")
    if name and connection.vendor == "sqlite":
        for left in Path(name).parent.glob(f"{Path(name).name}*-*"):
            left.unlink(missing_ok=True)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Threads that served a test keep their connections; PostgreSQL drops no database while somebody has one."""
    yield
    if connection.vendor == "postgresql":
        others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_terminate_backend(pid) {others}")


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
