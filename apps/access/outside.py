"""How a request reached us from outside: the caller's address and the origin it used. Pure.

`X-Forwarded-*` is believed only from the addresses in `trusted`; everybody else could write anything there.
"""

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

LOOPBACK = {"127.0.0.1", "::1"}
DEFAULT_PORTS = {"http": 80, "https": 443}
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class Origin:
    """Scheme, host with port where it is not the scheme's own, and the path under which a proxy shows us."""

    scheme: str
    netloc: str
    prefix: str = ""

    @property
    def http(self) -> str:
        return f"{self.scheme}://{self.netloc}{self.prefix}"

    @property
    def ws(self) -> str:
        return f"{'wss' if self.scheme == 'https' else 'ws'}://{self.netloc}{self.prefix}"

    @property
    def host(self) -> str:
        return urlsplit(f"//{self.netloc}").hostname or ""

    def on(self, host: str) -> "Origin":
        """The same scheme and port under another host name."""
        port = urlsplit(f"//{self.netloc}").port
        return Origin(self.scheme, f"{host}:{port}" if port else host, self.prefix)

    def below(self, label: str) -> "Origin | None":
        """A name below this one's host, with its scheme and port. None where the host is an address: it has none."""
        host = "localhost" if self.host in LOOPBACK else self.host
        if not host or ":" in host or host.replace(".", "").isdecimal():
            return None
        found = self.on(f"{label}.{host}")
        return Origin(found.scheme, found.netloc)


@dataclass(frozen=True)
class Outside:
    """`address` is the caller's, without proxies; `used` the origin of this request, `origin` the one to hand out."""

    address: str
    origin: Origin
    used: Origin


def outside(
    peer: str, scheme: str, headers: Mapping[str, str], *, trusted: Sequence[str], public_url: str = ""
) -> Outside:
    """`peer` is the socket's other end, empty for a unix socket; `headers` have names in lower case."""
    is_trusted = _is_trusted(peer, tuple(trusted))
    used = _used_origin(scheme, headers, is_trusted=is_trusted)
    origin = parse_origin(public_url) if public_url else used
    return Outside(_caller(peer, headers, tuple(trusted)) if is_trusted else peer, origin, used)


def used_host(headers: Mapping[str, str], peer: str, trusted: Sequence[str]) -> str:
    """The Host that the caller used: a trusted proxy's word for it, else the request's own."""
    forwarded = _last(headers.get("x-forwarded-host", "")) if _is_trusted(peer, tuple(trusted)) else ""
    return forwarded or headers.get("host", "")


def parse_origin(url: str) -> Origin:
    parts = urlsplit(url if "://" in url else f"https://{url}")
    return Origin(parts.scheme, normal_netloc(parts.scheme, parts.netloc.rpartition("@")[2]), parts.path.rstrip("/"))


def normal_netloc(scheme: str, netloc: str) -> str:
    """In lower case, without the scheme's own port."""
    text = netloc.lower()
    host, colon, port = text.rpartition(":")
    return host if colon and port == str(DEFAULT_PORTS.get(scheme)) and not port.endswith("]") else text


def network_of(address: str) -> str:
    """The network whose callers count as one: /24 or /64. Empty where it is no address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    return str(ipaddress.ip_network(f"{parsed}/{24 if parsed.version == 4 else 64}", strict=False))


def is_within(address: str, networks: Sequence[str]) -> bool:
    """`unix` among the networks stands for the callers of a unix socket, who have no address."""
    return _is_trusted(address, tuple(networks))


def _used_origin(scheme: str, headers: Mapping[str, str], *, is_trusted: bool) -> Origin:
    scheme = {"ws": "http", "wss": "https"}.get(scheme, scheme)
    netloc, prefix = headers.get("host", ""), ""
    if is_trusted:
        told = _last(headers.get("x-forwarded-proto", "")).lower()
        scheme = {"http": "http", "ws": "http", "https": "https", "wss": "https"}.get(told, scheme)
        netloc = _last(headers.get("x-forwarded-host", "")) or netloc
        port = _last(headers.get("x-forwarded-port", ""))
        if port.isdecimal() and ":" not in netloc.rpartition("]")[2]:
            netloc = f"{netloc}:{port}"
        prefix = _prefix(headers.get("x-forwarded-prefix", ""))
    return Origin(scheme, normal_netloc(scheme, netloc), prefix)


def _caller(peer: str, headers: Mapping[str, str], trusted: tuple[str, ...]) -> str:
    """From the right, the first address that no trusted proxy has."""
    hops = [hop.strip() for hop in headers.get("x-forwarded-for", "").split(",") if hop.strip()]
    for hop in reversed(hops):
        address = _bare(hop)
        if not _is_trusted(address, trusted):
            return address if _parsed(address) else peer
    return _bare(hops[0]) if hops else peer


def _bare(hop: str) -> str:
    """An address without the port that some proxies write behind it."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop


def _last(value: str) -> str:
    return value.rpartition(",")[2].strip()


def _prefix(value: str) -> str:
    prefix = "/" + value.strip().strip("/")
    return prefix if prefix != "/" and all(part.isalnum() or part in "/-_.~" for part in prefix) else ""


def _is_trusted(peer: str, trusted: tuple[str, ...]) -> bool:
    if not peer:
        return "unix" in trusted
    address = _parsed(peer)
    return address is not None and any(address in network for network in _networks(trusted))


def _parsed(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


@lru_cache(maxsize=8)
def _networks(trusted: tuple[str, ...]) -> tuple[_Network, ...]:
    return tuple(ipaddress.ip_network(entry, strict=False) for entry in trusted if entry != "unix")
