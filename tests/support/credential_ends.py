"""Every kind of credential that one person may hold, and every way in which it ends.

What is open when that happens (a client's socket, a page's socket, a stream) is cut within two seconds; each has a test
that goes through this table.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from apps.access.actor import Actor
from apps.accounts.devices import end_device
from apps.accounts.models import Device, User
from apps.accounts.people import suspend
from apps.core import clock
from apps.tokens import services
from apps.tokens.models import ApiToken
from apps.tokens.services import revoke_token
from apps.tokens.sign_out import sign_out_everywhere
from tests.factories.people import actor_for, make_token

WITHIN = 2.0  # seconds
STATIC = "a-static-token-of-more-than-24-letters"


class Kind(StrEnum):
    TOKEN = "an API token"
    STATIC = "a static token"
    COOKIE = "a signed-in browser"
    HANDED_OUT = "what a signed-in browser was given"  # a ticket: it outlives that browser, but not the sign-in


@dataclass(frozen=True)
class Holder:
    """`configured` is what the setting of static tokens says; emptied, it names none any more."""

    user: User
    token: ApiToken
    secret: str
    browser: Client
    configured: list[tuple[str, str]]


def held_by(user: User, monkeypatch: pytest.MonkeyPatch, browser: Client | None = None) -> Holder:
    configured = [(STATIC, user.email)]
    monkeypatch.setattr(services, "static_tokens", lambda: tuple(configured))
    if browser is None:
        browser = Client()
        browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    token, secret = make_token(user)
    return Holder(user, token, secret, browser, configured)


@dataclass(frozen=True)
class End:
    """`of` are the kinds that end with it; all others go on."""

    name: str
    happens: Callable[[Holder], object]
    of: frozenset[Kind]

    def __str__(self) -> str:
        return self.name


def _revoke(holder: Holder) -> None:
    revoke_token(holder.token, actor=actor_for(holder.user))


def _expire(holder: Holder) -> None:
    """Nobody is told: time has passed."""
    ApiToken.objects.filter(pk=holder.token.pk).update(expires_at=clock.now())


def _suspend(holder: Holder) -> None:
    suspend(User.objects.get(pk=holder.user.pk), actor=Actor.system())


def _sign_out_everywhere(holder: Holder) -> None:
    sign_out_everywhere(_person(holder), actor=actor_for(holder.user), with_tokens=False)


def _sign_out_with_tokens(holder: Holder) -> None:
    sign_out_everywhere(_person(holder), actor=actor_for(holder.user), with_tokens=True)


def _change_password(holder: Holder) -> None:
    person = _person(holder)
    person.set_password("another-password-entirely")
    person.save()


def _end_device(holder: Holder) -> None:
    end_device(Device.objects.get(user=holder.user), actor=actor_for(holder.user))


def _outlive_cookie(holder: Holder) -> None:
    Session.objects.update(expire_date=clock.now() - timedelta(seconds=1))


def _person(holder: Holder) -> User:
    return User.objects.get(pk=holder.user.pk)


BROWSERS = frozenset({Kind.COOKIE, Kind.HANDED_OUT})
ENDS = (
    End("the token is revoked", _revoke, frozenset({Kind.TOKEN})),
    End("the token expires", _expire, frozenset({Kind.TOKEN})),
    End("the setting names it no more", lambda holder: holder.configured.clear(), frozenset({Kind.STATIC})),
    End("the person is suspended", _suspend, frozenset(Kind)),
    End("signed out everywhere", _sign_out_everywhere, BROWSERS),
    End("signed out everywhere, tokens too", _sign_out_with_tokens, BROWSERS | {Kind.TOKEN}),
    End("a new password", _change_password, BROWSERS),
    End("signed out here", lambda holder: holder.browser.logout(), frozenset({Kind.COOKIE})),
    End("signed out from another browser", _end_device, frozenset({Kind.COOKIE})),
    End("the cookie expires", _outlive_cookie, frozenset({Kind.COOKIE})),
)


def ends_of(*kinds: Kind) -> list[End]:
    return [end for end in ENDS if end.of & set(kinds)]
