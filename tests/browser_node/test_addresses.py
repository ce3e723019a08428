"""What kind of place an address is, in every spelling."""

import ipaddress

import pytest

from browser_node.addresses import Kind, classify, parse, plain

K = Kind
TABLE = (
    ("8.8.8.8", K.PUBLIC), ("1.1.1.1", K.PUBLIC), ("93.184.216.34", K.PUBLIC), ("100.63.255.255", K.PUBLIC),
    ("100.128.0.1", K.PUBLIC), ("172.15.255.255", K.PUBLIC), ("172.32.0.1", K.PUBLIC), ("192.167.255.255", K.PUBLIC),
    ("192.169.0.1", K.PUBLIC), ("11.0.0.1", K.PUBLIC), ("9.255.255.255", K.PUBLIC), ("126.255.255.255", K.PUBLIC),
    ("128.0.0.1", K.PUBLIC), ("169.253.255.255", K.PUBLIC), ("169.255.0.1", K.PUBLIC), ("223.255.255.255", K.PUBLIC),
    ("168.63.129.15", K.PUBLIC), ("2606:4700:4700::1111", K.PUBLIC), ("2a00:1450:4001:80b::200e", K.PUBLIC),
    ("::ffff:8.8.8.8", K.PUBLIC), ("64:ff9b::808:808", K.PUBLIC), ("2002:808:808::1", K.PUBLIC),
    ("127.0.0.1", K.LOOPBACK), ("127.255.255.255", K.LOOPBACK), ("127.1.2.3", K.LOOPBACK), ("0.0.0.0", K.LOOPBACK),
    ("::1", K.LOOPBACK), ("::", K.LOOPBACK), ("::ffff:127.0.0.1", K.LOOPBACK), ("::ffff:0:127.0.0.1", K.LOOPBACK),
    ("::127.0.0.1", K.LOOPBACK), ("64:ff9b::7f00:1", K.LOOPBACK), ("2002:7f00:1::", K.LOOPBACK),
    ("::ffff:0.0.0.0", K.LOOPBACK), ("2001:db9::5efe:7f00:1", K.LOOPBACK), ("fe80::200:5efe:127.0.0.1", K.LOOPBACK),
    ("10.0.0.0", K.PRIVATE), ("10.255.255.255", K.PRIVATE), ("172.16.0.1", K.PRIVATE), ("172.31.255.255", K.PRIVATE),
    ("192.168.0.1", K.PRIVATE), ("192.168.255.255", K.PRIVATE), ("::ffff:10.0.0.1", K.PRIVATE),
    ("64:ff9b::a00:1", K.PRIVATE), ("2002:c0a8:1::", K.PRIVATE), ("fc00::1", K.PRIVATE), ("fd12:3456::1", K.PRIVATE),
    ("fec0::1", K.PRIVATE), ("64:ff9b:1::1", K.PRIVATE),
    ("169.254.0.1", K.LINK_LOCAL), ("169.254.255.255", K.LINK_LOCAL), ("fe80::1", K.LINK_LOCAL),
    ("febf::1", K.LINK_LOCAL), ("::ffff:169.254.1.1", K.LINK_LOCAL),
    ("100.64.0.1", K.SHARED), ("100.127.255.255", K.SHARED), ("::ffff:100.64.0.1", K.SHARED),
    ("224.0.0.1", K.MULTICAST), ("239.255.255.255", K.MULTICAST), ("ff02::1", K.MULTICAST), ("ff0e::1", K.MULTICAST),
    ("::ffff:224.0.0.1", K.MULTICAST),
    ("0.1.2.3", K.RESERVED), ("192.0.0.8", K.RESERVED), ("192.0.2.1", K.RESERVED), ("192.88.99.1", K.RESERVED),
    ("198.18.0.1", K.RESERVED), ("198.19.255.255", K.RESERVED), ("198.51.100.1", K.RESERVED),
    ("203.0.113.1", K.RESERVED), ("240.0.0.1", K.RESERVED), ("255.255.255.255", K.RESERVED), ("100::1", K.RESERVED),
    ("2001::1", K.RESERVED), ("2001:0:53aa:64c:0:7fff:a83f:1", K.RESERVED), ("2001:db8::1", K.RESERVED),
    ("2001:20::1", K.RESERVED), ("3fff::1", K.RESERVED), ("5f00::1", K.RESERVED), ("4000::1", K.RESERVED),
    ("1::1", K.RESERVED), ("::2", K.RESERVED),
    ("169.254.169.254", K.METADATA), ("169.254.169.253", K.METADATA), ("169.254.170.2", K.METADATA),
    ("169.254.170.23", K.METADATA), ("168.63.129.16", K.METADATA), ("100.100.100.200", K.METADATA),
    ("192.0.0.192", K.METADATA), ("fd00:ec2::254", K.METADATA), ("fd00:ec2::23", K.METADATA),
    ("fd20:ce::254", K.METADATA), ("::ffff:169.254.169.254", K.METADATA), ("::ffff:a9fe:a9fe", K.METADATA),
    ("64:ff9b::a9fe:a9fe", K.METADATA), ("2002:a9fe:a9fe::", K.METADATA), ("::a9fe:a9fe", K.METADATA),
    ("fe80::a9fe:a9fe", K.METADATA), ("64:ff9b::a83f:8110", K.METADATA),
)  # fmt: skip


@pytest.mark.parametrize(("address", "kind"), TABLE)
def test_every_address_is_what_it_leads_to(address: str, kind: Kind) -> None:
    assert classify(ipaddress.ip_address(address)) is kind


def test_the_table_is_long_enough() -> None:
    assert len({address for address, _ in TABLE}) >= 90


@pytest.mark.parametrize("text", ["64:ff9b::a9fe:a9fe", "2002:7f00:1::", "192.0.0.8", "192.88.99.1", "224.0.0.1"])
def test_what_python_wrongly_calls_global_is_closed(text: str) -> None:
    assert classify(ipaddress.ip_address(text)) is not Kind.PUBLIC


def test_parse_takes_brackets_and_zones_and_leaves_names_alone() -> None:
    assert parse("[::1]") == ipaddress.ip_address("::1")
    assert parse("fe80::1%eth0") == ipaddress.ip_address("fe80::1")
    assert parse("localhost") is None
    assert parse("127.1") is None


def test_plain_is_the_address_inside() -> None:
    assert plain(ipaddress.ip_address("::ffff:10.1.2.3")) == ipaddress.ip_address("10.1.2.3")
    assert plain(ipaddress.ip_address("2606::1")) == ipaddress.ip_address("2606::1")
