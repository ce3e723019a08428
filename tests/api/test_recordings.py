"""Recordings, logs and files by the API, each answer compared with the OpenAPI document where it is JSON."""

import asyncio
import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from apps.api.aside import aside
from apps.core import clock
from apps.recordings import storage
from apps.recordings.capturing import begin
from apps.recordings.collecting import collect
from apps.recordings.downloads import collect_files
from apps.recordings.ending import finish
from apps.recordings.finalising import finalise
from apps.recordings.kinds import Kind, RecordingState
from apps.recordings.looking import _looked_at
from apps.recordings.models import Artifact, Recording
from apps.sessions.models import BrowserSession
from tests.api.caller import Caller, disagreements, document
from tests.api.stream import Stream
from tests.factories.people import actor_for, make_token, make_user
from tests.factories.sessions import end, make_claimed_session
from tests.recordings.stub import StubNode, on_a_node, stubbed
from tests.support.recorded import keep_in

pytestmark = [pytest.mark.django_db, pytest.mark.database]
FILM = bytes(range(256)) * 4


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, settings: Settings) -> None:
    keep_in(tmp_path / "recordings", settings)
    _looked_at.clear()


@pytest.fixture
def node(monkeypatch: pytest.MonkeyPatch) -> StubNode:
    return stubbed(monkeypatch)


@pytest.fixture
def session(user, node: StubNode) -> BrowserSession:
    return on_a_node(make_claimed_session(user, keep_alive=True))


@pytest.fixture
def place(session: BrowserSession) -> str:
    return f"/api/v1/sessions/{session.public_id}"


@pytest.fixture
def film(session: BrowserSession) -> Recording:
    """A stored video whose bytes are known."""
    now = clock.now()
    row = Recording.objects.create(
        session=session, kind=Kind.VIDEO, state=RecordingState.STORED, started_at=now, ended_at=now
    )
    kept = storage.keep(storage.artifact_name(session.pk, row.pk, "video.webm"), FILM)
    Artifact.objects.create(
        recording=row, name="video.webm", media_type="video/webm", bytes=kept.bytes, sha256=kept.sha256,
        stored_as=kept.name,
    )  # fmt: skip
    return row


def asked(caller: Caller, path: str, **headers: str) -> tuple[HttpResponse, bytes]:
    """An answer in pieces, read to its end as a server would."""

    response = Client(raise_request_exception=False).get(path, headers=caller.headers | headers)

    async def whole() -> bytes:
        return b"".join([piece async for piece in response.streaming_content])

    return response, asyncio.run(whole()) if response.streaming else response.content


def test_a_recording_is_started_listed_stopped_and_deleted(caller: Caller, place: str, node: StubNode):
    made = caller.post(f"{place}/recordings", {"kind": "dom"})
    assert made.status_code == 201
    row = made.json()
    assert (row["state"], row["kind"], row["ended_at"]) == ("recording", "dom", None)
    assert caller.post(f"{place}/recordings", {"kind": "dom"}).status_code == 200
    assert caller.post(f"{place}/recordings", {"kind": "video"}).json()["code"] == "already_recording"
    assert [each["id"] for each in caller.get(f"{place}/recordings").json()["results"]] == [row["id"]]
    stopped = caller.post(f"{place}/recordings/{row['id']}/stop").json()
    assert stopped["state"] == "finalising"
    assert caller.get(f"{place}/recordings/{row['id']}").json()["duration_seconds"] >= 0
    assert caller.delete(f"{place}/recordings/{row['id']}").status_code == 204
    assert caller.get(f"{place}/recordings/{row['id']}").status_code == 404


@pytest.mark.parametrize("body", [{"kind": "logs"}, {"kind": 3}, {"kind": None}, {"colour": "red"}])
def test_a_kind_that_there_is_not_is_422(caller: Caller, place: str, body: dict[str, Any]):
    assert caller.post(f"{place}/recordings", body).status_code == 422


def test_an_ended_session_is_410(caller: Caller, place: str, session: BrowserSession, user):
    end(session, actor=actor_for(user))
    assert caller.post(f"{place}/recordings", {"kind": "dom"}).status_code == 410


def test_record_is_an_option_of_the_claim(caller: Caller, default_pool, node: StubNode):
    assert caller.post("/api/v1/sessions", {"record": "video"}).json()["record"] == "video"
    assert caller.post("/api/v1/sessions", {"record": "smell"}).status_code == 422


