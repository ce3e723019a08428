"""Who may ask what of a node: its own key for the life of browsers, a browser's credential for the use of that one.

Compared in constant time; never logged, never passed on.
"""

import hmac
from collections.abc import Iterable

Headers = Iterable[tuple[bytes, bytes]]


def bearer(headers: Headers) -> bytes:
    """The token of the Authorization header; empty where there is none."""
    for name, value in headers:
        if name.lower() == b"authorization":
            scheme, _, token = value.partition(b" ")
            return token.strip() if scheme.lower() == b"bearer" else b""
    return b""


def matches(headers: Headers, secret: str) -> bool:
    return bool(secret) and hmac.compare_digest(bearer(headers), secret.encode())


def matches_any(headers: Headers, *secrets: str) -> bool:
    known = tuple(headers)
    return any(matches(known, secret) for secret in secrets)


def header(headers: Headers, name: bytes) -> str:
    """The first value; empty where there is none."""
    return next((value.decode("latin-1").strip() for key, value in headers if key.lower() == name), "")
