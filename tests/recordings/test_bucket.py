"""Recordings and files in a bucket: kept, read in parts, deleted, forgotten, by a server that speaks S3."""

import gzip
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from botocore.exceptions import ClientError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from apps.access.actor import Actor
from apps.core import clock
from apps.recordings import storage
from apps.recordings.bucket import BucketStorage
from apps.recordings.collecting import collect
from apps.recordings.downloads import collect_files
from apps.recordings.ending import finish
from apps.recordings.finalising import finalise
from apps.recordings.kinds import RecordingState
from apps.recordings.models import Recording, Segment, SessionFile
from apps.recordings.purging import forget_expired
from apps.recordings.services import delete_file, delete_recording, start_recording
from apps.sessions.models import BrowserSession
from tests.factories.people import make_token
from tests.factories.sessions import end
from tests.recordings.stub import StubNode
from tests.support.buckets import CREDENTIALS, PREFIX, Bucket, keep_in, running_bucket

pytestmark = [pytest.mark.django_db, pytest.mark.database]
FILM = bytes(range(256)) * 4096


@pytest.fixture(scope="module")
def server() -> Iterator[Bucket]:
    with running_bucket() as bucket:
        yield bucket


@pytest.fixture(autouse=True)
def bucket(server: Bucket, kept: object, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    keep_in(server, settings)
    yield server
    server.empty()


@pytest.fixture
def no_bucket(settings: Settings) -> None:
    """The settings name one that is not there."""
    told = settings.STORAGES["recordings"]
    other = {**told, "OPTIONS": {**told["OPTIONS"], "bucket_name": "not-ours"}}
    settings.STORAGES = {**settings.STORAGES, "recordings": other}


def body(answer: Any) -> bytes:
    """Of a streamed answer."""

    async def joined() -> bytes:
        return b"".join([piece async for piece in answer.streaming_content])

    return async_to_sync(joined)()


def test_what_is_kept_is_read_again_and_twice_is_once(bucket: Bucket) -> None:
    for data in (b"first", b"second"):
        stored = storage.keep("ab/x/1", data)
        assert stored.name == "ab/x/1"
    assert storage.read("ab/x/1") == b"second"
    assert bucket.keys() == [f"{PREFIX}/ab/x/1"]


def test_a_file_is_kept_from_its_beginning_and_can_be_read_on(bucket: Bucket) -> None:
    with storage.scratch() as room:
        room.write(FILM)
        stored = storage.keep_file("ab/x/film", room)
        room.seek(0)
        assert room.read(4) == FILM[:4]
    assert stored.bytes == len(FILM)
    assert storage.read("ab/x/film") == FILM


@pytest.mark.parametrize(("first", "last"), [(0, 0), (1000, 300_000), (len(FILM) - 3, len(FILM) - 1), (0, -1)])
def test_a_part_is_asked_for_as_a_part(first: int, last: int, monkeypatch: pytest.MonkeyPatch) -> None:
    storage.keep("ab/x/film", FILM)
    monkeypatch.setattr(BucketStorage, "_open", lambda *_: pytest.fail("the whole was asked for"))
    assert b"".join(storage.pieces("ab/x/film", first, last)) == FILM[first : last + 1]


def test_what_is_not_there_is_no_file() -> None:
    with pytest.raises(FileNotFoundError):
        storage.read("ab/x/none")
    with pytest.raises(FileNotFoundError):
        next(storage.pieces("ab/x/none", 0, 9))


def test_many_are_deleted_and_what_is_gone_already_is_a_success(bucket: Bucket) -> None:
    names = [f"ab/x/{number}" for number in range(25)]
    for name in [*names, "ab/y/1"]:
        storage.keep(name, b"x")
    storage.discard_all([*names, "ab/x/none"])
    assert bucket.keys() == [f"{PREFIX}/ab/y/1"]
    storage.discard("ab/y/1")
    storage.discard("ab/y/1")
    assert bucket.keys() == []


def test_a_bucket_that_is_not_there_is_an_error_and_no_row_says_otherwise(
    session: BrowserSession, node: StubNode, no_bucket: None
) -> None:
    node.write(session, "console", {"text": "x"})
    with pytest.raises(ClientError, match="NoSuchBucket"):
        collect(session, flush=True)
    assert not Segment.objects.exists()
    assert node.spools[session.instance_id].closed  # for the next look


def test_what_a_bucket_does_not_delete_is_an_os_error_as_with_a_folder(no_bucket: None) -> None:
    with pytest.raises(OSError, match="NoSuchBucket"):
        storage.discard_all(["ab/x/1"])


def test_a_recording_lives_and_ends_in_the_bucket(
    session: BrowserSession, owner: Actor, node: StubNode, bucket: Bucket
) -> None:
    row, _ = start_recording(session, "dom", actor=owner)
    event = {"type": 4, "data": {"href": "https://example.com/"}, "timestamp": clock.now().timestamp() * 1000}
    node.write(session, "dom", {"page": "A", "e": event})
    node.write(session, "console", {"text": "said"})
    finish(session)
    assert len(bucket.keys()) == 2
    assert finalise(row.pk)
    row.refresh_from_db()
    assert row.state == RecordingState.STORED
    assert owner.user is not None
    read = Client(headers={"Authorization": f"Bearer {make_token(owner.user)[1]}"}).get
    there = f"/api/v1/sessions/{session.public_id}"
    answer = read(f"{there}/recordings/{row.public_id}/dom/1.json", headers={"Accept-Encoding": "gzip"})
    assert json.loads(gzip.decompress(body(answer)))[0]["type"] == 4
    assert "said" in read(f"{there}/logs").content.decode()
    delete_recording(row, actor=owner)
    delete_recording(Recording.objects.get(kind="logs"), actor=owner)
    assert bucket.keys() == []


def test_a_file_comes_whole_and_in_part_and_goes(
    session: BrowserSession, owner: Actor, node: StubNode, bucket: Bucket
) -> None:
    node.download(session, "film.bin", FILM)
    assert collect_files(session) == 1
    file = SessionFile.objects.get()
    assert owner.user is not None
    client = Client(headers={"Authorization": f"Bearer {make_token(owner.user)[1]}"})
    files = f"/api/v1/sessions/{session.public_id}/files"
    answer = client.get(f"{files}/{file.public_id}", headers={"Range": "bytes=1000-1999"})
    assert (answer.status_code, answer["Content-Range"]) == (206, f"bytes 1000-1999/{len(FILM)}")
    assert body(answer) == FILM[1000:2000]
    assert body(client.get(f"{files}/{file.public_id}")) == FILM
    given = SimpleUploadedFile("cv.pdf", b"cv", "application/pdf")
    assert client.post(files, {"file": given}).status_code == 201
    assert body(client.get(f"{files}.zip")).startswith(b"PK")
    assert len(bucket.keys()) == 2
    for row in SessionFile.objects.all():
        delete_file(row, actor=owner)
    assert bucket.keys() == []


def test_what_has_expired_leaves_the_bucket(
    session: BrowserSession, owner: Actor, node: StubNode, bucket: Bucket
) -> None:
    node.write(session, "console", {"text": "x"})
    node.download(session, "a.txt", b"data")
    finish(session)
    end(session, actor=owner)
    assert len(bucket.keys()) == 2
    assert forget_expired(clock.now() + timedelta(days=31)) == 2
    assert bucket.keys() == []
