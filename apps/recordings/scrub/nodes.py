"""Nodes of recorded pages, as rrweb writes them. The ids stay, since later events name them.

* What runs, loads or leads away becomes an empty <noscript>: nobody sees it, and what a page hung below it hangs there.
* A frame becomes <bg-frame> with a shadow tree, its document an element <bg-doc> in it. A sandbox without an origin has
  no frames that a script may touch, and shadow trees keep each page's rules to itself just as well.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

from apps.recordings.scrub.attributes import SPECIAL, quiet_attributes
from apps.recordings.scrub.css import FRAME, quiet_css

Node = dict[str, Any]

DOCUMENT, DOCTYPE, ELEMENT, TEXT, _CDATA, COMMENT = range(6)
DOC = "bg-doc"
GONE = "gone"
DEEPEST = 200  # levels; what lies deeper is left out, as the reader itself goes down level by level

_TAG = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,99}")
_WORDS = re.compile(r"[\w /.+-]{0,100}|http://www\.w3\.org/[\w/.-]{0,100}|[-+]//[\w /.+-]{0,100}", re.ASCII)
_FRAMES = {"iframe", "frame", "fencedframe", "portal"}
_GONE = frozenset(
    {
        "script",
        "noscript",
        "base",
        "meta",
        "object",
        "embed",
        "applet",
        "param",
        "frameset",
        "template",
        "set",
        "animate",
    }
    | {"discard", "handler", "listener", "foreignscript", "bgsound", "source", "track"}
)
_FLAGS = ("isSVG", "isShadowHost", "isShadow", "needBlock", "isCustom")


class Nodes:
    """Of one page. Remembers which of its nodes are style sheets, frames and parts of frames."""

    def __init__(self) -> None:
        self.tags: dict[
            int, str
        ] = {}  # where it matters later: sheets and their texts, what went, what may show pictures
        self.documents: dict[int, int] = {}  # frame → the document that stands in it
        self.framed: set[int] = set()  # nodes inside frames

    def forget(self) -> None:
        """The page is drawn anew, as a whole."""
        self.__init__()  # type: ignore[misc]

    def quiet(self, node: object, *, parent: int = 0, level: int = 0) -> Node | None:
        """The node as it may be shown, with all below; None for what is no node."""
        if not isinstance(node, Mapping) or not is_id(node.get("id")) or level > DEEPEST:
            return None
        key: int = node["id"]
        if parent in self.framed:
            self.framed.add(key)
        kind = node.get("type")
        if kind == DOCUMENT and level == 0:
            mode = "BackCompat" if node.get("compatMode") == "BackCompat" else "CSS1Compat"
            return {"type": DOCUMENT, "id": key, "compatMode": mode, "childNodes": self._below(node, key, level)}
        if kind == DOCTYPE and key not in self.framed:
            return {
                "type": DOCTYPE,
                "id": key,
                **{part: _words(node.get(part)) for part in ("name", "publicId", "systemId")},
            }
        if kind == ELEMENT:
            return self._element(node, key, level)
        if kind == TEXT:
            return self._shadowed(
                node, {"type": TEXT, "id": key, "textContent": self.text(key, node.get("textContent"), parent)}
            )
        return {"type": COMMENT, "id": key, "textContent": ""}

    def text(self, key: int, value: object, parent: int = 0) -> str:
        """Of a text node; one below a style sheet is a sheet."""
        text = value if isinstance(value, str) else ""
        word = self.tags.get(parent) or self.tags.get(key)
        if word in {"style", GONE}:
            self.tags[key] = word
        if word == "style":
            return quiet_css(text, in_frame=key in self.framed)
        return "" if word == GONE else text

    def document_in(self, frame: int, document: Mapping[str, Any]) -> Node | None:
        """A frame's document as the element that stands for it, without what is below: that is added by itself."""
        key = document.get("id")
        if not is_id(key):
            return None
        self.documents[frame] = key
        self.framed.add(key)
        return {"type": ELEMENT, "id": key, "tagName": DOC, "attributes": {}, "childNodes": [], "isShadow": True}

    def flat(self, parent: int, node: Node) -> Iterator[tuple[int, Node]]:
        """A node and all below, each without its children: as mutations add them."""
        below = node.get("childNodes", [])
        yield parent, {**node, "childNodes": []} if "childNodes" in node else node
        for child in below:
            yield from self.flat(node["id"], child)

    def _element(self, node: Mapping[str, Any], key: int, level: int) -> Node:
        tag = node.get("tagName")
        word = tag.lower() if isinstance(tag, str) and _TAG.fullmatch(tag) else "script"
        given, inside = node.get("attributes"), key in self.framed
        if word in _FRAMES:
            self.tags[key] = "iframe"
            attributes = quiet_attributes("iframe", given, in_frame=inside)
            return self._shadowed(node, {**_plain(key, FRAME, attributes), "isShadowHost": True})
        if word == "link":
            word, given = _sheet(given)
        if word in _GONE:
            self.tags[key] = GONE
            return self._shadowed(
                node, {**_plain(key, "noscript", {"hidden": ""}), "childNodes": self._below(node, key, level)}
            )
        if word == "style" or word in SPECIAL:
            self.tags[key] = word
        kept = _plain(
            key, word if word in {"style", "bg-frame"} else str(tag), quiet_attributes(word, given, in_frame=inside)
        )
        kept |= {flag: True for flag in _FLAGS if node.get(flag) is True}
        kept["childNodes"] = self._below(node, key, level)
        return kept

    def _below(self, node: Mapping[str, Any], key: int, level: int) -> list[Node]:
        children, kept = node.get("childNodes"), []
        for child in children if isinstance(children, list) else ():  # a plain loop: each level takes three calls only
            quiet = self.quiet(child, parent=key, level=level + 1)
            if quiet is not None:
                kept.append(quiet)
        return kept

    def _shadowed(self, node: Mapping[str, Any], kept: Node) -> Node:
        return {**kept, "isShadow": True} if node.get("isShadow") is True else kept


def _sheet(link: object) -> tuple[str, object]:
    """A link to a sheet is the sheet itself, which rrweb writes into it, sometimes later. Other links lead away."""
    if isinstance(link, Mapping) and ("_cssText" in link or "stylesheet" in str(link.get("rel", "")).lower()):
        return "style", {"_cssText": link.get("_cssText", ""), "media": link.get("media", "")}
    return "script", {}


def is_id(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53


def _plain(key: int, tag: str, attributes: Mapping[str, Any]) -> Node:
    return {"type": ELEMENT, "id": key, "tagName": tag, "attributes": dict(attributes), "childNodes": []}


def _words(value: object) -> str:
    return value if isinstance(value, str) and _WORDS.fullmatch(value) else ""
