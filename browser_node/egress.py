"""Where a browser may connect to: the decision for one host, port and address. Pure but for asking which addresses
are this machine's own.

Public addresses are open. Everything else is closed until an entry of the allow-list opens it; metadata addresses, and
the ports that the installation itself listens on, are opened by none. Who resolves and connects stands in `forward`.
"""

import ipaddress
import socket
from dataclasses import dataclass

from browser_node import addresses
from browser_node.addresses import Address, Kind
from browser_node.config import HostPort
from browser_node.wire import parse_egress_entry

SETTING = "BROWSERGRID_EGRESS_ALLOW"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reason` and `remedy` are sentences for the person in front of the refused page."""

    is_open: bool
    reason: str = ""
    remedy: str = ""


OPEN = Verdict(is_open=True)
NO_SETTING = "No setting opens it."


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an allow-list: a host or a network or any host, at a port or at all."""

    host: str  # "" for any
    network: ipaddress.IPv4Network | ipaddress.IPv6Network | None
    port: int | None

    @classmethod
    def parse(cls, text: str) -> "Entry":
        """Raises wire.InvalidSpec."""
        host, port = parse_egress_entry(text)
        address = addresses.parse(host)
        if "/" in host or address is not None:
            return cls("", ipaddress.ip_network(host if "/" in host else str(address), strict=False), port)
        return cls("" if host == "*" else host, None, port)

    def covers(self, host: str, port: int, address: Address) -> bool:
        if self.port is not None and self.port != port:
            return False
        if self.network is not None:
            inner = addresses.plain(address)
            return inner.version == self.network.version and inner in self.network
        if not self.host:
            return True
        if self.host == "localhost":
            # A foreign name that resolves to loopback is not this entry's: that would be DNS rebinding.
            return is_localhost(host) and addresses.classify(address) is Kind.LOOPBACK
        return host == self.host


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for one browser."""

    entries: tuple[Entry, ...] = ()
    blocked: tuple[HostPort, ...] = ()

    @classmethod
    def parse(cls, allow: tuple[str, ...], blocked: tuple[HostPort, ...]) -> "Rules":
        return cls(tuple(Entry.parse(text) for text in allow), blocked)

    def judge(self, host: str, port: int, address: Address) -> Verdict:
        """For one address that `host` resolved to."""
        host = normal(host)
        kind = addresses.classify(address)
        if kind is Kind.METADATA:
            return _closed(f"{host} is a cloud metadata address.", NO_SETTING)
        is_own = kind is Kind.LOOPBACK or is_own_address(addresses.plain(address))
        if self._is_blocked(port, address, is_own=is_own):
            return _closed(f"{host}:{port} belongs to BrowserGrid itself.", NO_SETTING)
        if any(entry.covers(host, port, address) for entry in self.entries):
            return OPEN
        if kind is Kind.PUBLIC and not is_own:
            return OPEN
        what = "an address of the machine that runs the browser" if is_own else f"a {kind} address"
        return _closed(
            f"{host} is {what}, and browsers reach public addresses only.",
            f"To open it, set {SETTING}={bracketed(host)}:{port} (read when the configuration of the local provider is "
            "made), or add this entry to the egress list of the provider's configuration.",
        )

    def _is_blocked(self, port: int, address: Address, *, is_own: bool) -> bool:
        for entry in self.blocked:
            if entry.port != port:
                continue
            if entry.host in ("*", "0.0.0.0", "::"):  # noqa: S104 - compared, not bound
                return True
            known = addresses.parse(entry.host)
            if known is None and is_localhost(entry.host):
                known = ipaddress.IPv4Address("127.0.0.1")
            if known is None:
                if addresses.plain(address) in _addresses_of(entry.host):
                    return True
            elif addresses.plain(known) == addresses.plain(address):
                return True
            elif is_own and (addresses.classify(known) is Kind.LOOPBACK or is_own_address(known)):
                return True  # the same machine under another of its addresses
        return False


def _closed(reason: str, remedy: str) -> Verdict:
    return Verdict(is_open=False, reason=reason, remedy=remedy)


def normal(host: str) -> str:
    return host.lower().rstrip(".").removeprefix("[").removesuffix("]")


def bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def is_localhost(host: str) -> bool:
    """The name of loopback, by which browsers and RFC 6761 also mean every name below it, or a literal of it."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    address = addresses.parse(host)
    return address is not None and addresses.classify(address) is Kind.LOOPBACK


def is_own_address(address: Address) -> bool:
    """Whether one of this machine's interfaces has it: exactly those can be bound."""
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((str(address), 0))
    except OSError:
        return False
    return True


def _addresses_of(host: str) -> set[Address]:
    """A blocked name is looked up each time it matters: rarely, and it may move."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return set()
    parsed = (addresses.parse(str(entry[4][0])) for entry in found)
    return {addresses.plain(address) for address in parsed if address is not None}
