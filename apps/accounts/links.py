"""Addresses of ours for e-mails: where the outside finds this installation, whatever Host the request was sent with."""

from django.conf import settings
from django.http import HttpRequest

from apps.access.outside import outside


def absolute(request: HttpRequest, path: str) -> str:
    """With BROWSERGRID_PUBLIC_URL where that is set; else by the request's own Host, which must be one of ours."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    headers["host"] = request.get_host()
    scheme, peer = request.scheme or "http", request.META.get("REMOTE_ADDR") or ""
    trusted, public_url = settings.GRID.trusted_proxies, settings.GRID.public_url
    return outside(peer, scheme, headers, trusted=trusted, public_url=public_url).origin.http + path
