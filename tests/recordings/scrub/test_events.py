"""Events of a recorded page, one after the other."""

import json

import pytest

from apps.recordings.scrub import Scrubber
from tests.player.nodes import added, change, document, element, mutation, page, parsed, snapshot


def scrub(*events):
    scrubber = Scrubber()
    return [scrubber.scrubbed(event) for event in events]


def body(event):
    return event["data"]["node"]["childNodes"][1]["childNodes"][1]["childNodes"]


def test_a_harmless_page_stays_as_it_was():
    events = page('<p class="a">Hello <b>you</b></p><style>p{color:red}</style>')
    kept = scrub(*events)[1]
    assert body(kept) == events[1]["data"]["node"]["childNodes"][1]["childNodes"][1]["childNodes"]


def test_a_script_leaves_a_place_under_its_id():
    (script,) = body(scrub(*page("<script>x()</script>"))[1])
    assert (script["tagName"], script["id"], script["attributes"]) == ("noscript", 100, {"hidden": ""})
    assert script["childNodes"][0]["textContent"] == ""


def test_a_frame_becomes_a_tree_of_its_own_with_its_rules():
    inner = {
        "type": 0,
        "id": 400,
        "childNodes": [element(401, "html", {}, *parsed("<style>:root{--a:1}</style><p>in</p>"))],
    }
    events = [*page("<p>x</p>"), mutation(adds=[added(4, element(300, "iframe", {"src": "x", "width": "90"}))])]
    kept = scrub(*events, mutation(adds=[added(300, inner)]))
    (frame,) = kept[2]["data"]["adds"]
    assert frame["node"]["tagName"] == "bg-frame"
    assert frame["node"]["attributes"] == {"width": "90"}
    assert frame["node"]["isShadowHost"] is True
    adds = kept[3]["data"]["adds"]
    assert [(add["parentId"], add["node"].get("tagName", "#")) for add in adds] == [
        (300, "bg-doc"), (400, "html"), (401, "style"), (100, "#"), (401, "p"), (102, "#"),
    ]  # fmt: skip
    assert adds[0]["node"]["isShadow"] is True
    assert adds[3]["node"]["textContent"] == "html{--a:1}"


def test_a_frame_that_goes_elsewhere_shows_only_that():
    first, second = ({"type": 0, "id": key, "childNodes": []} for key in (400, 500))
    start = [*page(""), mutation(adds=[added(4, element(300, "iframe"))])]
    *_, last = scrub(*start, mutation(adds=[added(300, first)]), mutation(adds=[added(300, second)]))
    assert last["data"]["removes"] == [{"id": 400, "parentId": 300, "isShadow": True}]
    assert [add["node"]["id"] for add in last["data"]["adds"]] == [500]


def test_what_is_adopted_by_a_frames_document_is_its_trees():
    start = [
        *page(""),
        mutation(adds=[added(4, element(300, "iframe"))]),
        mutation(adds=[added(300, {"type": 0, "id": 400, "childNodes": []})]),
    ]
    *_, last = scrub(*start, change(15, id=400, styles=[], styleIds=[7]))
    assert last["data"]["id"] == 300


def test_the_later_sheet_of_a_link_is_scrubbed():
    *_, last = scrub(
        *page('<link rel="stylesheet" href="x">'),
        mutation(attributes=[{"id": 100, "attributes": {"_cssText": "p{background:url(x)}", "href": "y"}}]),
    )
    assert last["data"]["attributes"] == [{"id": 100, "attributes": {"_cssText": 'p{background:url("data:,")}'}}]


def test_a_picture_that_is_set_later_stays():
    picture = "data:image/png;base64,iVBORw0KGgo="
    *_, last = scrub(*page("<img>"), mutation(attributes=[{"id": 100, "attributes": {"src": picture}}]))
    assert last["data"]["attributes"][0]["attributes"] == {"src": picture}


@pytest.mark.parametrize("source", [7, 9, 10, 11, 16, 99, None, "0"])
def test_kinds_that_are_not_known_are_left_out(source):
    assert scrub({"type": 3, "data": {"source": source}, "timestamp": 1}) == [None]


@pytest.mark.parametrize(
    "event",
    [
        None, 5, [], {}, {"type": 2}, {"type": 2, "data": {}, "timestamp": 1},
        {"type": 2, "data": {"node": 5}, "timestamp": 1}, {"type": 3, "data": {"source": 0}, "timestamp": "1"},
        {"type": 3, "data": {"source": 0}, "timestamp": float("nan")},
        {"type": 3, "data": {"source": 0}, "timestamp": 10**400},
        {"type": 5, "data": {"tag": "x"}, "timestamp": 1}, {"type": 6, "data": {}, "timestamp": 1},
    ],
)  # fmt: skip
def test_what_is_no_event_is_left_out(event):
    assert scrub(event) == [None]


def test_half_of_an_event_is_no_fault():
    for source in range(17):
        for data in (
            {},
            {
                "id": "x",
                "adds": 5,
                "removes": [5],
                "attributes": [{"id": 1}],
                "positions": [{}],
                "styles": [{}],
                "ranges": 1,
            },
        ):
            json.dumps(scrub({"type": 3, "data": {"source": source, **data}, "timestamp": 1}))


def test_a_page_deeper_than_any_is_cut_off():
    node = {"type": 3, "id": 9999, "textContent": "deep"}
    for level in range(800):
        node = element(1000 + level, "div", {}, node)
    assert "deep" not in json.dumps(scrub(*snapshot(document(node))))
