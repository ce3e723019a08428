"""All files of a session in one zip."""

import io
from collections.abc import Callable
from zipfile import ZipFile

import pytest

from apps.accounts.models import User
from apps.recordings import storage, zipping
from apps.recordings.kinds import FileKind
from apps.recordings.models import SessionFile
from apps.sessions.models import BrowserSession

pytestmark = pytest.mark.django_db


@pytest.fixture
def keep(make_user: Callable[..., User], claimed_session: Callable[..., BrowserSession]) -> Callable[..., SessionFile]:
    """`keep(name, data)`: a download of one session."""
    session = claimed_session(make_user())

    def kept(name: str, data: bytes) -> SessionFile:
        file = SessionFile(session=session, kind=FileKind.DOWNLOAD, name=name)
        stored = storage.keep(storage.file_name(session.pk, file.pk), data)
        file.bytes, file.sha256, file.stored_as = stored.bytes, stored.sha256, stored.name
        file.save(force_insert=True)
        return file

    return kept


def unzipped(files: list[SessionFile]) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(b"".join(zipping.pieces(files)))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_each_file_is_in_it_under_a_name_that_leads_nowhere(keep: Callable[..., SessionFile]) -> None:
    files = [
        keep("a?.txt", b"one"),
        keep("a*.txt", b"two"),
        keep("../../etc/passwd", b"x" * 200_000),
        keep("empty", b""),
    ]
    found = unzipped(files)
    assert found["downloads/a_.txt"] == b"one"
    assert found["downloads/a_ (2).txt"] == b"two"
    assert sorted(map(len, found.values())) == [0, 3, 3, 200_000]
    assert not any(".." in name.split("/") for name in found)


def test_one_that_was_deleted_meanwhile_is_left_out(keep: Callable[..., SessionFile]) -> None:
    files = [keep("gone.txt", b"x"), keep("here.txt", b"y")]
    storage.discard(files[0].stored_as)
    assert unzipped(files) == {"downloads/here.txt": b"y"}
