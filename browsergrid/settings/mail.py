"""How e-mail leaves: BROWSERGRID_EMAIL_URL names the server; without one, mails are printed into the server's log."""

from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from browsergrid.settings import env

CONSOLE = "django.core.mail.backends.console.EmailBackend"
SMTP = "django.core.mail.backends.smtp.EmailBackend"
PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
SECONDS = 10


def settings() -> dict[str, Any]:
    """Values of Django's EMAIL_… settings by name, and MAIL_IS_CONFIGURED."""
    url, backend = env.text("BROWSERGRID_EMAIL_URL"), env.text("BROWSERGRID_EMAIL_BACKEND")
    return {
        "MAIL_IS_CONFIGURED": bool(url) or backend not in {"", CONSOLE},
        "EMAIL_BACKEND": backend or (SMTP if url else CONSOLE),
        "EMAIL_TIMEOUT": SECONDS,
        "EMAIL_FROM": env.text("BROWSERGRID_EMAIL_FROM", "BrowserGrid <browsergrid@localhost>"),
        **_server(url or "smtp://localhost"),
    }


def _server(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ImproperlyConfigured(
            "BROWSERGRID_EMAIL_URL: smtp://, smtps:// or smtp+starttls://user:password@host:port"
        )
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp+starttls",
    }
