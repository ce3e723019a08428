"""From a node's address to where a splice leads. Pure."""

from urllib.parse import urlsplit

from splice.upstream import Upstream


def upstream_of(address: str) -> Upstream:
    """`unix:/path`, `http://host:port` or `host:port`. ValueError for anything else: a splice speaks no TLS."""
    if address.startswith("unix:"):
        return Upstream(path=address.removeprefix("unix:"))
    parts = urlsplit(address if "://" in address else f"http://{address}")
    if parts.scheme != "http" or not parts.hostname:
        raise ValueError(f"not a node's address: {address!r}")
    return Upstream(host=parts.hostname, port=parts.port or 80)
