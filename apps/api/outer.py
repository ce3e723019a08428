"""Where a Django request came from and was sent to, as the outside sees it."""

from django.conf import settings
from django.http import HttpRequest

from apps.access.outside import Outside, outside


def outside_of(request: HttpRequest) -> Outside:
    """Raises DisallowedHost like `get_host`."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    headers.setdefault("host", request.get_host())
    grid = settings.GRID
    peer = request.META.get("REMOTE_ADDR") or ""
    scheme = "https" if request.is_secure() else "http"
    return outside(peer, scheme, headers, trusted=grid.trusted_proxies, public_url=grid.public_url)
