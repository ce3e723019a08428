"""Ada, who calls the API, and a watch over what the hostile requests do besides."""

from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from apps.accounts.models import User
from tests.api.caller import Caller
from tests.factories.people import make_token
from tests.hostile.watch import deeds, forged, logged


@pytest.fixture
def user(make_user: Callable[..., User]) -> User:
    return make_user("ada@example.com")


@pytest.fixture
def caller(user: User) -> Caller:
    """Ada, by an API token with every scope."""
    return Caller(make_token(user)[1])


@pytest.fixture
async def thread_lets_go(transactional_db: None) -> AsyncIterator[None]:
    """The thread that serves an asynchronous application keeps its connection, which outlives the database."""
    yield
    await sync_to_async(connections.close_all)()


@pytest.fixture(autouse=True)
def _no_deeds_and_no_forged_lines() -> Iterator[None]:
    """Whatever is asked, no file is written, no program started, and each record is one line of the log."""
    with deeds() as done, logged() as lines:
        yield
    assert done == []
    assert forged(lines) == []
