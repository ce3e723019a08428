"""From a name to a connection: judged once, connected to what was judged."""

import ipaddress
import itertools
import socket
from collections.abc import Iterator

import pytest

from browser_node import destination
from browser_node.destination import Destinations, Refused, Resolver, Unreachable
from browser_node.egress import Rules


@pytest.fixture
def resolver() -> Iterator[Resolver]:
    made = Resolver()
    yield made
    made.close()


def answer_with(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """A name server that gives these answers in turn; returns the names that were asked for."""
    turns, asked = itertools.cycle(answers), []

    def getaddrinfo(host: str, *_: object, **__: object) -> list[tuple[object, ...]]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in next(turns)]

    monkeypatch.setattr(destination.socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Where connections were opened to; none is."""
    places: list[tuple[str, int]] = []

    async def open_connection(host: str, port: int, **_: object) -> tuple[None, None]:
        places.append((host, port))
        return None, None

    monkeypatch.setattr(destination.asyncio, "open_connection", open_connection)
    return places


async def test_a_rebinding_name_server_gains_nothing(
    monkeypatch: pytest.MonkeyPatch, resolver: Resolver, connected: list[tuple[str, int]]
) -> None:
    asked = answer_with(monkeypatch, ["93.184.216.34"], ["127.0.0.1"], ["169.254.169.254"])
    destinations = Destinations(Rules(), resolver)
    refused = 0
    for _ in range(999):
        try:
            await destinations.open("rebinding.example", 80)
        except Refused:
            refused += 1
    assert refused == 666
    assert set(connected) == {("93.184.216.34", 80)}
    assert len(asked) == 999  # once for each connection: never again between judging and connecting


async def test_of_several_addresses_only_open_ones_are_connected_to(
    monkeypatch: pytest.MonkeyPatch, resolver: Resolver, connected: list[tuple[str, int]]
) -> None:
    answer_with(monkeypatch, ["10.0.0.1", "93.184.216.34", "fd00::1"])
    await Destinations(Rules(), resolver).open("mixed.example", 443)
    assert connected == [("93.184.216.34", 443)]


async def test_a_name_that_does_not_resolve_is_unreachable(monkeypatch: pytest.MonkeyPatch, resolver: Resolver) -> None:
    answer_with(monkeypatch, [])
    with pytest.raises(Unreachable, match="could not be resolved"):
        await Destinations(Rules(), resolver).open("nowhere.example", 80)


async def test_localhost_is_never_asked_of_a_name_server(monkeypatch: pytest.MonkeyPatch, resolver: Resolver) -> None:
    asked = answer_with(monkeypatch, ["93.184.216.34"])
    for host in ("localhost", "LOCALHOST.", "a.b.localhost"):
        with pytest.raises(Refused):
            await Destinations(Rules(), resolver).open(host, 80)
    assert asked == []


async def test_verdicts_come_for_every_address(monkeypatch: pytest.MonkeyPatch, resolver: Resolver) -> None:
    answer_with(monkeypatch, ["10.0.0.1", "93.184.216.34", "10.0.0.1"])
    judged = await resolver.judge(Rules(), "x.example", 80)
    assert [(str(address), verdict.is_open) for address, verdict in judged] == [
        ("10.0.0.1", False),
        ("93.184.216.34", True),
    ]
    assert isinstance(judged[0][0], ipaddress.IPv4Address)
