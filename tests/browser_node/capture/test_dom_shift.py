"""Events of a frame as events of its page: every number of a node is moved, and nothing else is."""

import copy
from typing import Any

import pytest

from browser_node.capture.dom_shift import BASE, Shift

DOCUMENT = {
    "type": 0,
    "id": 1,
    "childNodes": [
        {"type": 2, "id": 2, "tagName": "html", "attributes": {"id": "2"}, "childNodes": [{"type": 3, "id": 3}]}
    ],
}
SNAPSHOT = {"type": 2, "timestamp": 5, "data": {"node": DOCUMENT, "initialOffset": {"left": 0, "top": 0}}}


def increment(**data: Any) -> dict[str, Any]:
    return {"type": 3, "timestamp": 7, "data": data}


@pytest.fixture
def shift() -> Shift:
    made = Shift(BASE, owner=44)
    made.of(copy.deepcopy(SNAPSHOT))
    return made


def test_the_first_picture_becomes_the_content_of_its_element() -> None:
    event = Shift(BASE, owner=44).of(copy.deepcopy(SNAPSHOT))
    assert event is not None
    assert (event["type"], event["timestamp"], event["data"]["isAttachIframe"]) == (3, 5, True)
    (added,) = event["data"]["adds"]
    assert (added["parentId"], added["node"]["id"]) == (44, BASE + 1)
    html = added["node"]["childNodes"][0]
    assert (html["id"], html["rootId"], html["attributes"]) == (BASE + 2, BASE + 1, {"id": "2"})
    assert "rootId" not in added["node"]


@pytest.mark.parametrize("kind", [0, 1, 4, 5, 6])
def test_what_means_nothing_in_a_page_is_left_out(shift: Shift, kind: int) -> None:
    assert shift.of({"type": kind, "timestamp": 1, "data": {"href": "x", "width": 1, "height": 1}}) is None
    assert shift.of(increment(source=4, width=1, height=1)) is None


@pytest.mark.parametrize(
    ("told", "moved"),
    [
        (
            {"source": 1, "positions": [{"x": 2, "y": 3, "id": 4}]},
            {"source": 1, "positions": [{"x": 2, "y": 3, "id": BASE + 4}]},
        ),
        ({"source": 2, "type": 2, "id": 4, "x": 1}, {"source": 2, "type": 2, "id": BASE + 4, "x": 1}),
        ({"source": 3, "id": 4, "x": 0, "y": 9}, {"source": 3, "id": BASE + 4, "x": 0, "y": 9}),
        ({"source": 5, "id": 4, "text": "**"}, {"source": 5, "id": BASE + 4, "text": "**"}),
        ({"source": 8, "id": 4, "adds": []}, {"source": 8, "id": BASE + 4, "adds": []}),
        ({"source": 13, "styleId": 2, "index": [0]}, {"source": 13, "styleId": BASE + 2, "index": [0]}),
        (
            {"source": 14, "ranges": [{"start": 3, "end": 4, "startOffset": 1}]},
            {"source": 14, "ranges": [{"start": BASE + 3, "end": BASE + 4, "startOffset": 1}]},
        ),
        (
            {"source": 15, "id": 4, "styleIds": [1], "styles": [{"styleId": 1, "rules": []}]},
            {"source": 15, "id": BASE + 4, "styleIds": [BASE + 1], "styles": [{"styleId": BASE + 1, "rules": []}]},
        ),
    ],
)
def test_every_number_of_a_node_is_moved(shift: Shift, told: dict[str, Any], moved: dict[str, Any]) -> None:
    event = shift.of(increment(**told))
    assert event == increment(**moved)


def test_mutations_are_moved_whole(shift: Shift) -> None:
    event = shift.of(
        increment(
            source=0,
            adds=[{"parentId": 2, "nextId": None, "node": {"type": 2, "id": 9, "childNodes": [{"type": 3, "id": 10}]}}],
            removes=[{"parentId": 2, "id": 3}],
            attributes=[{"id": 2, "attributes": {"id": 3}}],
            texts=[{"id": -1, "value": "x"}],
        )
    )
    assert event is not None
    data = event["data"]
    assert data["adds"][0]["parentId"] == BASE + 2
    assert data["adds"][0]["node"]["childNodes"] == [{"type": 3, "id": BASE + 10, "rootId": BASE + 1}]
    assert data["removes"] == [{"parentId": BASE + 2, "id": BASE + 3}]
    assert data["attributes"] == [{"id": BASE + 2, "attributes": {"id": 3}}]
    assert data["texts"] == [{"id": -1, "value": "x"}]  # a node that is not recorded stays one


def test_a_tree_as_deep_as_a_hostile_page_makes_it_is_moved() -> None:
    node: dict[str, Any] = {"type": 3, "id": 1}
    for number in range(2, 20_000):
        node = {"type": 2, "id": number, "childNodes": [node]}
    assert Shift(BASE, owner=1).of({"type": 2, "timestamp": 1, "data": {"node": node}}) is not None
