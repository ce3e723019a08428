"""While a person has a browser in hand that was asked for by its automation, the automation's own input waits.

Everything else that a client says passes, and nothing is lost: what waited goes on when the last hand rests.
"""

import asyncio
from typing import Protocol

GONE_SECONDS = 3.0  # for a person whose connection broke to come back before the automation goes on


class HoldingRelay(Protocol):
    """The slice of `relay.Relay` that is used here."""

    holds_inputs: bool

    def let_inputs_go(self) -> None:
        """Send what waited, and let pass what comes."""


class InputHold:
    """Of one browser. `take` and `rest` are a person's, `joined` and `left` a client's."""

    def __init__(self) -> None:
        self._hands = 0
        self._relays: list[HoldingRelay] = []

    def joined(self, relay: HoldingRelay) -> None:
        relay.holds_inputs = bool(self._hands)
        self._relays.append(relay)

    def left(self, relay: HoldingRelay) -> None:
        self._relays.remove(relay)

    def take(self) -> None:
        self._hands += 1
        for relay in self._relays:
            relay.holds_inputs = True

    def rest(self, *, is_lost: bool) -> None:
        """Where the connection was lost rather than closed, the person may be back at once."""
        if is_lost:
            asyncio.get_running_loop().call_later(GONE_SECONDS, self._rest)
        else:
            self._rest()

    def _rest(self) -> None:
        self._hands -= 1
        if not self._hands:
            for relay in list(self._relays):
                relay.let_inputs_go()
