"""Events of one recorded page, in the order of their time; each is built anew from what is known of its kind."""

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Any

from apps.recordings.numbers import is_number
from apps.recordings.scrub.attributes import quiet_attributes
from apps.recordings.scrub.css import quiet_css
from apps.recordings.scrub.nodes import DOCUMENT, GONE, Nodes, is_id

Data = dict[str, Any]
LONGEST_TEXT = 200_000  # characters of one field


class Type(IntEnum):
    """rrweb's kinds of event. Others are left out."""

    FULL_SNAPSHOT = 2
    INCREMENTAL = 3
    META = 4


class Source(IntEnum):
    """rrweb's kinds of change. Others (canvas commands, media, fonts, logs, custom elements) are left out."""

    MUTATION = 0
    MOUSE_MOVE = 1
    MOUSE_INTERACTION = 2
    SCROLL = 3
    VIEWPORT_RESIZE = 4
    INPUT = 5
    TOUCH_MOVE = 6
    STYLE_SHEET_RULE = 8
    DRAG = 12
    STYLE_DECLARATION = 13
    SELECTION = 14
    ADOPTED_STYLE_SHEET = 15


class Scrubber:
    """One for each page and each reading of it: later events are understood by what earlier ones said."""

    def __init__(self) -> None:
        self._nodes = Nodes()
        self._by_source: dict[int, Callable[[Mapping[str, Any]], Data | None]] = {
            Source.MUTATION: self._mutation,
            Source.MOUSE_MOVE: _moves,
            Source.TOUCH_MOVE: _moves,
            Source.DRAG: _moves,
            Source.MOUSE_INTERACTION: lambda data: _numbers(data, "type", "id", "x", "y", "pointerType"),
            Source.SCROLL: lambda data: _numbers(data, "id", "x", "y"),
            Source.VIEWPORT_RESIZE: lambda data: _numbers(data, "width", "height"),
            Source.INPUT: _input,
            Source.STYLE_SHEET_RULE: self._rules,
            Source.STYLE_DECLARATION: self._declaration,
            Source.SELECTION: _selection,
            Source.ADOPTED_STYLE_SHEET: self._adopted,
        }

    def scrubbed(self, event: object) -> Data | None:
        """The event as it may be replayed, or None where nothing of it may, or it is no event."""
        if (
            not isinstance(event, Mapping)
            or not is_number(event.get("timestamp"))
            or not isinstance(event.get("data"), Mapping)
        ):
            return None
        kind, given = event.get("type"), event["data"]
        data: Data | None = None
        if kind == Type.META:
            data = {"href": "", **_numbers(given, "width", "height")}
        elif kind == Type.FULL_SNAPSHOT:
            data = self._whole(given)
        elif kind == Type.INCREMENTAL and isinstance(given.get("source"), int) and given["source"] in self._by_source:
            data = self._by_source[given["source"]](given)
            data = None if data is None else {"source": given["source"], **data}
        return None if data is None else {"type": kind, "data": data, "timestamp": event["timestamp"]}

    def _whole(self, data: Mapping[str, Any]) -> Data | None:
        self._nodes.forget()
        node = self._nodes.quiet(data.get("node"))
        offset = data.get("initialOffset")
        if node is None or node["type"] != DOCUMENT:
            return None
        return {"node": node, "initialOffset": _numbers(offset if isinstance(offset, Mapping) else {}, "top", "left")}

    def _mutation(self, data: Mapping[str, Any]) -> Data:
        kept: Data = {"texts": [], "attributes": [], "removes": [], "adds": []}
        for remove in _entries(data, "removes"):
            if is_id(remove.get("id")) and is_id(remove.get("parentId")):
                in_frame = remove["id"] in self._nodes.documents.values()
                shadow = {"isShadow": True} if in_frame or remove.get("isShadow") is True else {}
                kept["removes"].append({"id": remove["id"], "parentId": remove["parentId"], **shadow})
        for add in _entries(data, "adds"):
            self._add(add, kept)
        for change in _entries(data, "attributes"):
            if is_id(change.get("id")):
                tag = self._nodes.tags.get(change["id"], "")
                attributes = quiet_attributes(
                    tag, change.get("attributes"), in_frame=change["id"] in self._nodes.framed
                )
                kept["attributes"].append({"id": change["id"], "attributes": {} if tag == GONE else attributes})
        for change in _entries(data, "texts"):
            if is_id(change.get("id")):
                kept["texts"].append({"id": change["id"], "value": self._nodes.text(change["id"], change.get("value"))})
        return kept

    def _add(self, add: Mapping[str, Any], kept: Data) -> None:
        node, parent, following = add.get("node"), add.get("parentId"), add.get("nextId")
        if not isinstance(node, Mapping) or not is_id(parent):
            return
        if node.get("type") == DOCUMENT:
            self._attach(int(parent), node, kept)
            return
        quiet = self._nodes.quiet(node, parent=parent, level=1)
        if quiet is not None:
            kept["adds"].append({"parentId": parent, "nextId": following if is_id(following) else None, "node": quiet})

    def _attach(self, frame: int, document: Mapping[str, Any], kept: Data) -> None:
        """A frame shows another document: what stood in it goes, and each node is added by itself."""
        former = self._nodes.documents.get(frame)
        root = self._nodes.document_in(frame, document)
        if root is None:
            return
        if former is not None:
            kept["removes"].append({"id": former, "parentId": frame, "isShadow": True})
        kept["adds"].append({"parentId": frame, "nextId": None, "node": root})
        for child in _entries(document, "childNodes"):
            quiet = self._nodes.quiet(child, parent=root["id"], level=1)
            for parent, node in self._nodes.flat(root["id"], quiet) if quiet else ():
                kept["adds"].append({"parentId": parent, "nextId": None, "node": node})

    def _rules(self, data: Mapping[str, Any]) -> Data:
        in_frame = data.get("id") in self._nodes.framed
        kept = _numbers(data, "id", "styleId")
        kept["adds"] = [
            {"rule": quiet_css(rule["rule"], in_frame=in_frame), **_index(rule)}
            for rule in _entries(data, "adds")
            if isinstance(rule.get("rule"), str)
        ]
        kept["removes"] = [_index(rule) for rule in _entries(data, "removes")]
        kept |= {
            name: quiet_css(data[name], in_frame=in_frame)
            for name in ("replace", "replaceSync")
            if isinstance(data.get(name), str)
        }
        return kept

    def _declaration(self, data: Mapping[str, Any]) -> Data:
        kept = _numbers(data, "id", "styleId") | _index(data)
        put, gone = data.get("set"), data.get("remove")
        if isinstance(put, Mapping) and isinstance(put.get("property"), str) and isinstance(put.get("value"), str):
            priority = "important" if put.get("priority") == "important" else ""
            kept["set"] = {"property": put["property"][:200], "value": quiet_css(put["value"]), "priority": priority}
        if isinstance(gone, Mapping) and isinstance(gone.get("property"), str):
            kept["remove"] = {"property": gone["property"][:200]}
        return kept

    def _adopted(self, data: Mapping[str, Any]) -> Data:
        """A frame's document has no sheets of its own any more: they are its shadow tree's."""
        frames = {document: frame for frame, document in self._nodes.documents.items()}
        key = data.get("id")
        in_frame = key in self._nodes.framed
        sheets = [
            {
                "styleId": sheet["styleId"],
                "rules": [
                    {"rule": quiet_css(rule["rule"], in_frame=in_frame), **_index(rule)}
                    for rule in _entries(sheet, "rules")
                    if isinstance(rule.get("rule"), str)
                ],
            }
            for sheet in _entries(data, "styles")
            if is_id(sheet.get("styleId"))
        ]
        ids = data.get("styleIds")
        return {
            "id": frames.get(key, key) if is_id(key) else -1,
            "styles": sheets,
            "styleIds": [one for one in ids if is_id(one)] if isinstance(ids, list) else [],
        }


