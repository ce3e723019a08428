"""Callers of the API."""

from collections.abc import AsyncIterator, Callable

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from apps.accounts.models import User
from tests.api.caller import Caller
from tests.factories.people import make_token


@pytest.fixture
async def thread_lets_go(transactional_db: None) -> AsyncIterator[None]:
    """The thread that serves an asynchronous application keeps its connection, which outlives the database."""
    yield
    await sync_to_async(connections.close_all)()


@pytest.fixture
def user(make_user: Callable[..., User]) -> User:
    return make_user("ada@example.com")


@pytest.fixture
def caller(user: User) -> Caller:
    """Ada, by an API token with every scope."""
    return Caller(make_token(user)[1])


@pytest.fixture
def calls_as(db: None) -> Callable[..., Caller]:
    """`calls_as(user, scopes=None)`: that person by an API token."""
    return lambda user, **limits: Caller(make_token(user, **limits)[1])
