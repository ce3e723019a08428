"""Who calls the API: `Authorization: Bearer`, else `X-API-Key`, else `?token=`, else the cookie of a signed-in person.

The first one that is given decides; a wrong one is 401 even where a later one would do. Tickets serve CDP only.
"""

from dataclasses import replace
from typing import cast

from django.http import HttpRequest, HttpResponse
from rest_framework.authentication import BaseAuthentication, CSRFCheck
from rest_framework.request import Request

from apps.access.actor import Actor
from apps.access.callers import address_of
from apps.accounts import second_factor
from apps.accounts.cookie_sessions import stored
from apps.accounts.models import User
from apps.core.errors import NotAllowed, Unauthenticated
from apps.tokens.services import authenticate

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class CredentialAuthentication(BaseAuthentication):
    """`request.auth` is the Actor; `actor_of` gives it typed."""

    def authenticate(self, request: Request) -> tuple[User, Actor] | None:
        secret = given_secret(request._request)  # noqa: SLF001 - DRF's name for Django's request
        if secret is not None:
            actor = replace(authenticate(secret), address=address_of(request._request))  # noqa: SLF001
        else:
            person = getattr(request._request, "user", None)  # noqa: SLF001
            if not isinstance(person, User) or not person.is_active:
                return None
            check_csrf(request._request)  # noqa: SLF001
            if second_factor.is_missing(person):
                raise NotAllowed("second_factor_required", "Set up a second factor first, under Settings.")
            actor = _by_cookie(request._request, person)  # noqa: SLF001
        return cast(User, actor.user), actor

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="BrowserGrid"'


def _by_cookie(request: HttpRequest, person: User) -> Actor:
    key = request.session.session_key
    return replace(Actor.by_cookie(person, address_of(request)), cookie=stored(key) if key else "")


def actor_of(request: Request) -> Actor:
    """The caller of a view that only authenticated callers reach."""
    return cast(Actor, request.auth)


def given_secret(request: HttpRequest) -> str | None:
    """The token that the request carries; None: it carries none, and the cookie may speak. Raises NotAllowed."""
    scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    key = request.headers.get("X-API-Key")
    if key is not None:
        return key.strip()
    token = request.GET.get("token")
    if token is None:
        return None
    if request.method not in SAFE_METHODS and "Origin" in request.headers:
        # A page that learnt the address must not be able to act with it.
        raise NotAllowed("token_in_query", "A page may not send `?token=` with this method; use a header.")
    return token


def check_csrf(request: HttpRequest) -> None:
    """Raises NotAllowed where a cookie alone would act on behalf of another site."""
    check = CSRFCheck(lambda _: HttpResponse())
    check.process_request(request)
    reason = check.process_view(request, lambda *_: HttpResponse(), (), {})
    if reason:
        raise NotAllowed("csrf", f"The request lacks a valid CSRF token ({reason}).")


def caller_of(request: HttpRequest) -> Actor:
    """The same for plain Django views. Raises Unauthenticated, NotAllowed."""
    found = CredentialAuthentication().authenticate(Request(request))
    if found is None:
        raise Unauthenticated
    return found[1]
