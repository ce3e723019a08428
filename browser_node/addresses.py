"""What kind of place an IP address is. Pure.

`ipaddress.is_global` is not enough: Python 3.11.7 calls 64:ff9b::a9fe:a9fe, 2002:7f00:1::, 192.88.99.1, 224.0.0.1 and
168.63.129.16 global. An IPv6 address that carries an IPv4 address is judged by that address.
"""

import ipaddress
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address

Address = IPv4Address | IPv6Address


class Kind(StrEnum):
    PUBLIC = "public"
    LOOPBACK = "loopback"
    PRIVATE = "private"
    LINK_LOCAL = "link-local"
    SHARED = "carrier-grade NAT"
    MULTICAST = "multicast"
    RESERVED = "reserved"
    METADATA = "cloud metadata"


# Never opened by any setting: they hand the machine's own credentials to whoever asks.
_METADATA = tuple(
    ipaddress.ip_network(text)
    for text in (
        "169.254.169.0/24",  # AWS, GCP, Azure, OpenStack, DigitalOcean; .253 is AWS's resolver
        "169.254.170.0/24",  # ECS task and EKS pod credentials
        "168.63.129.16/32",  # Azure's host
        "100.100.100.200/32",  # Alibaba
        "192.0.0.192/32",  # Oracle
        "fd00:ec2::/32",  # AWS
        "fd20:ce::/32",  # GCP
        "fe80::a9fe:a9fe/128",  # OpenStack
    )
)

_KINDS = tuple(
    (kind, tuple(ipaddress.ip_network(text) for text in texts))
    for kind, texts in (
        (Kind.LOOPBACK, ("127.0.0.0/8", "0.0.0.0/32", "::1/128", "::/128")),  # 0.0.0.0 connects to loopback
        (Kind.PRIVATE, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fec0::/10", "64:ff9b:1::/48")),
        (Kind.LINK_LOCAL, ("169.254.0.0/16", "fe80::/10")),
        (Kind.SHARED, ("100.64.0.0/10",)),
        (Kind.MULTICAST, ("224.0.0.0/4", "ff00::/8")),
        (
            Kind.RESERVED,
            (
                "0.0.0.0/8",
                "192.0.0.0/24",
                "192.0.2.0/24",
                "192.88.99.0/24",
                "198.18.0.0/15",
                "198.51.100.0/24",
                "203.0.113.0/24",
                "240.0.0.0/4",
                "100::/64",
                "2001::/23",  # with Teredo, ORCHID and benchmarking
                "2001:db8::/32",
                "3fff::/20",
                "5f00::/16",
            ),
        ),
    )
)

_PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
_COMPATIBLE = ipaddress.IPv6Network("::/96")
_TRANSLATED = ipaddress.IPv6Network("::ffff:0:0:0/96")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_ISATAP = (0x00005EFE, 0x02005EFE)


def classify(address: Address) -> Kind:
    """The kind of the address that packets really end at."""
    if _within(_METADATA, address):
        return Kind.METADATA
    inner = embedded(address)
    if inner is not None:
        return classify(inner)
    for kind, networks in _KINDS:
        if _within(networks, address):
            return kind
    if address.version == 6 and address not in _PUBLIC_V6:
        return Kind.RESERVED
    return Kind.PUBLIC


def embedded(address: Address) -> IPv4Address | None:
    """The IPv4 address inside a mapped, compatible, translated, NAT64, 6to4 or ISATAP address."""
    if not isinstance(address, IPv6Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    number = int(address)
    last = IPv4Address(number & 0xFFFFFFFF)
    if address in _NAT64 or address in _TRANSLATED:
        return last
    if address in _COMPATIBLE and number > 1:
        return last
    if (number >> 32) & 0xFFFFFFFF in _ISATAP:
        return last
    return None


def plain(address: Address) -> Address:
    """The embedded address where there is one, so that lists of addresses and networks match every spelling."""
    return embedded(address) or address


def parse(text: str) -> Address | None:
    """An address in its usual spelling, with or without brackets or a zone; None for a name."""
    try:
        return ipaddress.ip_address(text.removeprefix("[").removesuffix("]").partition("%")[0])
    except ValueError:
        return None


def _within(networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...], address: Address) -> bool:
    return any(address.version == network.version and address in network for network in networks)
