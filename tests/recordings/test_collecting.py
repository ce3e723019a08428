"""What nodes have captured is stored once, whole, and only then forgotten by them."""

import hashlib
from dataclasses import replace

import pytest

from apps.accounts.models import User
from apps.core import clock
from apps.nodes.captures import NodeAway
from apps.quotas.models import Quota
from apps.recordings import storage
from apps.recordings.capturing import begin, captures_of
from apps.recordings.collecting import Pulled, collect, pull
from apps.recordings.kinds import Kind, RecordingState
from apps.recordings.models import Recording, Segment
from apps.recordings.reading import lines
from apps.sessions.models import BrowserSession
from browser_node.client import NodeRefused
from tests.recordings.stub import StubNode

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def pulled(session: BrowserSession, *, flush: bool = True) -> Pulled:
    captures = captures_of(session)
    assert captures is not None
    return pull(session, captures, flush=flush)


def test_a_piece_is_stored_as_it_came_and_freed(session: BrowserSession, node: StubNode):
    node.write(session, "console", {"text": "hello"}, {"text": "world"})
    pulled(session)
    segment = Segment.objects.get()
    data = storage.read(segment.stored_as)
    assert hashlib.sha256(data).hexdigest() == segment.sha256
    assert [line["text"] for line in lines(segment)] == ["hello", "world"]
    assert (segment.lines, segment.bytes) == (2, len(data))
    assert not node.spools[session.instance_id].closed


def test_what_is_pulled_twice_is_stored_once(session: BrowserSession, node: StubNode, monkeypatch):
    node.write(session, "console", {"text": "hello"})
    monkeypatch.setattr(node, "free", lambda *_: None)
    first, second = pulled(session), pulled(session)
    assert Segment.objects.count() == 1
    assert (first.bytes > 0, second.bytes) == (True, 0)
    assert Recording.objects.get().bytes == first.bytes


def test_a_piece_that_another_process_has_just_taken_ends_nothing(session: BrowserSession, node: StubNode, monkeypatch):
    node.write(session, "console", {"text": "one"})
    node.write(session, "network", {"url": "two"})
    node.close(session)
    read = node.segment

    def taken(instance_id: str, credential: str, stream: str, number: int) -> bytes:
        if stream == "console":
            raise NodeRefused(404, "unknown_segment", "no such segment is here")
        return read(instance_id, credential, stream, number)

    monkeypatch.setattr(node, "segment", taken)
    pulled(session)
    assert Segment.objects.get().stream == "network"


def test_bytes_other_than_announced_stay_on_the_node(session: BrowserSession, node: StubNode):
    node.write(session, "console", {"text": "hello"})
    node.spoil = True
    pulled(session)
    assert not Segment.objects.exists()
    node.spoil = False
    pulled(session)
    assert Segment.objects.count() == 1


def test_a_node_that_stops_answering_loses_nothing_of_what_came(session: BrowserSession, node: StubNode, monkeypatch):
    node.write(session, "console", {"text": "one"})
    node.write(session, "network", {"url": "two"})
    node.close(session)
    read, told = node.segment, []

    def once(*arguments: object) -> bytes:
        node.is_away = bool(told)
        told.append(arguments)
        return read(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(node, "segment", once)
    with pytest.raises(NodeAway):
        pulled(session, flush=False)
    assert Segment.objects.count() == 1
    assert Recording.objects.get().bytes == Segment.objects.get().bytes


def test_logs_make_a_recording_of_their_own_with_the_first_line(session: BrowserSession, node: StubNode):
    assert collect(session).segments == 0
    assert not Recording.objects.exists()
    node.write(session, "command", {"method": "Page.navigate"})
    collect(session, flush=True)
    assert Recording.objects.get().kind == Kind.LOGS


def test_pictures_belong_to_the_recording_that_ran_then(session: BrowserSession, node: StubNode):
    first = begin(session, Kind.DOM, clock.now())
    node.write(session, "dom", {"page": "P", "e": {"type": 4, "data": {}, "timestamp": 1}})
    collect(session, flush=True)
    Recording.objects.filter(pk=first.pk).update(state=RecordingState.STORED)
    second = begin(session, Kind.ALL, clock.now())
    node.write(session, "dom", {"page": "P", "e": {"type": 4, "data": {}, "timestamp": 2}})
    collect(session, flush=True)
    assert [row.recording_id for row in Segment.objects.order_by("number")] == [first.pk, second.pk]


def test_pictures_that_nobody_asked_for_are_not_kept(session: BrowserSession, node: StubNode):
    node.write(session, "dom", {"page": "P", "e": {}})
    collect(session, flush=True)
    assert not Segment.objects.exists()
    assert not node.spools[session.instance_id].closed


def test_what_comes_late_of_a_deleted_recording_is_not_kept(session: BrowserSession, node: StubNode):
    row = begin(session, Kind.DOM, clock.now())
    Recording.objects.filter(pk=row.pk).update(state=RecordingState.DELETED)
    node.write(session, "dom", {"page": "P", "e": {}})
    collect(session, flush=True)
    assert not Segment.objects.exists()


def test_beyond_the_limit_of_a_session_pictures_are_not_kept_and_logs_are(
    session: BrowserSession, node: StubNode, settings
):
    settings.GRID = replace(settings.GRID, recording_bytes=10)
    begin(session, Kind.DOM, clock.now())
    node.write(session, "console", {"text": "x" * 100})
    collect(session, flush=True)
    node.write(session, "dom", {"page": "P", "e": {}})
    node.write(session, "console", {"text": "y"})
    assert collect(session, flush=True).is_full
    assert set(Segment.objects.values_list("stream", flat=True)) == {"console"}


def test_a_quota_of_bytes_ends_pictures_too(session: BrowserSession, node: StubNode):
    owner: User | None = session.owner
    assert owner is not None
    Quota.objects.create(user=owner, storage_bytes=5)
    begin(session, Kind.DOM, clock.now())
    node.write(session, "console", {"text": "x" * 100})
    collect(session, flush=True)
    node.write(session, "dom", {"page": "P", "e": {}})
    assert collect(session, flush=True).is_full
