"""People with confirmed addresses, and browsers in which somebody signs in the long way."""

from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from apps.accounts.models import User
from tests.factories.people import PASSWORD, make_user


@pytest.fixture
def ann(db: None) -> User:
    user = make_user("ann@example.com")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def enter() -> Callable[..., Client]:
    """`enter(user, password=…, address=…, agent=…)`: a browser after the sign-in page."""

    def entered(user: User, password: str = PASSWORD, *, address: str = "203.0.113.1", agent: str = "") -> Client:
        client = Client(REMOTE_ADDR=address, HTTP_USER_AGENT=agent)
        client.post("/accounts/login/", {"login": user.email, "password": password})
        return client

    return entered
