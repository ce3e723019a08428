"""Where the outside finds this installation, for the addresses that pages show."""

from django.conf import settings
from django.http import HttpRequest

from apps.access.outside import Origin, outside


def origin_of(request: HttpRequest) -> Origin:
    """Raises DisallowedHost like `get_host`."""
    request.get_host()
    headers = {name.lower(): value for name, value in request.headers.items()}
    scheme = "https" if request.is_secure() else "http"
    grid = settings.GRID
    peer = request.META.get("REMOTE_ADDR") or ""
    return outside(peer, scheme, headers, trusted=grid.trusted_proxies, public_url=grid.public_url).origin