def test_a_film_is_served_whole(caller: Caller, place: str, film: Recording):
    response, data = asked(caller, f"{place}/recordings/{film.public_id}/video.webm")
    assert (response.status_code, response["Content-Type"], data) == (200, "video/webm", FILM)
    assert response["Accept-Ranges"] == "bytes"
    assert response["Content-Length"] == "1024"


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [("bytes=0-0", 0, 0), ("bytes=10-19", 10, 19), ("bytes=1000-", 1000, 1023), ("bytes=-4", 1020, 1023),
     ("bytes=1020-5000", 1020, 1023)],
)  # fmt: skip
def test_a_part_is_served_by_range(caller: Caller, place: str, film: Recording, wanted: str, first: int, last: int):
    response, data = asked(caller, f"{place}/recordings/{film.public_id}/video.webm", Range=wanted)
    assert (response.status_code, data) == (206, FILM[first : last + 1])
    assert response["Content-Range"] == f"bytes {first}-{last}/1024"


def test_what_was_stored_and_is_gone_is_404(caller: Caller, place: str, film: Recording):
    storage.discard(Artifact.objects.get().stored_as)
    response, _ = asked(caller, f"{place}/recordings/{film.public_id}/video.webm", Range="bytes=0-9")
    assert response.status_code == 404


def test_a_part_that_there_is_not_is_416(caller: Caller, place: str, film: Recording):
    response, _ = asked(caller, f"{place}/recordings/{film.public_id}/video.webm", Range="bytes=1024-")
    assert (response.status_code, response["Content-Range"]) == (416, "bytes */1024")


@pytest.mark.parametrize("wanted", ["bytes=0-1,4-5", "lines=1-2", "bytes=9-3", "bytes=x-", "bytes=-"])
def test_what_is_no_range_is_the_whole(caller: Caller, place: str, film: Recording, wanted: str):
    response, data = asked(caller, f"{place}/recordings/{film.public_id}/video.webm", Range=wanted)
    assert (response.status_code, data) == (200, FILM)


@pytest.mark.parametrize("name", ["video.mp4", "dom/1.json", "../../../etc/passwd", "dom/999999.json", ""])
def test_other_names_are_404(caller: Caller, place: str, film: Recording, name: str):
    assert caller.client.get(f"{place}/recordings/{film.public_id}/{name}/x", headers=caller.headers).status_code == 404


def recorded_dom(session: BrowserSession, node: StubNode) -> Recording:
    with transaction.atomic():
        row = begin(session, Kind.DOM, clock.now())
    at = row.started_at.timestamp() * 1000
    for page, href in (("A", "https://a/"), ("B", "https://b/")):
        e = {"type": 4, "data": {"href": href, "width": 800, "height": 600}, "timestamp": at + 50}
        node.write(session, "dom", {"t": at + 50, "page": page, "e": e})
    return row


