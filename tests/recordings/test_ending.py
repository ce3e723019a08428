"""All that was captured is stored before its browser goes; a node that is away costs what it had not yet given."""

from datetime import timedelta

import pytest

from apps.core import clock
from apps.events.models import Event
from apps.pools.models import Pool
from apps.recordings import ending
from apps.recordings.capturing import arm, begin
from apps.recordings.collector import Collector
from apps.recordings.ending import LOST, finish, settle
from apps.recordings.kinds import Kind, RecordingState
from apps.recordings.models import Recording, Segment, SessionFile
from apps.recordings.services import stop_recording
from apps.sessions.models import BrowserSession
from tests.factories.people import actor_for, make_user
from tests.factories.sessions import end, make_claimed_session
from tests.recordings.stub import StubNode, on_a_node

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_what_was_still_being_written_is_stored_before_the_end(session: BrowserSession, node: StubNode):
    begin(session, Kind.DOM, clock.now())
    arm(session)
    node.write(session, "dom", {"page": "P", "e": {"type": 4, "data": {}, "timestamp": 1}})
    node.write(session, "console", {"text": "last words"})
    finish(session)
    assert set(Segment.objects.values_list("stream", flat=True)) == {"dom", "console"}
    assert not node.spools[session.instance_id].wish
    states = dict(Recording.objects.values_list("kind", "state"))
    assert states == {Kind.DOM: RecordingState.FINALISING, Kind.LOGS: RecordingState.STORED}


def test_a_session_that_keeps_nothing_else_gives_its_last_downloads(session: BrowserSession, node: StubNode):
    session.pool.logs = False
    node.download(session, "late.pdf", b"body")
    finish(session)
    assert SessionFile.objects.get().name == "late.pdf"
    assert {what for what, _ in node.calls} == {"files", "file"}


def test_a_lost_node_does_not_hold_up_the_end(session: BrowserSession, node: StubNode):
    begin(session, Kind.DOM, clock.now())
    session.end_reason = "node_lost"
    finish(session)
    assert node.calls == []


def test_a_node_that_is_away_is_left_to_the_collector(session: BrowserSession, node: StubNode):
    begin(session, Kind.DOM, clock.now())
    node.is_away = True
    finish(session)
    assert Recording.objects.get().state == RecordingState.RECORDING


def test_the_collector_brings_in_what_the_end_has_left(session: BrowserSession, node: StubNode):
    begin(session, Kind.DOM, clock.now())
    node.write(session, "dom", {"page": "P", "e": {}})
    assert session.owner is not None
    end(session, actor=actor_for(session.owner))
    node.gone.add(session.instance_id)
    Collector().turn()
    assert Segment.objects.count() == 1
    assert Recording.objects.get().state == RecordingState.FINALISING


@pytest.mark.parametrize("trouble", ["away", "broken", "lost"])
def test_logs_of_which_nothing_came_before_the_end_are_brought_in_after_it(
    trouble: str, session: BrowserSession, node: StubNode, monkeypatch: pytest.MonkeyPatch
):
    node.write(session, "console", {"text": "last words"})
    monkeypatch.setattr(ending, "LOG_SECONDS", 0.0)
    node.is_away, node.spoil = trouble == "away", trouble == "broken"
    session.end_reason = "node_lost" if trouble == "lost" else ""
    finish(session)
    assert not Segment.objects.exists()
    node.is_away = node.spoil = False
    assert session.owner is not None
    end(session, actor=actor_for(session.owner))
    node.gone.add(session.instance_id)
    Collector().turn()
    assert Segment.objects.get().stream == "console"
    assert not node.spools[session.instance_id].closed
    assert Recording.objects.get().state == RecordingState.STORED


def test_a_node_that_stays_away_took_the_rest_with_it(session: BrowserSession, node: StubNode):
    begin(session, Kind.DOM, clock.now())
    node.write(session, "dom", {"page": "P", "e": {}})
    node.close(session)
    Collector().turn()
    node.is_away = True
    assert session.owner is not None
    end(session, actor=actor_for(session.owner))
    settle(session, clock.now())
    assert Recording.objects.get().state == RecordingState.RECORDING
    settle(session, clock.now() + timedelta(seconds=61))
    row = Recording.objects.get()
    assert (row.state, row.error) == (RecordingState.FINALISING, LOST)
    assert row.ended_at is not None
    assert abs(row.ended_at.timestamp() * 1000 - Segment.objects.get().last_ms) < 2


def test_the_end_of_a_recording_is_told_once(session: BrowserSession, node: StubNode):
    begin(session, Kind.VIDEO, clock.now())
    finish(session)
    finish(session)
    assert Event.objects.filter(type="recording.stopped").count() == 1


def test_downloads_are_brought_in_where_nothing_else_is_kept(session: BrowserSession, node: StubNode):
    Pool.objects.update(logs=False)
    node.download(session, "report.pdf", b"body")
    Collector().turn()
    assert SessionFile.objects.get().name == "report.pdf"


def test_the_collector_asks_a_silent_node_once_a_turn(node: StubNode):
    for number in range(3):
        on_a_node(make_claimed_session(make_user(f"p{number}@example.com"), keep_alive=True))
    node.is_away = True
    Collector().turn()
    assert len(node.calls) == 1


def test_one_collector_at_a_time(session: BrowserSession, node: StubNode):
    first, second = Collector(), Collector()
    assert (first.turn(), second.turn()) == (1, 0)
    first.resign()
    assert second.turn() == 1


def test_sessions_that_nobody_owns_are_never_captured(node: StubNode, ready_session):
    on_a_node(ready_session())
    Collector().turn()
    assert node.calls == []


def test_a_claim_that_asked_for_it_is_recorded_until_somebody_stops_it(node: StubNode):
    session = on_a_node(make_claimed_session(make_user(), keep_alive=True, record="all"))
    Collector().turn()
    wish = node.spools[session.instance_id].wish
    assert (wish.dom, wish.video, wish.logs, wish.mask_inputs) == (True, True, True, True)
    assert session.owner is not None
    stop_recording(Recording.objects.get(kind="all"), actor=actor_for(session.owner))
    Collector().turn()
    wish = node.spools[session.instance_id].wish
    assert (wish.dom, wish.video, wish.logs) == (False, False, True)


def test_a_node_without_a_recorder_fails_the_recording_with_its_own_words(node: StubNode):
    node.refused = {"dom": "The recorder is not built. Run ./setup.sh."}
    session = on_a_node(make_claimed_session(make_user(), keep_alive=True, record="dom"))
    arm(session)
    row = Recording.objects.get()
    assert (row.state, row.error) == (RecordingState.FAILED, node.refused["dom"])
    arm(session)
    assert Event.objects.get(type="recording.failed").data["error"] == row.error
