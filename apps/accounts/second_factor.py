"""Second factors: their secrets are encrypted at rest, and staff must have one where the installation says so."""

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings

from apps.accounts.models import User
from apps.core import secrets

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)  # recovery codes stand in for one of these


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc] # allauth is untyped
    error_messages = DefaultMFAAdapter.error_messages | {
        "add_email_blocked": "Remove your second factor before you add an address.",
        "cannot_delete_authenticator": "Staff need a second factor here. Add another before you remove this one.",
        "cannot_generate_recovery_codes": "Set up an authenticator app or a passkey first.",
        "incorrect_code": "This code is not right, or it was used. Wait for the next one.",
        "unverified_email": "Confirm your e-mail address first.",
    }

    def encrypt(self, text: str) -> str:
        return secrets.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return secrets.decrypt(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not the last one of somebody who must have one."""
        if not is_required_of(authenticator.user) or authenticator.type not in FACTORS:
            return True
        others = Authenticator.objects.filter(user=authenticator.user, type__in=FACTORS).exclude(pk=authenticator.pk)
        return bool(others.exists())

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002 - allauth's name
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return "Passkey" if number == 1 else f"Passkey {number}"


def is_required_of(user: User) -> bool:
    return bool(settings.GRID.staff_mfa and user.is_staff)


def is_missing(user: User) -> bool:
    """Whether that person may do nothing by cookie but set up a second factor."""
    return is_required_of(user) and not has_one(user)


def has_one(user: User) -> bool:
    return bool(is_mfa_enabled(user, FACTORS))
