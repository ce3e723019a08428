"""Foreign hosts and foreign pages are turned away at every address, before anything else is looked at."""

import dataclasses

import pytest
from pytest_django import Settings

from apps.core.errors import NotAllowed
from apps.gateway.addresses import Address, Kind, Thing
from apps.gateway.origins import WrongHost, check_host, check_origin
from apps.gateway.request import Request, read

CLAIM = Address(Kind.CLAIM, Thing.BARE)


def request(*hosts: str, peer: str = "203.0.113.9", scheme: str = "http", **headers: str) -> Request:
    named = [(b"host", host.encode("latin-1")) for host in hosts or ("localhost:8000",)]
    named += [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return read(
        {
            "type": "websocket",
            "scheme": scheme,
            "path": "/connect",
            "raw_path": b"/connect",
            "query_string": b"",
            "headers": named,
            "client": (peer, 1),
            "server": ("127.0.0.1", 8000),
        },
        CLAIM,
    )


def allowed(host: str) -> bool:
    try:
        check_host(request(host))
    except WrongHost:
        return False
    return True


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000", "connect.localhost:8000", "LOCALHOST"]
)
def test_our_own_hosts_are_answered(host: str) -> None:
    assert allowed(host)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8000",
        "127.0.0.1.nip.io",
        "[::2]:8000",
        "user@localhost",
        "localhost@evil.example",
        "localhost.",
        "localhost.:8000",
        "localhost.evil.example",
        "localhost evil.example",
        "http://localhost",
        "localhost/evil",
        "",
        "[::1",
        "localhost:80a",
    ],
)
def test_foreign_hosts_are_not(host: str) -> None:
    assert not allowed(host)


def test_two_hosts_are_one_too_many() -> None:
    with pytest.raises(WrongHost):
        check_host(request("localhost", "localhost"))


def test_a_host_that_a_proxy_names_must_be_ours_as_well(settings: Settings) -> None:
    settings.GRID = dataclasses.replace(settings.GRID, trusted_proxies=("10.0.0.1",))
    check_host(request("localhost", peer="10.0.0.1", x_forwarded_host="connect.localhost"))
    with pytest.raises(WrongHost):
        check_host(request("localhost", peer="10.0.0.1", x_forwarded_host="evil.example"))
    check_host(request("localhost", x_forwarded_host="evil.example"))  # a stranger's word is not even read


@pytest.mark.parametrize(
    ("origin", "is_fine"),
    [
        ("http://localhost:8000", True),
        ("http://LOCALHOST:8000", True),
        ("https://localhost:8000", False),
        ("http://localhost", False),
        ("http://localhost:8001", False),
        ("http://localhost.evil.example:8000", False),
        ("http://evil.example", False),
        ("null", False),
        ("", False),
        ("file://", False),
        ("chrome-extension://abc", False),
        ("https://grid.example", True),
        ("https://grid.example:443", True),
        ("http://grid.example", False),
        ("https://tools.example:8443", True),
        ("https://tools.example", False),
        ("https://sub.grid.example", False),
        ("http://[::1", False),
    ],
)
def test_an_origin_must_match_in_scheme_host_and_port(settings: Settings, origin: str, is_fine: bool) -> None:
    settings.GRID = dataclasses.replace(
        settings.GRID, public_url="https://grid.example", allowed_origins=("https://tools.example:8443",)
    )
    asked = request(origin=origin)
    if is_fine:
        check_origin(asked)
    else:
        with pytest.raises(NotAllowed):
            check_origin(asked)


def test_a_program_sends_no_origin_and_needs_none() -> None:
    check_origin(request())


def test_another_site_s_page_may_not_ask_even_without_an_origin() -> None:
    with pytest.raises(NotAllowed):
        check_origin(request(sec_fetch_site="cross-site"))
    check_origin(request(sec_fetch_site="none"))
    check_origin(request(sec_fetch_site="same-origin"))
