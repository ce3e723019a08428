"""Who asks from a signed-in browser."""

from typing import cast

from django.db.models import Q
from django.http import HttpRequest

from apps.access.actor import Actor
from apps.access.callers import address_of
from apps.accounts.models import User


def person(request: HttpRequest) -> User:
    """The signed-in user; views are only reached with one."""
    return cast(User, request.user)


def actor_of(request: HttpRequest) -> Actor:
    """`web_…` names the person behind a cookie, so that suspending them revokes what they handed out."""
    return Actor.by_cookie(person(request), address_of(request))


def actor_for(user: User) -> Actor:
    return Actor.by_cookie(user)


def mine(actor: Actor) -> Q:
    return Q(owner=actor.user)
