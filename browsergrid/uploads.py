"""Who may send a body longer than usual: people and programs that we know, with a file for a session.

Asked before a byte of it is read, for Django would write it to disk before it asks who sends it.
"""

import re
from collections.abc import MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections

from apps.accounts.cookie_sessions import stored
from apps.accounts.queries import live_sessions
from apps.core.errors import GridError
from apps.sessions.viewing import redeem_view
from apps.tokens.services import authenticate

PLACES = re.compile(r"/(api/v1/sessions/[^/]+/files|sessions/[^/]+/files/upload|sessions/[^/]+/live/files)/?")
MARGIN = 64 * 1024  # for what multipart adds


async def longest_body(scope: MutableMapping[str, Any]) -> int:
    """In bytes, for this request."""
    usual = int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    if scope.get("method") != "POST" or PLACES.fullmatch(scope.get("path", "")) is None:
        return usual
    is_known = await sync_to_async(_is_known, thread_sensitive=False)(scope)
    return max(usual, settings.GRID.file_bytes + MARGIN) if is_known else usual


def _is_known(scope: MutableMapping[str, Any]) -> bool:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    try:
        secret = _secret(headers, scope.get("query_string", b"").decode("latin-1"))
        if secret:
            authenticate(secret)
            return True
        if ticket := headers.get("x-browsergrid-ticket"):
            redeem_view(ticket)
            return True
        cookie = SimpleCookie(headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME)
        return cookie is not None and bool(live_sessions([stored(cookie.value)]))
    except (GridError, CookieError):
        return False
    finally:
        close_old_connections()


def _secret(headers: dict[str, str], query: str) -> str:
    scheme, _, rest = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    return headers.get("x-api-key", "").strip() or parse_qs(query).get("token", [""])[0]
