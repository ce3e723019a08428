"""The clients of one browser."""

import time

from browser_node.connections import SETTLE_SECONDS, Connections


class FakeRelay:
    def __init__(self, bytes_up: int = 0) -> None:
        self.bytes_up = bytes_up
        self.closed: list[tuple[int, str]] = []
        self.events: list[str] = []

    def close(self, code: int, reason: str) -> None:
        self.closed.append((code, reason))

    def send_event(self, method: str, params: object) -> bool:
        self.events.append(method)
        return True


def test_connections_are_counted_and_closed_by_name() -> None:
    changes: list[int] = []
    connections = Connections(lambda: changes.append(len(connections)))
    one, two = FakeRelay(), FakeRelay()
    connections.open("con_1", one)
    connections.open("con_2", two)
    assert connections.close("con_1", 4001, "revoked")
    assert not connections.close("con_3", 4001, "revoked")
    assert (one.closed, two.closed) == ([(4001, "revoked")], [])
    connections.close_all(4000, "released")
    assert (one.closed, two.closed) == ([(4001, "revoked"), (4000, "released")], [(4000, "released")])
    assert connections.send_event("con_2", "BrowserGrid.x", {})
    assert not connections.send_event("con_3", "BrowserGrid.x", {})
    connections.ended("con_1")
    connections.ended("con_1")
    assert "con_1" not in connections
    assert changes == [1, 2, 1]


async def test_after_a_client_that_spoke_the_next_one_waits_a_moment() -> None:
    connections = Connections(lambda: None)
    connections.open("con_1", FakeRelay(bytes_up=8))
    connections.ended("con_1")
    begun = time.monotonic()
    await connections.settled()
    assert time.monotonic() - begun < SETTLE_SECONDS / 2
    connections.open("con_1", FakeRelay(bytes_up=1000))
    connections.ended("con_1")
    begun = time.monotonic()
    await connections.settled()
    assert time.monotonic() - begun > SETTLE_SECONDS / 2
