"""Who calls, and by which name, with and without proxies in between."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.access.outside import Origin, network_of, outside, parse_origin

PROXY = ("10.0.0.0/8",)


def seen(peer: str = "203.0.113.9", trusted: tuple[str, ...] = (), public_url: str = "", **headers: str) -> object:
    named = {"host": "grid.example:8000", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return outside(peer, "http", named, trusted=trusted, public_url=public_url)


def test_without_a_proxy_the_request_speaks_for_itself() -> None:
    found = seen()
    assert found.address == "203.0.113.9"
    assert found.origin.http == "http://grid.example:8000"
    assert found.origin.ws == "ws://grid.example:8000"


def test_nobody_but_a_trusted_proxy_is_believed() -> None:
    told = {"x_forwarded_for": "1.2.3.4", "x_forwarded_proto": "https", "x_forwarded_host": "evil.example"}
    found = seen(trusted=PROXY, **told)
    assert (found.address, found.origin.http) == ("203.0.113.9", "http://grid.example:8000")
    found = seen("10.0.0.7", trusted=PROXY, **told)
    assert (found.address, found.origin.http) == ("1.2.3.4", "https://evil.example")


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("1.2.3.4", "1.2.3.4"),
        ("6.6.6.6, 1.2.3.4", "1.2.3.4"),  # the caller wrote the first one itself
        ("6.6.6.6, 1.2.3.4, 10.0.0.8", "1.2.3.4"),
        ("1.2.3.4:5678", "1.2.3.4"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("unknown", "10.0.0.7"),
        ("", "10.0.0.7"),
    ],
)
def test_the_caller_is_the_last_address_that_no_proxy_of_ours_has(forwarded: str, address: str) -> None:
    assert seen("10.0.0.7", trusted=PROXY, x_forwarded_for=forwarded).address == address


def test_the_public_address_wins_over_everything_said() -> None:
    found = seen("10.0.0.7", PROXY, "https://grid.example/base/", x_forwarded_proto="http", x_forwarded_host="a.b")
    assert found.origin.http == "https://grid.example/base"
    assert found.origin.ws == "wss://grid.example/base"


def test_port_and_prefix_of_a_trusted_proxy_are_kept() -> None:
    found = seen(
        "10.0.0.7", PROXY, x_forwarded_proto="https", x_forwarded_host="a.b", x_forwarded_port="8443",
        x_forwarded_prefix="/grid",
    )  # fmt: skip
    assert found.origin.http == "https://a.b:8443/grid"


def test_a_usual_port_is_left_out() -> None:
    assert seen("10.0.0.7", PROXY, x_forwarded_proto="https", x_forwarded_host="a.b:443").origin.http == "https://a.b"


def test_an_origin_keeps_its_port_under_another_name() -> None:
    assert parse_origin("https://a.b:8443").on("c.d") == Origin("https", "c.d:8443")
    assert parse_origin("https://a.b").on("c.d") == Origin("https", "c.d")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.0/24"),
        ("", ""),
        ("nonsense", ""),
    ],
)
def test_callers_of_one_network_count_as_one(address: str, network: str) -> None:
    assert network_of(address) == network


@given(st.text(), st.dictionaries(st.sampled_from(["host", "x-forwarded-for", "x-forwarded-host", "x-forwarded-port",
       "x-forwarded-proto", "x-forwarded-prefix"]), st.text()))  # fmt: skip
def test_a_caller_from_outside_never_chooses_its_own_address(peer: str, headers: dict[str, str]) -> None:
    assert outside(peer, "http", headers, trusted=PROXY).address == peer or peer.startswith("10.")
