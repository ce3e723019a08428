"""The tabs of one browser since its launch: which came after which, and where something happened last.

Chromium lists its targets by their ids, which are random: who comes later could not tell. Heard by the supervisor's
connection, which is there from the beginning.
"""

import itertools
from dataclasses import dataclass
from typing import Any

_UNHEARD = 2**63  # newer than all that was heard of


@dataclass(slots=True)
class _Tab:
    opened: int
    moved: int
    address: int  # its hash: an address may have two million characters


class Tabs:
    """Give it the events of `Target.setDiscoverTargets` for pages."""

    def __init__(self) -> None:
        self._tabs: dict[str, _Tab] = {}
        self._numbers = itertools.count()

    def hear(self, method: str, params: dict[str, Any]) -> None:
        match method:
            case "Target.targetCreated" | "Target.targetInfoChanged":
                info = params["targetInfo"]
                self._note(info["targetId"], hash(info["url"]))
            case "Target.targetDestroyed":
                self._tabs.pop(params["targetId"], None)

    def opened(self, target: str) -> int:
        """Greater than that of every tab that was opened before."""
        tab = self._tabs.get(target)
        return tab.opened if tab is not None else _UNHEARD

    def moved(self, target: str) -> int:
        """Greater than that of every tab that was opened, or went elsewhere, before this one did."""
        tab = self._tabs.get(target)
        return tab.moved if tab is not None else _UNHEARD

    def _note(self, target: str, address: int) -> None:
        tab, number = self._tabs.get(target), next(self._numbers)
        if tab is None:
            self._tabs[target] = _Tab(number, number, address)
        elif tab.address != address:  # else its title is another, or who is attached
            tab.moved, tab.address = number, address
