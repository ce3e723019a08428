"""People, the actors they are, and their tokens, made by the product's own services."""

from collections.abc import Collection
from itertools import count
from typing import Any

from django.test import Client

from apps.access.actor import Actor
from apps.access.permissions import Scope
from apps.accounts.models import Device, User
from apps.tokens.models import ApiToken
from apps.tokens.services import issue_token

PASSWORD = "correct horse battery"
_numbers = count(1)


def make_user(email: str = "", *, staff: bool = False, superuser: bool = False, active: bool = True) -> User:
    address = email or f"person{next(_numbers)}@example.com"
    return User.objects.create_user(
        address, PASSWORD, is_staff=staff or superuser, is_superuser=superuser, is_active=active
    )


def actor_for(user: User, *, scopes: Collection[Scope] | None = None) -> Actor:
    """That person by cookie, or narrowed to `scopes`."""
    return Actor(user=user, credential=user.web_credential, scopes=None if scopes is None else frozenset(scopes))


def make_token(user: User, *, name: str = "test", **limits: Any) -> tuple[ApiToken, str]:
    """The row and its secret. `limits` are scopes, expires_at and pools."""
    return issue_token(actor=actor_for(user), name=name, **limits)


def signed_in_device(user: User) -> Device:
    """A browser in which that person is signed in."""
    Client().force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return Device.objects.filter(user=user).latest("created_at")
