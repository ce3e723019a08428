"""Starting, stopping and deleting recordings; files in and out."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from apps.access.actor import Actor
from apps.access.permissions import Permission, Scope
from apps.audit.models import Entry
from apps.core import clock
from apps.core.errors import Conflict, Ended, Invalid, NotAllowed, TooMany
from apps.events.models import Event
from apps.quotas.models import Quota
from apps.recordings import purging, storage
from apps.recordings.collecting import collect
from apps.recordings.downloads import collect_files
from apps.recordings.ending import finish
from apps.recordings.finalising import finalise
from apps.recordings.kinds import Kind, RecordingState
from apps.recordings.models import Artifact, Recording, Segment, SessionFile
from apps.recordings.purging import finish_purges, forget_expired, forget_person
from apps.recordings.retention import days_for
from apps.recordings.services import delete_file, delete_recording, start_recording, stop_recording, upload
from apps.sessions.models import BrowserSession
from browser_node.client import NodeRefused
from tests.factories.people import actor_for, make_user
from tests.factories.sessions import end
from tests.factories.teams import make_team
from tests.recordings.stub import StubNode

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_recording_begins_on_the_node_at_once(session: BrowserSession, owner: Actor, node: StubNode):
    row, is_new = start_recording(session, "dom", actor=owner)
    assert is_new
    assert node.spools[session.instance_id].wish.dom
    assert Entry.objects.get(action="recording.started").after["recording"] == row.public_id


def test_asking_twice_is_asking_once(session: BrowserSession, owner: Actor, node: StubNode):
    first, _ = start_recording(session, "dom", actor=owner)
    second, is_new = start_recording(session, "dom", actor=owner)
    assert (first.pk, is_new) == (second.pk, False)


def test_two_kinds_at_once_are_refused_in_words(session: BrowserSession, owner: Actor, node: StubNode):
    start_recording(session, "dom", actor=owner)
    with pytest.raises(Conflict, match="of kind dom runs already"):
        start_recording(session, "video", actor=owner)


def test_logs_are_not_started_by_hand(session: BrowserSession, owner: Actor, node: StubNode):
    with pytest.raises(Invalid):
        start_recording(session, "logs", actor=owner)


def test_an_ended_session_is_not_recorded(session: BrowserSession, owner: Actor, node: StubNode):
    end(session, actor=owner)
    with pytest.raises(Ended):
        start_recording(session, "dom", actor=owner)


def test_somebody_else_may_not(session: BrowserSession, node: StubNode):
    with pytest.raises(NotAllowed):
        start_recording(session, "dom", actor=actor_for(make_user()))


def test_a_client_on_the_line_needs_no_wider_scope(session: BrowserSession, node: StubNode):
    assert session.owner is not None
    client = actor_for(session.owner, scopes=[Scope.SESSIONS_CONNECT])
    with pytest.raises(NotAllowed):
        start_recording(session, "dom", actor=client)
    row, _ = start_recording(session, "dom", actor=client, needs=Permission.SESSION_USE)
    stop_recording(row, actor=client, needs=Permission.SESSION_USE)
    assert row.state == RecordingState.FINALISING


def test_a_node_that_cannot_record_says_why(session: BrowserSession, owner: Actor, node: StubNode):
    node.refused = {"dom": "The recorder is not built."}
    with pytest.raises(Conflict, match="not built"):
        start_recording(session, "dom", actor=owner)


@pytest.mark.parametrize("allowed", [0, 5])
def test_where_nothing_more_may_be_kept_it_does_not_begin(
    session: BrowserSession, owner: Actor, node: StubNode, allowed: int
):
    Quota.objects.create(user=session.owner, storage_bytes=allowed)
    Recording.objects.create(session=session, kind=Kind.LOGS, started_at=clock.now(), bytes=allowed)
    with pytest.raises(TooMany, match="The limit set for you of 0 MiB is reached"):
        start_recording(session, "dom", actor=owner)
    with pytest.raises(TooMany, match="Delete recordings or files"):
        upload(session, "cv.pdf", io.BytesIO(b""), actor=owner)
    assert not Recording.objects.exclude(kind=Kind.LOGS).exists()


def test_one_that_ended_for_want_of_room_says_so_however_soon_its_session_ended(
    session: BrowserSession, owner: Actor, node: StubNode
):
    row, _ = start_recording(session, "dom", actor=owner)
    Quota.objects.create(team=make_team(owner.user), storage_bytes=0)
    node.write(session, "dom", {"page": "A", "e": {"type": 4, "data": {}, "timestamp": clock.now().timestamp() * 1000}})
    finish(session)
    finalise(row.pk)
    row.refresh_from_db()
    assert row.state == RecordingState.FAILED
    assert "The limit of your team Crawlers of 0 MiB is reached." in row.error


def test_stopping_leaves_the_logs_going(session: BrowserSession, owner: Actor, node: StubNode):
    row, _ = start_recording(session, "all", actor=owner)
    stop_recording(row, actor=owner)
    wish = node.spools[session.instance_id].wish
    assert (wish.dom, wish.video, wish.logs) == (False, False, True)


def test_deletion_removes_bytes_and_rows(session: BrowserSession, owner: Actor, node: StubNode, kept: Path):
    row, _ = start_recording(session, "dom", actor=owner)
    node.write(session, "dom", {"page": "A", "e": {"type": 4, "data": {}, "timestamp": clock.now().timestamp() * 1000}})
    finish(session)
    finalise(row.pk)
    row.refresh_from_db()
    assert files_in(kept)
    delete_recording(row, actor=owner)
    assert not files_in(kept)
    assert not Artifact.objects.exists()
    assert not Segment.objects.exists()
    assert (row.state, row.bytes) == (RecordingState.DELETED, 0)
    assert Entry.objects.filter(action="recording.deleted").count() == 1


def test_deleting_one_that_runs_stops_it_first(session: BrowserSession, owner: Actor, node: StubNode):
    row, _ = start_recording(session, "dom", actor=owner)
    delete_recording(row, actor=owner)
    assert not node.spools[session.instance_id].wish.dom


def test_logs_of_a_session_that_runs_stay(session: BrowserSession, owner: Actor, node: StubNode):
    node.write(session, "console", {"text": "x"})
    collect(session, flush=True)
    with pytest.raises(Conflict, match="Release it first"):
        delete_recording(Recording.objects.get(), actor=owner)


def test_a_deletion_that_was_cut_off_is_finished(session: BrowserSession, node: StubNode, kept: Path):
    node.write(session, "console", {"text": "x"})
    collect(session, flush=True)
    Recording.objects.update(state=RecordingState.DELETED)
    assert finish_purges() == 1
    assert not files_in(kept)


def test_what_has_expired_goes(session: BrowserSession, owner: Actor, node: StubNode, kept: Path):
    node.write(session, "console", {"text": "x"})
    node.download(session, "a.txt", b"data")
    finish(session)
    end(session, actor=owner)
    assert forget_expired(clock.now() + timedelta(days=29)) == 0
    assert forget_expired(clock.now() + timedelta(days=31)) == 2
    assert not files_in(kept)


def test_a_file_stays_while_its_session_runs_for_it_would_be_brought_in_anew(
    session: BrowserSession, node: StubNode, kept: Path
):
    node.download(session, "a.txt", b"data")
    collect_files(session)
    assert forget_expired(clock.now() + timedelta(days=31)) == 0
    assert files_in(kept)


def test_what_the_storage_does_not_let_go_leaves_the_others_their_turn(
    session: BrowserSession, owner: Actor, node: StubNode, kept: Path, monkeypatch: pytest.MonkeyPatch
):
    for name in ("a.txt", "b.txt", "c.txt"):
        node.download(session, name, name.encode())
    finish(session)
    end(session, actor=owner)
    stuck = SessionFile.objects.get(name="a.txt").stored_as
    delete = storage.discard

    def refuse(name: str) -> None:
        if name == stuck:
            raise PermissionError(name)
        delete(name)

    with monkeypatch.context() as patch:
        patch.setattr(storage, "discard", refuse)
        assert forget_expired(clock.now() + timedelta(days=31)) == 2
        assert finish_purges() == 0
    assert len(files_in(kept)) == 1
    assert finish_purges() == 1
    assert not files_in(kept)


def test_a_storage_that_is_away_is_not_asked_for_everything(
    session: BrowserSession, owner: Actor, node: StubNode, kept: Path, monkeypatch: pytest.MonkeyPatch
):
    for number in range(purging.AWAY + 5):
        node.download(session, f"{number}.txt", b"data")
    finish(session)
    end(session, actor=owner)
    asked = []

    def refuse(name: str) -> None:
        asked.append(name)
        raise OSError("away")

    monkeypatch.setattr(storage, "discard", refuse)
    assert forget_expired(clock.now() + timedelta(days=31)) == 0
    assert len(asked) == purging.AWAY


@pytest.mark.parametrize(
    ("pool", "own", "days"), [(None, None, 30), (7, None, 7), (90, 10, 10), (0, None, 0), (0, 5, 5), (3, 10, 3)]
)
def test_how_long_is_the_pools_word_within_the_persons_quota(session: BrowserSession, pool, own, days):
    session.pool.recording_days = pool
    if own is not None:
        Quota.objects.create(user=session.owner, recording_days=own)
    assert days_for(session) == days


def test_a_download_is_brought_in_told_and_kept(session: BrowserSession, node: StubNode):
    node.download(session, "report.pdf", b"%PDF")
    node.download(session, "half.bin", b"12", is_complete=False)
    assert (collect_files(session), collect_files(session)) == (1, 0)
    file = SessionFile.objects.get()
    assert (file.name, storage.read(file.stored_as)) == ("report.pdf", b"%PDF")
    event = Event.objects.get(type="file.downloaded")
    assert event.data["file"] == file.public_id
    assert event.data["name"] == "report.pdf"


def test_a_download_that_is_gone_keeps_no_other_from_being_brought_in(
    session: BrowserSession, node: StubNode, monkeypatch
):
    node.download(session, "gone.pdf", b"%PDF")
    node.download(session, "here.pdf", b"%PDF")
    read = node.file

    def file(instance_id: str, credential: str, name: str) -> Any:
        if name == "gone.pdf":
            raise NodeRefused(404, "unknown_file", "no such file is here")
        return read(instance_id, credential, name)

    monkeypatch.setattr(node, "file", file)
    assert collect_files(session) == 1
    assert SessionFile.objects.get().name == "here.pdf"


def test_names_from_pages_never_say_where_bytes_lie(session: BrowserSession, node: StubNode, kept: Path):
    node.download(session, "../../../etc/passwd", b"x")
    node.download(session, "a\x00b", b"y")
    assert collect_files(session) == 2
    assert {path.parent.name for path in files_in(kept)} == {"files"}
    assert {file.name for file in SessionFile.objects.all()} == {"../../../etc/passwd", "a?b"}


def test_a_download_beyond_the_limit_is_told_and_not_kept(session: BrowserSession, node: StubNode, settings, kept):
    from dataclasses import replace

    settings.GRID = replace(settings.GRID, file_bytes=3)
    node.download(session, "big.bin", b"1234")
    collect_files(session)
    file = SessionFile.objects.get()
    assert "BROWSERGRID_FILE_BYTES" in file.error
    assert not files_in(kept)


def test_an_upload_reaches_the_browser_and_is_kept(session: BrowserSession, owner: Actor, node: StubNode):
    row = upload(session, "C:\\things\\cv.pdf", io.BytesIO(b"data"), actor=owner)
    assert node.there[session.instance_id]["cv.pdf"][1] == b"data"
    assert (row.name, storage.read(row.stored_as)) == ("cv.pdf", b"data")
    with pytest.raises(Conflict, match="already"):
        upload(session, "cv.pdf", io.BytesIO(b"data"), actor=owner)


@pytest.mark.parametrize("name", ["", "..", "/", "a\nb", "  "])
def test_an_upload_needs_a_name(session: BrowserSession, owner: Actor, node: StubNode, name):
    with pytest.raises(Invalid):
        upload(session, name, io.BytesIO(b"data"), actor=owner)


def test_a_deleted_file_is_gone_everywhere_and_does_not_come_back(
    session: BrowserSession, owner: Actor, node: StubNode, kept: Path
):
    node.download(session, "a.txt", b"data")
    collect_files(session)
    delete_file(SessionFile.objects.get(), actor=owner)
    assert not files_in(kept)
    assert not node.there[session.instance_id]
    assert (collect_files(session), SessionFile.objects.get().name) == (0, "")


def test_the_end_of_an_account_takes_its_recordings_along(
    session: BrowserSession, owner: Actor, node: StubNode, kept: Path
):
    node.write(session, "console", {"text": "x"})
    node.download(session, "a.txt", b"data")
    finish(session)
    assert session.owner is not None
    forget_person(session.owner)
    assert not files_in(kept)
    assert not SessionFile.objects.exclude(name="").exists()


def test_a_collectors_turn_asks_few_questions(session: BrowserSession, node: StubNode, django_assert_max_num_queries):
    from apps.recordings.collector import Collector

    collector = Collector()
    collector.turn()
    with django_assert_max_num_queries(12, connection=connection):
        collector.turn()
