"""Logs, files and recordings on pages."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from apps.recordings.kinds import Kind
from apps.recordings.looking import _looked_at
from apps.recordings.models import Recording, SessionFile
from apps.sessions.models import BrowserSession
from tests.factories.people import make_user
from tests.factories.sessions import make_claimed_session
from tests.recordings.stub import StubNode, on_a_node, stubbed
from tests.support.recorded import keep_in

pytestmark = [pytest.mark.django_db, pytest.mark.database]
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, settings: Settings) -> None:
    keep_in(tmp_path / "recordings", settings)
    _looked_at.clear()


@pytest.fixture
def node(monkeypatch: pytest.MonkeyPatch) -> StubNode:
    return stubbed(monkeypatch)


@pytest.fixture
def session(node: StubNode, db: None) -> BrowserSession:
    return on_a_node(make_claimed_session(make_user(), keep_alive=True))


@pytest.fixture
def window(session: BrowserSession) -> Client:
    assert session.owner is not None
    client = Client()
    client.force_login(session.owner, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page(window: Client, session: BrowserSession, path: str, *, partial: bool = False) -> str:
    headers = {"HX-Request": "true"} if partial else {}
    answer = window.get(f"/sessions/{session.public_id}/{path}", headers=headers)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def test_lines_are_shown_and_what_comes_follows_by_itself(window: Client, session: BrowserSession, node: StubNode):
    node.write(session, "console", {"level": "error", "text": "Oh no"})
    text = page(window, session, "logs/")
    assert "Oh no" in text
    assert "data-again" in text
    onward = text.split('class="onward" hx-get="')[1].split('"')[0].replace("&amp;", "&")
    _looked_at.clear()
    node.write(session, "console", {"text": "later"})
    more = window.get(onward, headers={"HX-Request": "true"}).content.decode()
    assert "later" in more
    assert "Oh no" not in more
    assert "<form" not in more


def test_an_ended_session_asks_for_no_more(window: Client, session: BrowserSession, node: StubNode):
    node.write(session, "console", {"text": "x"})
    page(window, session, "logs/")
    BrowserSession.objects.filter(pk=session.pk).update(ended_at=session.created_at)
    from unittest.mock import patch

    with patch.object(BrowserSession, "is_ended", True):
        assert "data-again" not in page(window, session, "logs/", partial=True)


def test_what_pages_wrote_is_text(window: Client, session: BrowserSession, node: StubNode):
    node.write(session, "console", {"text": HOSTILE, "url": HOSTILE})
    node.write(session, "network", {"url": HOSTILE, "method": HOSTILE, "error": HOSTILE})
    node.download(session, HOSTILE, b"x")
    for path in ("logs/", "files/", "recordings/"):
        assert HOSTILE not in page(window, session, path)


def test_lines_are_narrowed(window: Client, session: BrowserSession, node: StubNode):
    node.write(session, "console", {"text": "a needle"}, {"text": "hay"})
    text = page(window, session, "logs/?q=NEEDLE&stream=console")
    assert "a needle" in text
    assert ">hay<" not in text
    assert "No such line" in page(window, session, "logs/?q=nothing")


def test_a_long_log_begins_near_its_end(window: Client, session: BrowserSession, node: StubNode):
    node.write(session, "console", *({"text": f"line {number}."} for number in range(450)))
    text = page(window, session, "logs/")
    assert "line 449." in text
    assert "line 1." not in text
    assert "line 1." in page(window, session, "logs/?from=start", partial=True)


def test_files_come_and_go(window: Client, session: BrowserSession, node: StubNode):
    place = f"/sessions/{session.public_id}"
    node.download(session, "numbers.txt", b"123")
    assert "numbers.txt" in page(window, session, "files/")
    answer = window.post(f"{place}/files/upload/", {"file": SimpleUploadedFile("cv.pdf", b"x")}, follow=True)
    assert "cv.pdf can be chosen" in answer.content.decode()
    for file in SessionFile.objects.all():
        window.post(f"{place}/files/{file.public_id}/delete/")
    assert "No files" in page(window, session, "files/")


def test_an_upload_that_is_refused_says_why(window: Client, session: BrowserSession, node: StubNode):
    node.is_away = True
    given = {"file": SimpleUploadedFile("cv.pdf", b"x")}
    answer = window.post(f"/sessions/{session.public_id}/files/upload/", given, follow=True)
    assert "does not answer" in answer.content.decode()


def test_recording_is_started_stopped_and_deleted(window: Client, session: BrowserSession, node: StubNode):
    place = f"/sessions/{session.public_id}/recordings"
    assert "Nothing was recorded" in page(window, session, "recordings/")
    window.post(f"{place}/start/", {"kind": "dom"})
    row = Recording.objects.get(kind=Kind.DOM)
    assert "Running" in page(window, session, "recordings/", partial=True)
    window.post(f"{place}/{row.public_id}/stop/")
    assert "Being made ready" in page(window, session, "recordings/")
    window.post(f"{place}/{row.public_id}/delete/")
    assert "Nothing was recorded" in page(window, session, "recordings/")


@pytest.mark.parametrize("name", ["files", "recordings"])
def test_what_comes_is_shown_by_itself(window: Client, session: BrowserSession, node: StubNode, name: str):
    address = f"/sessions/{session.public_id}/{name}/"
    assert f'data-live="{session.public_id}" data-live-src="{address}"' in page(window, session, f"{name}/")


def test_the_sessions_page_offers_the_three(window: Client, session: BrowserSession):
    text = page(window, session, "")
    for name in ("logs", "files", "recordings"):
        assert f'data-pane="{name}" hx-get="/sessions/{session.public_id}/{name}/"' in text


def test_the_timeline_is_there_also_when_nothing_was_recorded(window: Client, session: BrowserSession, node: StubNode):
    told = window.get(f"/sessions/{session.public_id}/replay/track.json").json()
    assert (told["video"], told["dom"], told["is_live"]) == (None, [], True)


def test_somebody_with_a_share_to_see_may_not_delete(session: BrowserSession, node: StubNode):
    from apps.access.permissions import Level
    from apps.sessions.sharing import share_session
    from tests.factories.people import actor_for

    other = make_user("other@example.com")
    assert session.owner is not None
    share_session(session, actor=actor_for(session.owner), to="other@example.com", level=Level.VIEW)
    window = Client()
    window.force_login(other, backend="django.contrib.auth.backends.ModelBackend")
    node.download(session, "a.txt", b"x")
    text = page(window, session, "files/")
    assert "a.txt" in text
    assert "Delete" not in text
    assert "Upload" not in text
    file = SessionFile.objects.get()
    assert window.post(f"/sessions/{session.public_id}/files/{file.public_id}/delete/").status_code == 403
