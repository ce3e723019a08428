"""The middleware that runs on the event loop does what Django's own does."""

import pytest
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.common import CommonMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.security import SecurityMiddleware
from django.test import AsyncClient
from django.utils.module_loading import import_string

DJANGOS = [
    SecurityMiddleware,
    SessionMiddleware,
    CommonMiddleware,
    CsrfViewMiddleware,
    AuthenticationMiddleware,
    MessageMiddleware,
    XFrameOptionsMiddleware,
]


@pytest.mark.parametrize("middleware", DJANGOS)
def test_it_is_in_force(middleware: type) -> None:
    """Django's own checks look for the names, which are ours here."""
    assert any(
        issubclass(found, middleware) for name in settings.MIDDLEWARE if isinstance(found := import_string(name), type)
    )


@pytest.mark.django_db(transaction=True)
async def test_an_answer_under_asgi_carries_every_header() -> None:
    answer = await AsyncClient().get("/accounts/login/")
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer["Content-Security-Policy"]


@pytest.mark.django_db(transaction=True)
async def test_a_form_without_its_token_is_refused_under_asgi() -> None:
    answer = await AsyncClient(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a@example.org"})
    assert answer.status_code == 403
