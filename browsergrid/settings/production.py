"""Behind TLS: secrets must be given, cookies are bound to the host, HTTP is refused."""

from django.core.exceptions import ImproperlyConfigured

from browsergrid.settings import env
from browsergrid.settings.base import *  # noqa: F403
from browsergrid.settings.base import GRID

for _name in ("BROWSERGRID_SECRET_KEY", "BROWSERGRID_KEYS", "DATABASE_URL", "BROWSERGRID_PUBLIC_URL"):
    if not env.text(_name):
        raise ImproperlyConfigured(f"{_name} must be set in production.")
if not GRID.public_url.startswith("https://"):
    raise ImproperlyConfigured("BROWSERGRID_PUBLIC_URL must begin with https:// in production.")

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.flag("BROWSERGRID_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]  # asked from inside, where there is no TLS
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-browsergrid_session"
CSRF_COOKIE_NAME = "__Host-browsergrid_csrf"
LOG_FORMAT = env.text("BROWSERGRID_LOG_FORMAT", "json")
LOGGING = {**LOGGING, "format": LOG_FORMAT}
