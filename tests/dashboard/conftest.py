"""A signed-in browser for each kind of person."""

from collections.abc import Callable

import pytest
from django.test import Client

from apps.accounts.models import User


@pytest.fixture
def ann(make_user: Callable[..., User]) -> User:
    return make_user(email="ann@example.com")


@pytest.fixture
def ben(make_user: Callable[..., User]) -> User:
    return make_user(email="ben@example.com")


@pytest.fixture
def staff(make_user: Callable[..., User]) -> User:
    return make_user(email="staff@example.com", staff=True)


@pytest.fixture
def sign_in() -> Callable[[User], Client]:
    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in
