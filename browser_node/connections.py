"""The clients of one browser, by the name the gateway gave each, and how to send them away."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

# A page that a client closed last is still listed for some milliseconds, and would be taken for the next one's.
SETTLE_SECONDS = 0.15
_SPOKE_BYTES = 64  # more than a close frame


class ClientRelay(Protocol):
    """The slice of `relay.Relay` that is used here."""

    @property
    def bytes_up(self) -> int:
        """Read from the client so far."""

    def close(self, code: int, reason: str) -> None:
        """Say goodbye between two messages, then end both sides."""

    def send_event(self, method: str, params: Mapping[str, Any]) -> bool:
        """Tell the client between two messages; false when it is leaving or too far behind."""


class Connections:
    """Open ones only; `changed` is called whenever their number changes."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._relays: dict[str, ClientRelay] = {}
        self.left_at = 0.0  # the last that had said anything; by time.monotonic()

    def __len__(self) -> int:
        return len(self._relays)

    def __contains__(self, name: str) -> bool:
        return name in self._relays

    def open(self, name: str, relay: ClientRelay) -> None:
        self._relays[name] = relay
        self._changed()

    def ended(self, name: str) -> None:
        relay = self._relays.pop(name, None)
        if relay is None:
            return
        if relay.bytes_up > _SPOKE_BYTES:
            self.left_at = time.monotonic()
        self._changed()

    async def settled(self) -> None:
        """Until what the last client to leave has closed is closed."""
        left = self.left_at + SETTLE_SECONDS - time.monotonic()
        if left > 0:
            await asyncio.sleep(left)

    def close(self, name: str, code: int, reason: str) -> bool:
        """False when there is no such connection."""
        relay = self._relays.get(name)
        if relay is None:
            return False
        relay.close(code, reason)
        return True

    def send_event(self, name: str, method: str, params: Mapping[str, Any]) -> bool:
        relay = self._relays.get(name)
        return relay is not None and relay.send_event(method, params)

    def close_all(self, code: int, reason: str) -> None:
        for relay in list(self._relays.values()):
            relay.close(code, reason)
