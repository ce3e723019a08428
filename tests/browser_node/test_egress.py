"""The decision for one destination."""

import ipaddress
import socket

import pytest

from browser_node.config import HostPort
from browser_node.egress import Rules, is_localhost, is_own_address
from browser_node.wire import InvalidSpec


def judge(rules: Rules, host: str, port: int, address: str = "") -> bool:
    return rules.judge(host, port, ipaddress.ip_address(address or host)).is_open


def rules(*allow: str, blocked: tuple[tuple[str, int], ...] = ()) -> Rules:
    return Rules.parse(allow, tuple(HostPort(host, port) for host, port in blocked))


def test_public_addresses_are_open_and_everything_else_is_closed() -> None:
    none = rules()
    assert judge(none, "example.com", 443, "93.184.216.34")
    for address in ("127.0.0.1", "10.0.0.1", "169.254.1.1", "100.64.0.1", "::1", "fd00::1", "224.0.0.1", "0.0.0.0"):
        assert not judge(none, "evil.example", 80, address)


def test_a_host_entry_opens_that_name_at_that_port() -> None:
    some = rules("intranet.example:8080")
    assert judge(some, "intranet.example", 8080, "10.0.0.1")
    assert judge(some, "INTRANET.example.", 8080, "10.0.0.1")
    assert not judge(some, "intranet.example", 8081, "10.0.0.1")
    assert not judge(some, "other.example", 8080, "10.0.0.1")
    assert judge(rules("intranet.example"), "intranet.example", 22, "10.0.0.1")


def test_localhost_means_loopback_by_name_or_literal_and_no_foreign_name() -> None:
    some = rules("localhost:3000")
    for host, address in (("localhost", "127.0.0.1"), ("localhost", "::1"), ("a.localhost", "127.0.0.1")):
        assert judge(some, host, 3000, address)
    assert judge(some, "127.0.0.1", 3000)
    assert judge(some, "::1", 3000)
    assert not judge(some, "rebinding.example", 3000, "127.0.0.1")
    assert not judge(some, "localhost", 3001, "127.0.0.1")
    assert not judge(some, "localhost", 3000, "10.0.0.1")


def test_an_address_entry_and_a_network_match_every_spelling() -> None:
    assert judge(rules("10.0.0.5:80"), "::ffff:10.0.0.5", 80)
    assert judge(rules("10.0.0.0/8"), "db.internal", 5432, "10.20.30.40")
    assert judge(rules("10.0.0.0/8"), "64:ff9b::a00:1", 80)
    assert not judge(rules("10.0.0.0/8"), "192.168.0.1", 80)
    assert judge(rules("fd00::/8"), "fd12::1", 80)
    assert not judge(rules("fd00::/8"), "10.0.0.1", 80)


def test_a_port_for_every_host() -> None:
    some = rules("*:8080")
    assert judge(some, "127.0.0.1", 8080)
    assert judge(some, "printer.local", 8080, "192.168.1.2")
    assert not judge(some, "127.0.0.1", 8081)


@pytest.mark.parametrize("allow", [(), ("169.254.0.0/16",), ("*:80",), ("0.0.0.0/0", "::/0"), ("169.254.169.254:80",)])
def test_nothing_opens_metadata_addresses(allow: tuple[str, ...]) -> None:
    some = rules(*allow)
    for address in ("169.254.169.254", "168.63.129.16", "fd00:ec2::254", "100.100.100.200", "::ffff:a9fe:a9fe"):
        verdict = some.judge("metadata", 80, ipaddress.ip_address(address))
        assert not verdict.is_open
        assert verdict.remedy == "No setting opens it."


@pytest.mark.parametrize("allow", [(), ("127.0.0.0/8",), ("*:6379",), ("localhost:6379",), ("0.0.0.0/0", "::/0")])
@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.2", "::1", "0.0.0.0", "::ffff:127.0.0.1", "64:ff9b::7f00:1"])
def test_nothing_opens_a_blocked_port_of_this_machine(allow: tuple[str, ...], address: str) -> None:
    some = rules(*allow, blocked=(("127.0.0.1", 6379),))
    verdict = some.judge("localhost", 6379, ipaddress.ip_address(address))
    assert not verdict.is_open
    assert "No setting opens it" in verdict.remedy


def test_blocked_hosts_elsewhere_are_closed_by_address_and_name() -> None:
    some = rules("10.0.0.0/8", blocked=(("10.0.0.7", 5432), ("localhost", 8000)))
    assert not judge(some, "db", 5432, "10.0.0.7")
    assert not judge(some, "db", 5432, "::ffff:10.0.0.7")
    assert judge(some, "db", 5433, "10.0.0.7")
    assert judge(some, "other", 5432, "10.0.0.8")
    assert not judge(rules("127.0.0.0/8", blocked=(("localhost", 8000),)), "x", 8000, "127.0.0.1")


def test_a_blocked_port_is_closed_at_all_addresses_of_this_machine() -> None:
    (own,) = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} or {"127.0.0.1"}
    if is_own_address(ipaddress.ip_address(own)):
        assert not judge(rules("0.0.0.0/0", blocked=(("127.0.0.1", 9000),)), str(own), 9000)


def test_a_wildcard_blocks_a_port_everywhere() -> None:
    some = rules("0.0.0.0/0", blocked=(("0.0.0.0", 9000),))
    assert not judge(some, "example.com", 9000, "93.184.216.34")
    assert judge(some, "example.com", 9001, "93.184.216.34")


def test_a_refusal_tells_which_entry_would_open_it() -> None:
    verdict = rules().judge("localhost", 3000, ipaddress.ip_address("127.0.0.1"))
    assert "BROWSERGRID_EGRESS_ALLOW=localhost:3000" in verdict.remedy
    assert "machine that runs the browser" in verdict.reason
    verdict = rules().judge("::1", 3000, ipaddress.ip_address("::1"))
    assert "BROWSERGRID_EGRESS_ALLOW=[::1]:3000" in verdict.remedy
    assert "a private address" in rules().judge("nas", 80, ipaddress.ip_address("192.168.0.2")).reason


def test_own_addresses_are_those_that_can_be_bound() -> None:
    assert is_own_address(ipaddress.ip_address("127.0.0.1"))
    assert not is_own_address(ipaddress.ip_address("93.184.216.34"))


def test_localhost_by_any_name() -> None:
    assert all(is_localhost(host) for host in ("localhost", "x.localhost", "127.0.0.1", "127.9.9.9", "::1"))
    assert not any(is_localhost(host) for host in ("localhost.example", "notlocalhost", "10.0.0.1", "example.com"))


def test_a_list_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(InvalidSpec):
        rules("*")
