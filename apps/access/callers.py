"""Where the caller of a Django request is, for whoever makes an actor of it."""

from django.conf import settings
from django.http import HttpRequest

from apps.access.outside import outside


def address_of(request: HttpRequest) -> str:
    """The caller's address without proxies; empty where there is none (a unix socket, a test's own request)."""
    headers = {"x-forwarded-for": request.META.get("HTTP_X_FORWARDED_FOR", "")}
    peer = request.META.get("REMOTE_ADDR") or ""
    return outside(peer, "http", headers, trusted=settings.GRID.trusted_proxies).address
