"""What allauth asks of us: who may sign up, how often one may try, where a link leads and where one may be sent."""

import logging
from smtplib import SMTPException
from typing import Any
from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailConfirmation
from allauth.core import context
from allauth.core.internal import ratelimit
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from apps.access.callers import address_of
from apps.accounts import sign_up
from apps.accounts.letters import with_page
from apps.accounts.links import absolute

logger = logging.getLogger(__name__)

LONGEST_LOGGED = 80
NO_ADDRESS = "local"  # a unix socket's callers count as one


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth is untyped
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "This account is suspended. Ask your administrator why.",
        "email_password_mismatch": "This e-mail address and password do not belong together.",
        "email_taken": "This address has an account. Sign in, or ask for a new password.",
        "enter_current_password": "This is not your present password.",
        "incorrect_code": "This code is not right, or it was used. Wait for the next one.",
        "incorrect_password": "This is not your password.",
        "invalid_or_expired_key": "This link was used before, or is too old.",
        "rate_limited": "Too often. Wait a few minutes.",
        "too_many_login_attempts": "Too many attempts from here. Wait five minutes, then try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return sign_up.may(request)

    def is_email_verified(self, request: HttpRequest, email: str) -> bool:
        """The link of an invitation came from that very mailbox."""
        invited = sign_up.invitation_of(request)
        is_proven = invited is not None and invited.email == email.lower()
        return is_proven or bool(super().is_email_verified(request, email))

    def clean_email(self, email: str) -> str:
        """An invitation is for one address; sign-up with another needs sign-up to be open."""
        request = context.request
        invited = sign_up.invitation_of(request) if request is not None and not request.user.is_authenticated else None
        if invited is not None and not sign_up.is_open() and email.lower() != invited.email:
            raise ValidationError(f"Your invitation is for {invited.email}.")
        return str(super().clean_email(email)).lower()

    # ── How often ───────────────────────────────────────────────────────────────────────────────────────────────────
    def get_client_ip(self, request: HttpRequest) -> str:
        """By the proxies that we trust, so that nobody chooses an address by writing a header."""
        return address_of(request) or NO_ADDRESS

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Account and address together: whoever guesses from elsewhere locks nobody out."""
        login = str(credentials.get("email") or credentials.get("username") or "").lower()
        return f"{ratelimit.get_ip(request)}:{login}"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            logger.warning("sign_in.too_many", extra=_told(request, credentials))
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        logger.warning("sign_in.failed", extra=_told(request, credentials))

    # ── Where to ────────────────────────────────────────────────────────────────────────────────────────────────────
    def is_safe_url(self, url: str | None) -> bool:
        """Ourselves alone, by the name that this very request used; not the other names that we answer to."""
        request = context.request
        return bool(
            url
            and url_has_allowed_host_and_scheme(
                url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
            )
        )

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("dashboard:settings")

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: EmailConfirmation) -> str:
        return absolute(request, reverse("account_confirm_email", args=[emailconfirmation.key]))

    def get_reset_password_from_key_url(self, key: str) -> str:
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return absolute(context.request, path.replace("UID-KEY", quote(key)))

    # ── Mail ────────────────────────────────────────────────────────────────────────────────────────────────────────
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail server that is away costs the mail, never the request: an error would tell who has an account."""
        try:
            super().send_mail(template_prefix, email, {"home": absolute(self.request, "/"), **context})
        except (OSError, SMTPException) as error:
            logger.warning("mail.not_sent", extra={"mail": template_prefix, "reason": type(error).__name__})

    def render_mail(self, *arguments: Any, **options: Any) -> EmailMultiAlternatives:
        return with_page(super().render_mail(*arguments, **options))

    def send_account_already_exists_mail(self, email: str) -> None:
        """As long as making the account would have taken, which is mostly its password's hash."""
        make_password("as long as any other")
        home = reverse("account_login"), reverse("account_reset_password")
        sign_in, reset = (absolute(context.request, path) for path in home)
        self.send_mail(
            "account/email/account_already_exists", email, {"sign_in_url": sign_in, "password_reset_url": reset}
        )


def _told(request: HttpRequest, credentials: dict[str, Any]) -> dict[str, str]:
    """For the log. What was typed is cut: it may be long, and people type passwords there."""
    login = str(credentials.get("email") or credentials.get("username") or "")
    cut = login if len(login) <= LONGEST_LOGGED else f"{login[:LONGEST_LOGGED]}… ({len(login)} letters)"
    return {"login": cut, "address": address_of(request)}
