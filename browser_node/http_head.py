"""The heads of HTTP messages that the forwarding proxy passes on: parse, clean, write. Pure.

Strict where a lenient reading would let two parties disagree about where a message ends.
"""

import re
from dataclasses import dataclass, replace

_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HOST_PORT = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\[\]:/?#@\s]+):([0-9]{1,5})")
_ABSOLUTE = re.compile(r"http://(\[[0-9A-Fa-f:.]+\]|[^\[\]:/?#@\s]+)(?::([0-9]{1,5}))?([/?][^\s#]*)?")

# About one hop only; `te` and `upgrade` need `connection` and go with it.
_HOP = {b"connection", b"keep-alive", b"proxy-connection", b"proxy-authorization", b"te", b"upgrade"}


class BadHead(ValueError):
    """Not a head that may be passed on."""


@dataclass(frozen=True, slots=True)
class Head:
    first: tuple[bytes, bytes, bytes]  # the three parts of the first line
    headers: tuple[tuple[bytes, bytes], ...]

    def values(self, name: bytes) -> list[bytes]:
        return [value for key, value in self.headers if key.lower() == name]

    def for_one_request(self, *more: tuple[bytes, bytes]) -> "Head":
        """The same without what concerns the last hop, and closing after this message.

        A kept connection would carry the browser's next request, to another host maybe, to the same place.
        """
        named = {token.strip().lower() for value in self.values(b"connection") for token in value.split(b",")} - {
            b"close",
            b"keep-alive",
        }
        kept = tuple(header for header in self.headers if header[0].lower() not in _HOP | named)
        return replace(self, headers=(*kept, *more, (b"Connection", b"close")))

    def write(self) -> bytes:
        lines = [b" ".join(self.first).rstrip(), *(name + b": " + value for name, value in self.headers)]
        return b"\r\n".join(lines) + b"\r\n\r\n"


def parse_request(data: bytes) -> Head:
    """Raises BadHead."""
    head = _parse(data)
    method, target, version = head.first
    if _TOKEN.fullmatch(method) is None or not target or version not in (b"HTTP/1.1", b"HTTP/1.0"):
        raise BadHead("the request line is malformed")
    return head


def parse_response(data: bytes) -> Head:
    """Raises BadHead."""
    head = _parse(data)
    version, status, _ = head.first
    if not version.startswith(b"HTTP/1.") or len(status) != 3 or not status.isdigit():
        raise BadHead("the status line is malformed")
    return head


def body_length(head: Head) -> int | None:
    """Bytes of a request's body; None when it is chunked. Raises BadHead where the two readings could differ."""
    lengths, codings = head.values(b"content-length"), head.values(b"transfer-encoding")
    if codings:
        if lengths or len(codings) > 1 or codings[0].strip().lower() != b"chunked":
            raise BadHead("the length of the body is ambiguous")
        return None
    if len(lengths) > 1 or not all(length.isdigit() for length in lengths):
        raise BadHead("the length of the body is ambiguous")
    return int(lengths[0]) if lengths else 0


def tunnel_target(head: Head) -> tuple[str, int]:
    """Host and port of a CONNECT. Raises BadHead."""
    match = _HOST_PORT.fullmatch(_text(head.first[1]))
    if match is None:
        raise BadHead("CONNECT needs host:port")
    return match[1].removeprefix("[").removesuffix("]"), _port(match[2])


def absolute_target(head: Head) -> tuple[str, int, str]:
    """Host, port and the rest of an http URL. Raises BadHead."""
    match = _ABSOLUTE.fullmatch(_text(head.first[1]))
    if match is None:
        raise BadHead("a proxy needs an absolute http URL")
    rest = match[3] or "/"
    host = match[1].removeprefix("[").removesuffix("]")
    return host, _port(match[2] or "80"), rest if rest.startswith("/") else "/" + rest


def _parse(data: bytes) -> Head:
    first, *lines = data.removesuffix(b"\r\n\r\n").split(b"\r\n")
    headers = []
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or _TOKEN.fullmatch(name) is None or any(byte in value for byte in b"\r\n\0"):
            raise BadHead("a header is malformed")
        headers.append((name, value.strip(b" \t")))
    parts = first.split(b" ", 2)
    if len(parts) < 2 or any(byte in first for byte in b"\r\n\0"):
        raise BadHead("the first line is malformed")
    return Head((parts[0], parts[1], parts[2] if len(parts) == 3 else b""), tuple(headers))


def _text(target: bytes) -> str:
    try:
        return target.decode("ascii")
    except UnicodeDecodeError as error:
        raise BadHead("the target is not ASCII") from error


def _port(text: str) -> int:
    port = int(text)
    if not 0 < port < 65536:
        raise BadHead("there is no such port")
    return port
