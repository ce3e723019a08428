"""Sign-in by other services (OpenID Connect): who may make an account that way, and what is taken over from there."""

from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.openid_connect.views import login as begin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from apps.accounts.models import User


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc] # allauth is untyped
    error_messages = DefaultSocialAccountAdapter.error_messages | {
        "email_taken": "This address has an account here. Sign in to it, then connect %s under Settings.",
        "no_password": "Set a password first, or you could not sign in any more.",
        "no_verified_email": "Confirm your e-mail address first, or you could not sign in any more.",
        "disconnect_last": "This is your only way to sign in. Set a password first.",
        "connected_other": "That account is connected to somebody else here.",
    }

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Where the provider says so by its setting, else like everybody."""
        app = sociallogin.provider.app
        return bool(app and app.settings.get("signup")) or bool(super().is_open_for_signup(request, sociallogin))

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        user: User = super().populate_user(request, sociallogin, data)
        user.name = str(data.get("name") or "")[:120]
        user.email = user.email.lower()
        return user


def leave(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """To the provider, by a page of ours: a redirect after a form would be held to the form's own origins by CSP."""
    response: HttpResponseBase = begin(request, provider_id)
    target = response.get("Location", "") if response.status_code == 302 else ""
    if not target.startswith(("https://", "http://")):
        return response
    page = render(request, "socialaccount/leaving.html", {"target": target})
    page["Refresh"] = f"0;url={target}"
    page["Cache-Control"] = "no-store"
    return page
