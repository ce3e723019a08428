"""Signed-in browsers of the administration."""

from collections.abc import Callable

import pytest
from django.test import Client

from apps.accounts.models import User


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def staff(make_user: Callable[..., User]) -> Client:
    return signed_in(make_user(staff=True))


@pytest.fixture
def superuser(make_user: Callable[..., User]) -> Client:
    return signed_in(make_user(superuser=True))


@pytest.fixture
def person(make_user: Callable[..., User]) -> Client:
    return signed_in(make_user())


@pytest.fixture
def nobody() -> Client:
    return Client()
