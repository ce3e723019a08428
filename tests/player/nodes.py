"""rrweb's events from plain HTML, for tests: what a recorder would have written of a page like that."""

from html.parser import HTMLParser
from itertools import count
from typing import Any

Node = dict[str, Any]
VOID = {"area", "base", "br", "col", "embed", "frame", "hr", "img", "input", "link", "meta", "param", "source", "track"}


class _Reader(HTMLParser):
    """Keeps whatever is written, also what no browser would."""

    CDATA_CONTENT_ELEMENTS = ("script", "style")

    def __init__(self, ids: "count[int]") -> None:
        super().__init__(convert_charrefs=True)
        self.ids = ids
        self.root: Node = {"childNodes": []}
        self.open = [self.root]
        self.is_svg = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = element(next(self.ids), tag, {name: value or "" for name, value in attrs})
        self.is_svg += tag == "svg"
        if self.is_svg:
            node["isSVG"] = True
        self.open[-1]["childNodes"].append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        self.is_svg -= tag == "svg"
        if len(self.open) > 1 and self.open[-1]["tagName"] == tag:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1]["childNodes"].append({"type": 3, "id": next(self.ids), "textContent": data})


def element(key: int, tag: str, attributes: dict[str, Any] | None = None, *children: Node, **flags: Any) -> Node:
    return {"type": 2, "id": key, "tagName": tag, "attributes": attributes or {}, "childNodes": list(children), **flags}


def parsed(html: str, ids: "count[int] | None" = None) -> list[Node]:
    reader = _Reader(ids or count(100))
    reader.feed(html)
    nodes: list[Node] = reader.root["childNodes"]
    return nodes


def document(*body: Node, head: str = "") -> Node:
    """Ids 1 to 4 are the document's, its root's, its head's and its body's."""
    root = element(2, "html", {}, element(3, "head", {}, *parsed(head, count(10))), element(4, "body", {}, *body))
    return {
        "type": 0,
        "id": 1,
        "childNodes": [{"type": 1, "id": 5, "name": "html", "publicId": "", "systemId": ""}, root],
    }


def snapshot(node: Node, at: float = 0) -> list[dict[str, Any]]:
    whole = {"node": node, "initialOffset": {"top": 0, "left": 0}}
    return [
        {"type": 4, "data": {"href": "http://shop.example/", "width": 800, "height": 600}, "timestamp": at},
        {"type": 2, "data": whole, "timestamp": at},
    ]


def page(html: str, *, head: str = "") -> list[dict[str, Any]]:
    return snapshot(document(*parsed(html), head=head))


def change(source: int, at: float = 10, **data: Any) -> dict[str, Any]:
    return {"type": 3, "data": {"source": source, **data}, "timestamp": at}


def mutation(*, at: float = 10, **parts: Any) -> dict[str, Any]:
    return change(0, at, **{"texts": [], "attributes": [], "removes": [], "adds": [], **parts})


def added(parent: int, node: Node, following: int | None = None) -> dict[str, Any]:
    return {"parentId": parent, "nextId": following, "node": node}
