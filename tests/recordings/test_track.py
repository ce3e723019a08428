"""The timeline for the player, in milliseconds from the recording's start."""

import json
from datetime import timedelta
from typing import Any

import pytest

from apps.core import clock
from apps.recordings.capturing import begin
from apps.recordings.collecting import collect
from apps.recordings.ending import finish
from apps.recordings.finalising import finalise
from apps.recordings.kinds import Kind
from apps.recordings.models import Recording
from apps.recordings.track import track_of
from apps.sessions.models import BrowserSession
from apps.sessions.services import mark
from tests.factories.people import actor_for, make_user
from tests.factories.sessions import make_claimed_session
from tests.recordings.pictures import jpeg
from tests.recordings.stub import StubNode, on_a_node

pytestmark = [pytest.mark.django_db, pytest.mark.database]


class Told:
    """A recording that began ten seconds ago, and what is written at offsets from its start."""

    def __init__(self, node: StubNode, kind: Kind = Kind.ALL) -> None:
        self.node = node
        self.session: BrowserSession = on_a_node(make_claimed_session(make_user(), keep_alive=True))
        self.recording: Recording = begin(self.session, kind, clock.now() - timedelta(seconds=10))
        self.start = self.recording.started_at.timestamp() * 1000

    def write(self, stream: str, at: float, **line: Any) -> None:
        self.node.write(self.session, stream, {"t": self.start + at, "page": "A", **line})

    def track(self) -> dict[str, Any]:
        collect(self.session, flush=True)
        self.recording.refresh_from_db()
        return track_of(self.session, self.recording, clock.now(), lambda _, name: f"/x/{name}")


@pytest.fixture
def told(node: StubNode, db: None) -> Told:
    return Told(node)


def test_clicks_keys_and_moves_are_inputs_with_their_place(told: Told):
    told.write("input", 1000, method="Input.dispatchMouseEvent", params={"type": "mouseMoved", "x": 1, "y": 2})
    told.write(
        "input", 1100, method="Input.dispatchMouseEvent", params={"type": "mousePressed", "x": 5, "y": 6}, w=800, h=600
    )
    told.write("input", 1200, method="Input.dispatchKeyEvent", params={"type": "keyDown"})
    told.write("input", 1300, method="Input.insertText", params={})
    told.write(
        "input",
        1400,
        method="Input.dispatchTouchEvent",
        params={"type": "touchStart", "touchPoints": [{"x": 7, "y": 8}]},
    )
    track = told.track()
    assert [(each["t"], each["kind"]) for each in track["inputs"]] == [
        (1000, "move"), (1100, "down"), (1200, "key"), (1300, "text"), (1400, "touch"),
    ]  # fmt: skip
    assert track["tracks"]["clicks"] == [{"t": 1100, "page": "A", "x": 5, "y": 6, "w": 800, "h": 600}]
    assert (track["inputs"][-1]["x"], track["inputs"][-1]["y"]) == (7, 8)


def test_keys_that_follow_each_other_are_one_stretch_of_typing(told: Told):
    for at in (1000, 1400, 2300, 3500):
        told.write("input", at, method="Input.dispatchKeyEvent", params={"type": "keyDown"})
    typing = told.track()["tracks"]["typing"]
    assert [(each["t"], each["end"], each["count"]) for each in typing] == [(1000, 2300, 3), (3500, 3500, 1)]


def test_pages_last_from_their_first_to_their_last_moment(told: Told):
    told.write("page", -5000, kind="opened", page="old", url="https://old")
    told.write("page", -4000, kind="closed", page="old")
    told.write("page", -100, kind="opened", url="about:blank")
    told.write("page", 500, kind="navigated", url="https://a/")
    told.write("page", 600, kind="title", title="A page")
    told.write("page", 4000, kind="closed")
    track = told.track()
    assert track["pages"] == [{"id": "A", "title": "A page", "url": "https://a/", "first": 0, "last": 4000}]
    assert [each["t"] for each in track["tracks"]["navigation"]] == [500]


def test_what_went_wrong_has_a_track_of_its_own(told: Told):
    told.write("console", 100, level="log", text="fine")
    told.write("console", 200, level="error", text="Oh")
    told.write("network", 300, end=told.start + 400, method="GET", url="https://x", status=503)
    told.write("network", 500, end=told.start + 600, method="GET", url="https://y", status=404)
    told.write("crash", 700, reason="page_crashed")
    tracks = told.track()["tracks"]
    assert [(each["t"], each["kind"]) for each in tracks["errors"]] == [
        (200, "console"),
        (400, "network"),
        (700, "crash"),
    ]
    assert [(each["t"], each["end"], each["status"]) for each in tracks["network"]] == [
        (300, 400, 503),
        (500, 600, 404),
    ]


def test_marks_are_the_sessions_own(told: Told):
    assert told.session.owner is not None
    mark(told.session, "here", actor=actor_for(told.session.owner))
    marks = told.track()["tracks"]["marks"]
    assert [each["label"] for each in marks] == ["here"]
    assert marks[0]["t"] == pytest.approx(10_000, abs=3000)


def test_lines_that_make_no_sense_do_no_harm(told: Told):
    told.write("input", 1, method=None, params="x")
    told.write("input", 2, method="Input.dispatchMouseEvent", params={"type": "mousePressed", "x": "a"})
    nowhere = {"type": "mouseMoved", "x": 10**400, "y": float("inf")}
    told.write("input", 2.5, method="Input.dispatchMouseEvent", params=nowhere)
    told.write("network", 3, end="x", status="x", url=None)
    told.write("network", 3.5, end=float("nan"), bytes=float("inf"))
    told.write("page", 4, kind=None, url=3)
    track = told.track()
    assert track["tracks"]["clicks"] == []
    assert [each["end"] for each in track["tracks"]["network"]] == [3, 3.5]
    assert json.dumps(track, allow_nan=False)


def test_of_a_stored_recording_film_and_lists_are_named(told: Told, node: StubNode):
    event = {"type": 4, "data": {"href": "https://a/", "width": 8, "height": 6}, "timestamp": told.start + 50}
    told.write("dom", 50, e=event)
    node.frame(told.session, told.start + 60, jpeg())
    live = told.track()
    assert (live["is_live"], live["video"]) == (True, None)
    assert live["dom"] == [{"page": "A", "url": "/x/dom/1.json"}]
    finish(told.session)
    finalise(told.recording.pk)
    track = told.track()
    assert track["video"] == {"url": "/x/video.webm", "width": 320, "height": 240, "start": 0}
    assert track["dom"] == live["dom"]
    assert not track["is_live"]
    assert [page["url"] for page in track["pages"]] == ["https://a/"]


def test_without_a_recording_it_is_the_sessions_whole_story(told: Told, node: StubNode):
    now = clock.now()
    collect(told.session, flush=True)
    track = track_of(told.session, None, now, lambda _, name: name)
    assert told.session.claimed_at is not None
    assert track["duration"] == pytest.approx((now - told.session.claimed_at).total_seconds() * 1000, abs=5)
    assert (track["video"], track["dom"]) == (None, [])
