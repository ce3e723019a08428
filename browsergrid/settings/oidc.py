"""Sign-in by OpenID Connect: each provider is a handful of variables, and a button on the sign-in page.

BROWSERGRID_OIDC=company,partner lists them; BROWSERGRID_OIDC_COMPANY_URL and its relatives describe the first.
"""

import re
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from browsergrid.settings import env

_WORD = re.compile(r"[a-z][a-z0-9-]{0,30}\Z")
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def providers() -> list[dict[str, Any]]:
    """As allauth takes them under SOCIALACCOUNT_PROVIDERS. Raises ImproperlyConfigured."""
    return [_provider(word) for word in env.words("BROWSERGRID_OIDC")]


def _provider(word: str) -> dict[str, Any]:
    if not _WORD.match(word):
        raise ImproperlyConfigured(f"BROWSERGRID_OIDC: {word!r} must be small letters, digits and hyphens.")
    prefix = f"BROWSERGRID_OIDC_{word.upper().replace('-', '_')}"
    needed = {name: env.text(f"{prefix}_{name}") for name in ("URL", "CLIENT_ID", "SECRET")}
    missing = [f"{prefix}_{name}" for name, value in needed.items() if not value]
    if missing:
        raise ImproperlyConfigured(f"BROWSERGRID_OIDC names {word}, so {', '.join(missing)} must be set.")
    parts = urlsplit(needed["URL"])
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        raise ImproperlyConfigured(f"{prefix}_URL must begin with https://; only loopback may do without.")
    trusted = env.flag(f"{prefix}_TRUST_EMAIL")
    return {
        "provider_id": word,
        "name": env.text(f"{prefix}_NAME", word.replace("-", " ").title()),
        "client_id": needed["CLIENT_ID"],
        "secret": needed["SECRET"],
        "settings": {
            "server_url": needed["URL"].rstrip("/"),
            "oauth_pkce_enabled": True,
            "signup": env.flag(f"{prefix}_SIGNUP"),
            "verified_email": trusted,
            "email_authentication": trusted,
        },
    }
