"""rrweb events of a frame that was recorded by itself → events of the page it stands in. Pure.

Each recorder numbers its nodes from 1. A frame's numbers are moved up by a base of its own, so that none is another
node's; its first picture becomes the content of its iframe element.
"""

from enum import IntEnum
from typing import Any

BASE = 10_000_000  # more nodes than a document has

Event = dict[str, Any]


class Kind(IntEnum):
    """rrweb's EventType."""

    DOM_CONTENT_LOADED = 0
    LOAD = 1
    FULL_SNAPSHOT = 2
    INCREMENTAL = 3
    META = 4


class Source(IntEnum):
    """rrweb's IncrementalSource, as far as it is looked at."""

    MUTATION = 0
    MOUSE_MOVE = 1
    VIEWPORT_RESIZE = 4
    TOUCH_MOVE = 6
    DRAG = 12
    SELECTION = 14
    ADOPTED_STYLE_SHEET = 15


class Shift:
    """One document's: `of` each of its events in order. `owner` is the iframe element's id in the page's stream."""

    def __init__(self, base: int, owner: int) -> None:
        self.base = base
        self._owner = owner
        self._root = 0

    def of(self, event: Event) -> Event | None:
        """The event as one of the page's, or None where it means nothing there. May change what it is given."""
        if event["type"] == Kind.FULL_SNAPSHOT:
            return self._attached(event)
        if event["type"] != Kind.INCREMENTAL:
            return None
        data = event["data"]
        match data["source"]:
            case Source.MUTATION:
                self._move_mutation(data)
            case Source.MOUSE_MOVE | Source.TOUCH_MOVE | Source.DRAG:
                self._move_each(data["positions"], "id")
            case Source.VIEWPORT_RESIZE:
                return None
            case Source.SELECTION:
                self._move_each(data["ranges"], "start", "end")
            case Source.ADOPTED_STYLE_SHEET:
                data["styleIds"] = [self.base + number for number in data["styleIds"]]
                self._move_each([data, *(data.get("styles") or ())], "id", "styleId")
            case _:
                self._move(data, "id", "styleId")
        return event

    def _attached(self, event: Event) -> Event:
        node = event["data"]["node"]
        self._root = self.base + node["id"]
        self._move_tree(node)
        added = {"parentId": self._owner, "nextId": None, "node": node}
        data = {"source": Source.MUTATION, "adds": [added], "removes": [], "texts": [], "attributes": []}
        return {"type": Kind.INCREMENTAL, "timestamp": event["timestamp"], "data": {**data, "isAttachIframe": True}}

    def _move_mutation(self, data: dict[str, Any]) -> None:
        for added in data["adds"]:
            self._move(added, "parentId", "nextId", "previousId")
            self._move_tree(added["node"])
        for name in ("removes", "attributes", "texts"):
            self._move_each(data[name], "parentId", "id")

    def _move_each(self, holders: list[dict[str, Any]], *names: str) -> None:
        for holder in holders:
            self._move(holder, *names)

    def _move(self, holder: dict[str, Any], *names: str) -> None:
        for name in names:
            number = holder.get(name)
            if isinstance(number, int) and number > 0:  # -1 and -2 are nodes that are not recorded
                holder[name] = self.base + number

    def _move_tree(self, root: dict[str, Any]) -> None:
        waiting = [root]
        while waiting:
            node = waiting.pop()
            self._move(node, "id", "rootId")
            if self._root and node["id"] != self._root:
                node.setdefault("rootId", self._root)
            waiting += node.get("childNodes") or ()
