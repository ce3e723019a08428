"""Who calls with a Django request, and where they are."""

from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.http import HttpRequest

from apps.access.actor import Actor
from apps.access.outside import outside

if TYPE_CHECKING:
    from apps.accounts.models import User


def signed_in(request: HttpRequest) -> Actor:
    """The person of a page that only signed-in people reach."""
    return Actor.by_cookie(cast("User", request.user), address_of(request))


def address_of(request: HttpRequest) -> str:
    """The caller's address without proxies; empty where there is none (a unix socket, a test's own request)."""
    headers = {"x-forwarded-for": request.META.get("HTTP_X_FORWARDED_FOR", "")}
    peer = request.META.get("REMOTE_ADDR") or ""
    return outside(peer, "http", headers, trusted=settings.GRID.trusted_proxies).address
