"""The client's upgrade request: read from its head, shown to the application, and written anew for the upstream.

Pure: bytes in, values and bytes out.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import unquote

Headers = list[tuple[bytes, bytes]]

HEAD_LIMIT = 16 * 1024

# The client's headers that may reach the upstream. Above all not Origin, Cookie, Authorization, Forwarded, X-*: they
# are ours; and not Sec-WebSocket-Extensions: compression costs Chromium more than all of the relay.
CLIENT_HEADERS = frozenset({b"sec-websocket-key", b"sec-websocket-version", b"sec-websocket-protocol", b"user-agent"})

_TARGET = re.compile(rb"/[\x21-\x7e]*")
# A head that nobody could read in two ways: no line folded, no name empty or with a space, no value that ends with one,
# no control character anywhere, no fragment.
_PLAIN = re.compile(
    rb"GET (/[\x21\x22\x24-\x7e]*) HTTP/1\.1\r\n"
    rb"((?:[!#$%&'*+.^_`|~0-9A-Za-z-]++:[\t\x20-\x7e\x80-\xff]*+(?<![\t ])\r\n)++)\r\n"
)
_WITH_BODY = frozenset({b"content-length", b"transfer-encoding", b"expect"})
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(rb"[\t\x20-\x7e\x80-\xff]*")


class BadRequestError(Exception):
    """The client's upgrade cannot be served; `status` says how to refuse it."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Request(NamedTuple):
    """One upgrade request as uvicorn hands it over: a whole head, names in lower case."""

    method: bytes
    raw_path: bytes
    query: bytes
    headers: Headers

    @classmethod
    def parse(cls, head: bytes) -> "Request":
        """Read a head that uvicorn's own HTTP parser has already accepted."""
        line, *lines = head.split(b"\r\n")
        method, target, _ = line.split(b" ", 2)
        raw_path, _, query = target.partition(b"?")
        headers = [(name, value) for name, _, value in (each.partition(b": ") for each in lines if each)]
        return cls(method, raw_path, query, headers)

    @property
    def path(self) -> str:
        """The decoded path; bytes that are not UTF-8 become replacement characters, as in uvicorn."""
        path = self.raw_path.decode("latin-1")
        return unquote(path) if "%" in path else path

    @property
    def subprotocols(self) -> list[str]:
        """What the client offers, in its order."""
        offered = self.values(b"sec-websocket-protocol")
        names = b",".join(offered).decode("latin-1").split(",") if offered else ()
        return [name.strip() for name in names if name.strip()]

    def values(self, name: bytes) -> list[bytes]:
        """Every value of one header."""
        return [value for each, value in self.headers if each == name]

    def check(self) -> None:
        """Refuse what no WebSocket client sends, before the application is asked."""
        if self.method != b"GET":
            raise BadRequestError(405, "an upgrade is a GET")
        if self.values(b"sec-websocket-version") != [b"13"]:
            raise BadRequestError(426, "WebSocket version 13 is needed")
        if len(self.values(b"sec-websocket-key")) != 1:
            raise BadRequestError(400, "one Sec-WebSocket-Key is needed")


def plain_upgrade(data: bytes) -> Request | None:
    """The WebSocket upgrade that `data` is, whole and exactly. None for all else, and where there is any doubt.

    It takes less than uvicorn's parser does, never more: no name twice, no body, nothing before the head or after it.
    """
    whole = _PLAIN.fullmatch(data) if len(data) <= HEAD_LIMIT else None
    if whole is None:
        return None
    target, lines = whole.groups()
    headers = []
    for line in lines.split(b"\r\n")[:-1]:
        name, _, value = line.partition(b":")
        headers.append((name.lower(), value.lstrip(b" \t")))
    fields = dict(headers)
    if (
        len(fields) < len(headers)
        or fields.get(b"upgrade", b"").lower() != b"websocket"
        or b"upgrade" not in [token.strip() for token in fields.get(b"connection", b"").lower().split(b",")]
        or fields.get(b"sec-websocket-version") != b"13"
        or b"sec-websocket-key" not in fields
        or not _WITH_BODY.isdisjoint(fields)
    ):
        return None
    raw_path, _, query = target.partition(b"?")
    return Request(b"GET", raw_path, query, headers)


def upstream_head(request: Request, *, path: str, host: str, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The upgrade as the upstream sees it: `path`, the client's few allowed headers, all of the application's own.

    ValueError when the application's path or headers could not stand in a request.
    """
    own = [(name.lower(), value) for name, value in headers]
    target = path.encode("latin-1", "replace")
    if not _TARGET.fullmatch(target):
        raise ValueError(f"not a request path: {path!r}")
    if not all(_NAME.fullmatch(name) and _VALUE.fullmatch(value) for name, value in own):
        raise ValueError("a header of the application has forbidden characters")

    names = {name for name, _ in own}
    lines = [b"GET %b HTTP/1.1" % target]
    if b"host" not in names:
        lines.append(b"host: " + host.encode("latin-1"))
    lines.append(b"upgrade: websocket\r\nconnection: Upgrade")
    kept = [pair for pair in request.headers if pair[0] in CLIENT_HEADERS and pair[0] not in names]
    lines += [name + b": " + value for name, value in kept + own]
    return b"\r\n".join(lines) + b"\r\n\r\n"
