"""What follows from a sign-in, a new password, another second factor: a device noted, others ended, another cookie."""

from typing import Any

from allauth.account import signals as account
from allauth.account.models import EmailAddress
from allauth.mfa import signals as factors
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_save
from django.http import HttpRequest

from apps.accounts import sign_up
from apps.accounts.devices import end_others, note_device
from apps.accounts.models import User
from apps.accounts.sharing import address_proven


def start() -> None:
    """Once, when all apps are there."""
    post_save.connect(_address_saved, sender=EmailAddress, dispatch_uid="accounts.address_saved")
    user_logged_in.connect(_signed_in, dispatch_uid="accounts.signed_in")
    account.user_signed_up.connect(_signed_up, dispatch_uid="accounts.signed_up")
    account.authentication_step_completed.connect(_confirmed, dispatch_uid="accounts.confirmed")
    for signal in (account.password_changed, account.password_set, account.password_reset):
        signal.connect(_has_new_password, dispatch_uid="accounts.new_password")
    for signal in (factors.authenticator_added, factors.authenticator_removed, factors.authenticator_reset):
        signal.connect(_has_other_factors, dispatch_uid="accounts.other_factors")


def _address_saved(*, instance: EmailAddress, **_: Any) -> None:
    """However it was proven: what was shared with the address is theirs from now on."""
    if instance.verified:
        address_proven(instance.email, instance.user)


def _signed_in(*, request: HttpRequest | None = None, user: User, **_: Any) -> None:
    if request is not None:
        note_device(request, user)


def _signed_up(*, request: HttpRequest, user: User, **_: Any) -> None:
    sign_up.done(request, user)


def _confirmed(*, request: HttpRequest, reauthenticated: bool = False, **_: Any) -> None:
    """Whoever confirmed who they are may do more from now on: the cookie known so far may not."""
    if reauthenticated:
        request.session.cycle_key()


def _has_new_password(*, request: HttpRequest, user: User, **_: Any) -> None:
    end_others(user, request.session)


def _has_other_factors(*, request: HttpRequest, **_: Any) -> None:
    request.session.cycle_key()
