"""People, the actors they are, and their tokens, made by the product's own services."""

from collections.abc import Collection
from datetime import datetime
from itertools import count

from apps.access.actor import Actor
from apps.access.permissions import Scope
from apps.accounts.models import User
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
    credential = f"web_{user.public_id.removeprefix('usr_')}"
    return Actor(user=user, credential=credential, scopes=None if scopes is None else frozenset(scopes))


def make_token(
    user: User, *, name: str = "test", scopes: Collection[Scope] | None = None, expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """The row and its secret."""
    return issue_token(actor=actor_for(user), name=name, scopes=scopes, expires_at=expires_at)
