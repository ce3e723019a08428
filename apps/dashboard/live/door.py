"""Who stands at `/live`: a page of ours, opened by somebody who is signed in. A cookie alone would not do.

Other sites' pages can open sockets here and the cookie comes with them, so the Origin must be our own.
"""

from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.db import close_old_connections
from django.http import HttpRequest, parse_cookie
from django.http.request import split_domain_port, validate_host

from apps.access.outside import outside, parse_origin
from apps.accounts.cookie_sessions import SessionStore
from apps.accounts.models import User
from apps.accounts.second_factor import is_missing

Scope = MutableMapping[str, Any]  # the values are the ASGI specification's


@dataclass(frozen=True)
class Visitor:
    """`fingerprint` changes with the password; `cookie` is a secret."""

    user: User
    cookie: str = field(repr=False)
    fingerprint: str = field(repr=False)


def comes_from_us(scope: Scope) -> bool:
    """Whether the Host is one of ours and a page of that very origin (or of the public one) opens the socket."""
    headers = _headers(scope)
    said = headers.get("origin", "")
    grid, client = settings.GRID, scope.get("client")
    peer = client[0] if client else ""
    used = outside(peer, scope.get("scheme", "ws"), headers, trusted=grid.trusted_proxies).used
    name, _ = split_domain_port(used.netloc)
    if not name or not validate_host(name, settings.ALLOWED_HOSTS) or "://" not in said:
        return False
    ours = {(used.scheme, used.netloc)}
    if grid.public_url:
        public = parse_origin(grid.public_url)
        ours.add((public.scheme, public.netloc))
    try:
        origin = parse_origin(said)
    except ValueError:
        return False
    return (origin.scheme, origin.netloc) in ours


def visitor_of(scope: Scope) -> Visitor | None:
    """Who the cookie signs in; None: nobody. Blocking, for a thread of its own."""
    cookie = parse_cookie(_headers(scope).get("cookie", "")).get(settings.SESSION_COOKIE_NAME, "")
    if not cookie:
        return None
    try:
        request = HttpRequest()
        request.session = SessionStore(cookie)
        user = get_user(request)
        key = request.session.session_key
        if not isinstance(user, User) or not user.is_active or not key or is_missing(user):
            return None
        return Visitor(user, key, user.get_session_auth_hash())
    finally:
        close_old_connections()


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