def _entries(data: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    entries = data.get(name)
    return [entry for entry in entries if isinstance(entry, Mapping)] if isinstance(entries, list) else []


def _numbers(data: Mapping[str, Any], *names: str) -> Data:
    return {name: data[name] for name in names if is_number(data.get(name))}


def _index(rule: Mapping[str, Any]) -> Data:
    """Where a rule stands: a number, or numbers that lead into nested rules."""
    index = rule.get("index")
    if isinstance(index, list) and len(index) < 32 and all(is_id(part) for part in index):
        return {"index": index}
    return {"index": index} if is_id(index) else {}


def _moves(data: Mapping[str, Any]) -> Data | None:
    positions = [_numbers(position, "x", "y", "id", "timeOffset") for position in _entries(data, "positions")]
    return {"positions": positions} if positions and all(len(position) == 4 for position in positions) else None


def _input(data: Mapping[str, Any]) -> Data:
    text = data.get("text")
    return {
        **_numbers(data, "id"),
        "text": text[:LONGEST_TEXT] if isinstance(text, str) else "",
        "isChecked": data.get("isChecked") is True,
    }


def _selection(data: Mapping[str, Any]) -> Data:
    return {"ranges": [_numbers(one, "start", "startOffset", "end", "endOffset") for one in _entries(data, "ranges")]}
