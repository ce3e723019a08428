"""HTTP answers around an upgrade: write our own refusal, read the upstream's.

Pure: bytes in, values and bytes out.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus

from splice.request import Headers

HEAD_LIMIT = 16 * 1024
BODY_LIMIT = 64 * 1024

_OURS = frozenset({b"content-length", b"connection", b"transfer-encoding"})


@dataclass(frozen=True)
class Response:
    """An answer that is not a 101."""

    status: int
    headers: Headers = field(default_factory=list)
    body: bytes = b""

    def render(self, defaults: Iterable[tuple[bytes, bytes]] = ()) -> bytes:
        """The whole answer; the connection ends with it."""
        own = [(name.lower(), value) for name, value in self.headers if name.lower() not in _OURS]
        names = {name for name, _ in own}
        fields = [(name, value) for name, value in defaults if name.lower() not in names] + own
        if self.body and b"content-type" not in names:
            fields.append((b"content-type", b"text/plain; charset=utf-8"))
        fields += [(b"content-length", b"%d" % len(self.body)), (b"connection", b"close")]
        lines = [b"HTTP/1.1 %d %s" % (self.status, phrase(self.status)), *(b"%b: %b" % pair for pair in fields)]
        return b"\r\n".join(lines) + b"\r\n\r\n" + self.body


def phrase(status: int) -> bytes:
    """The status text that belongs to a number; empty where there is none."""
    try:
        return HTTPStatus(status).phrase.encode()
    except ValueError:
        return b""


def parse_head(head: bytes) -> Response:
    """Status and headers of an upstream's answer; ValueError where it is no HTTP/1.x answer."""
    line, *lines = head.split(b"\r\n")
    version, _, rest = line.partition(b" ")
    if not version.startswith(b"HTTP/1."):
        raise ValueError("the upstream does not speak HTTP/1.1")
    status = int(rest[:3])
    pairs = (each.partition(b":") for each in lines if each)
    return Response(status, [(name.strip().lower(), value.strip()) for name, _, value in pairs])
