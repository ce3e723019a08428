"""A stopped clock, and people who claim."""

from collections.abc import Callable, Iterator

import pytest

from apps.accounts.models import User
from apps.pools.models import Pool
from apps.sessions.claims import Caller, Claimed, claim_session
from apps.sessions.options import SessionOptions
from tests.factories.people import actor_for
from tests.factories.pools import ensure_default_pool
from tests.support.moving_clock import MovingClock, moving_clock


@pytest.fixture
def time() -> Iterator[MovingClock]:
    """`time.forward(seconds)`."""
    with moving_clock() as moved:
        yield moved


@pytest.fixture
def pool(db: None) -> Pool:
    """The default pool, room for four."""
    return ensure_default_pool(min=0, max=4, max_concurrency=4, max_starting=4)


@pytest.fixture
def user(make_user: Callable[..., User]) -> User:
    return make_user()


@pytest.fixture
def claim() -> Callable[..., Claimed]:
    """`claim(user, is_held=True, **options)`."""

    def ask(user: User, *, is_held: bool = True, **options: object) -> Claimed:
        return claim_session(Caller(actor_for(user), is_held=is_held), SessionOptions(**options))  # type: ignore[arg-type]

    return ask


@pytest.fixture(autouse=True)
def _no_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hints are hints: nothing here may need one."""
    monkeypatch.setattr("apps.events.bus.hint", lambda topic, message=None: None)
