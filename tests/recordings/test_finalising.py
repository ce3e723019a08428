"""What a worker makes of an ended recording, and what becomes of the raw pieces."""

import gzip
import hashlib
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from apps.core import clock
from apps.recordings import finalising, storage
from apps.recordings.capturing import begin
from apps.recordings.collecting import collect
from apps.recordings.ending import finish
from apps.recordings.finalising import finalise, finalise_waiting
from apps.recordings.kinds import Kind, RecordingState
from apps.recordings.models import Artifact, Recording, Segment
from apps.recordings.services import delete_recording
from apps.sessions.models import BrowserSession
from tests.factories.people import actor_for
from tests.recordings.pictures import jpeg, looked_into
from tests.recordings.stub import StubNode

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def event(kind: int, at_ms: float, **data: Any) -> dict[str, Any]:
    return {"type": kind, "data": data, "timestamp": at_ms}


def meta(at_ms: float, href: str) -> dict[str, Any]:
    return event(4, at_ms, href=href, width=1280, height=720)


def recorded(session: BrowserSession, node: StubNode, kind: Kind = Kind.ALL) -> Recording:
    """Two pages with events, and a second of frames, ended."""
    row = begin(session, kind, clock.now() - timedelta(seconds=5))
    start = row.started_at.timestamp() * 1000
    if kind is not Kind.VIDEO:
        for page, at in (("A", 100), ("B", 2000), ("A", 3000)):
            e = meta(start + at, f"https://example.com/{page}{at}")
            node.write(session, "dom", {"t": start + at, "page": page, "e": e})
    if kind is not Kind.DOM:
        for at in (500, 1000, 4000):
            node.frame(session, start + at, jpeg(shade=min(250, at // 16)))
    finish(session)
    row.refresh_from_db()
    return row


def events_in(artifact: Artifact) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(gzip.decompress(storage.read(artifact.stored_as)))
    return found


def test_each_page_becomes_a_list_of_events_timed_from_the_start(session: BrowserSession, node: StubNode):
    row = recorded(session, node, Kind.DOM)
    assert finalise(row.pk)
    first, second = row.artifacts.order_by("name")
    assert [round(each["timestamp"]) for each in events_in(first)] == [100, 3000]
    assert [round(each["timestamp"]) for each in events_in(second)] == [2000]
    assert first.about["url"] == "https://example.com/A3000"
    assert (first.about["width"], first.about["events"]) == (1280, 2)


def test_the_film_lasts_as_long_as_the_recording(session: BrowserSession, node: StubNode):
    row = recorded(session, node, Kind.VIDEO)
    assert finalise(row.pk)
    film = looked_into(storage.read(row.artifacts.get().stored_as))
    row.refresh_from_db()
    assert row.duration_seconds is not None
    assert film.times[-1] == pytest.approx(row.duration_seconds, rel=0.02, abs=0.034)
    assert film.times[1] == pytest.approx(0.5, abs=0.002)


def test_what_is_stored_has_its_checksum(session: BrowserSession, node: StubNode):
    row = recorded(session, node)
    finalise(row.pk)
    for artifact in row.artifacts.all():
        data = storage.read(artifact.stored_as)
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (artifact.sha256, artifact.bytes)


def test_the_raw_pieces_go_once_it_is_stored(session: BrowserSession, node: StubNode, kept: Path):
    row = recorded(session, node)
    assert Segment.objects.filter(recording=row).count() == 2
    finalise(row.pk)
    row.refresh_from_db()
    assert not Segment.objects.filter(recording=row).exists()
    there = sum(path.stat().st_size for path in kept.rglob("*") if path.is_file())
    assert row.bytes == there == sum(row.artifacts.values_list("bytes", flat=True))


def test_it_is_made_once_whoever_asks(session: BrowserSession, node: StubNode):
    row = recorded(session, node)
    assert [finalise(row.pk), finalise(row.pk), finalise_waiting()] == [True, False, 0]


def test_without_a_message_the_periodic_job_finds_it(session: BrowserSession, node: StubNode):
    row = recorded(session, node)
    assert finalise_waiting() == 1
    row.refresh_from_db()
    assert row.state == RecordingState.STORED


def test_a_recording_of_nothing_says_so(session: BrowserSession, node: StubNode):
    row = begin(session, Kind.ALL, clock.now())
    finish(session)
    assert not finalise(row.pk)
    row.refresh_from_db()
    assert (row.state, row.error) == (RecordingState.FAILED, finalising.NOTHING)


def test_one_that_breaks_is_tried_three_times_and_keeps_its_pieces(
    session: BrowserSession, node: StubNode, monkeypatch
):
    row = recorded(session, node)

    def broken(*_: object) -> None:
        raise ValueError("no")

    monkeypatch.setattr(finalising, "_event_lists", broken)
    for _ in range(3):
        Recording.objects.filter(pk=row.pk).update(busy_until=None)
        with pytest.raises(ValueError, match="no"):
            finalise(row.pk)
    row.refresh_from_db()
    assert row.state == RecordingState.FAILED
    assert Segment.objects.filter(recording=row).count() == 2


def test_what_was_made_before_it_broke_goes_with_the_last_try(
    session: BrowserSession, node: StubNode, kept: Path, monkeypatch
):
    row = recorded(session, node)
    before = {path for path in kept.rglob("*") if path.is_file()}

    def broken(*_: object) -> None:
        raise ValueError("no")

    monkeypatch.setattr(finalising, "_film", broken)
    for _ in range(3):
        Recording.objects.filter(pk=row.pk).update(busy_until=None)
        with pytest.raises(ValueError, match="no"):
            finalise(row.pk)
    assert {path for path in kept.rglob("*") if path.is_file()} == before


def test_the_slower_of_two_workers_leaves_what_the_faster_has_stored(
    session: BrowserSession, node: StubNode, monkeypatch
):
    row, make = recorded(session, node), finalising._film

    def overtaken(recording: Recording) -> list[Artifact]:
        made = list(make(recording))
        monkeypatch.setattr(finalising, "_film", make)
        Recording.objects.filter(pk=row.pk).update(busy_until=None)
        assert finalise(row.pk)
        return made

    monkeypatch.setattr(finalising, "_film", overtaken)
    assert not finalise(row.pk)
    row.refresh_from_db()
    assert row.state == RecordingState.STORED
    assert all(storage.read(artifact.stored_as) for artifact in row.artifacts.all())


def test_one_that_is_deleted_meanwhile_leaves_nothing(session: BrowserSession, node: StubNode, kept: Path, monkeypatch):
    row = recorded(session, node)
    make = finalising._film
    assert session.owner is not None
    actor = actor_for(session.owner)

    def deleted_first(recording: Recording) -> Any:
        made = list(make(recording))
        delete_recording(Recording.objects.get(pk=recording.pk), actor=actor)
        return made

    monkeypatch.setattr(finalising, "_film", deleted_first)
    assert not finalise(row.pk)
    assert not [path for path in kept.rglob("*") if path.is_file()]


def test_one_that_was_stopped_while_its_session_runs_takes_the_rest_along(session: BrowserSession, node: StubNode):
    row = begin(session, Kind.DOM, clock.now() - timedelta(seconds=5))
    start = row.started_at.timestamp() * 1000
    node.write(session, "dom", {"t": start + 10, "page": "A", "e": meta(start + 10, "https://a")})
    collect(session, flush=True)
    node.write(session, "dom", {"t": start + 20, "page": "A", "e": meta(start + 20, "https://b")})
    now = clock.now()
    Recording.objects.filter(pk=row.pk).update(state=RecordingState.FINALISING, ended_at=now)
    finalise(row.pk)
    assert row.artifacts.get().about["events"] == 2


def test_recorded_pages_are_scrubbed(session: BrowserSession, node: StubNode):
    row = begin(session, Kind.DOM, clock.now() - timedelta(seconds=5))
    start = row.started_at.timestamp() * 1000
    script = {"type": 2, "tagName": "script", "attributes": {"src": "https://evil"}, "childNodes": [], "id": 3}
    body = {"type": 2, "tagName": "body", "attributes": {"onload": "evil()"}, "childNodes": [script], "id": 2}
    snapshot = event(
        2, start + 10, node={"type": 0, "childNodes": [body], "id": 1}, initialOffset={"left": 0, "top": 0}
    )
    node.write(
        session,
        "dom",
        {"t": start, "page": "A", "e": meta(start, "https://a")},
        {"t": start, "page": "A", "e": snapshot},
    )
    finish(session)
    finalise(row.pk)
    text = gzip.decompress(storage.read(row.artifacts.get().stored_as)).decode()
    assert "evil" not in text