@pytest.mark.django_db(transaction=True)
def test_events_are_served_while_they_are_recorded_and_the_same_afterwards(
    caller: Caller, place: str, session: BrowserSession, node: StubNode
):
    row = recorded_dom(session, node)
    collect(session, flush=True)
    there = f"{place}/recordings/{row.public_id}"
    index = caller.get(f"{there}/dom.json").json()
    assert [page["page_url"] for page in index["pages"]] == ["https://a/", "https://b/"]
    _, live = asked(caller, f"{there}/dom/2.json")
    finish(session)
    finalise(row.pk)
    response, plain = asked(caller, f"{there}/dom/2.json")
    assert json.loads(live) == json.loads(plain)
    assert "Content-Encoding" not in response
    response, packed = asked(caller, f"{there}/dom/2.json", **{"Accept-Encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed) == plain
    assert caller.get(f"{there}/dom.json").json() == index


def test_logs_of_a_live_session_are_brought_in_by_asking(caller: Caller, place: str, session, node: StubNode):
    node.write(session, "console", {"level": "error", "text": "Oh"}, {"level": "log", "text": "fine"})
    node.write(session, "command", {"method": "Page.navigate", "ms": 3})
    told = caller.get(f"{place}/logs").json()
    assert [line["stream"] for line in told["results"]] == ["console", "console", "command"]
    assert told["results"][0]["data"] == {"level": "error", "text": "Oh"}
    assert (told["next"], told["previous"]) == (None, None)
    _looked_at.clear()
    node.write(session, "console", {"text": "later"})
    later = caller.get(f"{place}/logs?after={told['place']}").json()
    assert [line["data"]["text"] for line in later["results"]] == ["later"]


def test_logs_are_narrowed_and_read_in_pages(caller: Caller, place: str, session, node: StubNode):
    node.write(session, "console", *({"text": f"line {number}"} for number in range(7)))
    node.write(session, "network", {"url": "https://x/line"})
    seen, address = [], f"{place}/logs?stream=console&q=LINE&limit=3"
    while address:
        told = caller.get(address).json()
        seen += [line["data"]["text"] for line in told["results"]]
        address = told["next"] and told["next"].replace("http://testserver", "")
    assert seen == [f"line {number}" for number in range(7)]


@pytest.mark.parametrize("query", ["stream=smell", "after=x", "limit=0", f"q={'x' * 201}", "stream=dom"])
def test_a_question_about_logs_that_makes_no_sense_is_422(caller: Caller, place: str, query: str):
    assert caller.get(f"{place}/logs?{query}").status_code == 422


@pytest.mark.django_db(transaction=True)
def test_a_har_is_an_attachment(caller: Caller, place: str, session: BrowserSession, node: StubNode):
    node.write(session, "page", {"page": "A", "kind": "navigated", "url": "https://a/"})
    node.write(session, "network", {"page": "A", "url": "https://a/", "method": "GET", "status": 200})
    response, data = asked(caller, f"{place}/har")
    archive = json.loads(data)["log"]
    assert (archive["version"], archive["entries"][0]["pageref"]) == ("1.2", "page_1")
    assert session.public_id in response["Content-Disposition"]


def test_a_download_is_handed_out_as_nothing_that_runs(caller: Caller, place: str, session, node: StubNode):
    node.download(session, 'we"ird\r\nname.html', b"<script>alert(1)</script>")
    listed = caller.get(f"{place}/files").json()["results"]
    assert listed[0]["kind"] == "download"
    response, data = asked(caller, f"{place}/files/{listed[0]['id']}")
    assert data == b"<script>alert(1)</script>"
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith('attachment; filename="we_ird__name.html"')
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    response, part = asked(caller, f"{place}/files/{listed[0]['id']}", Range="bytes=1-6")
    assert part == b"script"


def test_an_upload_can_be_chosen_fetched_and_deleted(caller: Caller, place: str, session, node: StubNode):
    file = SimpleUploadedFile("cv.pdf", b"%PDF")
    made = Client().post(f"{place}/files", {"file": file}, headers=caller.headers)
    assert made.status_code == 201, made.content
    assert not disagreements({"$ref": "#/components/schemas/File"}, made.json())
    assert node.there[session.instance_id]["cv.pdf"][1] == b"%PDF"
    _, data = asked(caller, f"{place}/files/{made.json()['id']}")
    assert data == b"%PDF"
    assert caller.delete(f"{place}/files/{made.json()['id']}").status_code == 204
    assert not node.there[session.instance_id]


@pytest.mark.parametrize("given", [{}, {"file": "a text"}, {"other": SimpleUploadedFile("a", b"b")}])
def test_an_upload_without_a_file_is_422(caller: Caller, place: str, given: dict[str, Any]):
    assert Client().post(f"{place}/files", given, headers=caller.headers).status_code == 422


def test_a_node_that_is_away_is_503(caller: Caller, place: str, session, node: StubNode):
    node.is_away = True
    file = SimpleUploadedFile("cv.pdf", b"%PDF")
    assert Client().post(f"{place}/files", {"file": file}, headers=caller.headers).status_code == 503
    assert caller.get(f"{place}/files").status_code == 200
    assert caller.get(f"{place}/logs").status_code == 200


def test_all_files_in_one_zip(caller: Caller, place: str, session: BrowserSession, node: StubNode):
    for name in ("a.txt", "../a.txt", "A.TXT"):
        node.download(session, name, name.encode())
    collect_files(session)
    _, data = asked(caller, f"{place}/files.zip")
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    assert sorted(archive.namelist()) == ["downloads/A (2).TXT", "downloads/_a.txt", "downloads/a.txt"]


def test_the_document_names_every_address_of_what_is_kept():
    words = {path.rpartition("}/")[2] for path in document()["paths"] if "/sessions/{id}/" in path}
    assert {"logs", "har", "files", "files.zip", "recordings"} <= words


def _streaming() -> tuple[str, BrowserSession]:
    user = make_user()
    return make_token(user)[1], on_a_node(make_claimed_session(user, keep_alive=True))


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("thread_lets_go")
async def test_a_stream_of_logs_tells_lines_as_they_come_and_resumes(node: StubNode):
    secret, session = await aside(_streaming)
    node.write(session, "console", {"text": "one"})
    async with Stream(secret, f"/api/v1/sessions/{session.public_id}/logs?stream=console") as stream:
        first = await stream.next()
        assert (first["event"], json.loads(first["data"])["data"]) == ("console", {"text": "one"})
        node.write(session, "console", {"text": "two"})
        second = await stream.next()
        assert json.loads(second["data"])["data"] == {"text": "two"}
    path = f"/api/v1/sessions/{session.public_id}/logs"
    async with Stream(secret, path, last=first["id"]) as stream:
        again = await stream.next()
        assert json.loads(again["data"])["id"] == json.loads(second["data"])["id"]
