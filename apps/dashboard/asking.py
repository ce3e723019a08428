"""Who asks from a signed-in browser."""

from typing import cast

from django.db.models import Q
from django.http import HttpRequest

from apps.access.actor import Actor
from apps.access.callers import signed_in as actor_of
from apps.accounts.models import User

__all__ = ["actor_for", "actor_of", "mine", "person"]


def person(request: HttpRequest) -> User:
    """The signed-in user; views are only reached with one."""
    return cast(User, request.user)


def actor_for(user: User) -> Actor:
    return Actor.by_cookie(user)


def mine(actor: Actor) -> Q:
    return Q(owner=actor.user)
