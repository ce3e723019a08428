"""Files that the person in control gives to a page which asks for some: by their ticket, and by nothing else."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from apps.audit.models import Entry
from apps.recordings import storage
from apps.recordings.models import SessionFile
from apps.sessions.models import BrowserSession
from apps.sessions.viewing import make_view, mint_view
from tests.factories.people import actor_for, make_user
from tests.factories.sessions import make_claimed_session
from tests.recordings.stub import StubNode, on_a_node, stubbed
from tests.support.recorded import keep_in

pytestmark = [pytest.mark.django_db, pytest.mark.database]
Give = Callable[..., HttpResponse]


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, settings: Settings) -> None:
    keep_in(tmp_path / "recordings", settings)


@pytest.fixture
def node(monkeypatch: pytest.MonkeyPatch) -> StubNode:
    return stubbed(monkeypatch)


@pytest.fixture
def session(node: StubNode, db: None) -> BrowserSession:
    return on_a_node(make_claimed_session(make_user(), keep_alive=True))


def ticket(session: BrowserSession, *, interactive: bool = True) -> str:
    assert session.owner is not None
    return make_view(session, actor=actor_for(session.owner), interactive=interactive)[1]


@pytest.fixture
def give(session: BrowserSession) -> Give:
    """From a page without a cookie, as behind a ticket."""

    def given(name: str = "cv.pdf", data: bytes = b"data", secret: str = "", to: str = "") -> HttpResponse:
        address = f"/sessions/{to or session.public_id}/live/files/"
        headers = {"X-BrowserGrid-Ticket": secret or ticket(session)}
        files = {"file": SimpleUploadedFile(name, data)} if name else {}
        return Client(enforce_csrf_checks=True).post(address, files, headers=headers)

    return given


def test_a_file_reaches_the_browser_and_stands_among_the_sessions_files(
    give: Give, session: BrowserSession, node: StubNode
) -> None:
    answer = give()
    assert (answer.status_code, answer.json()) == (200, {"name": "cv.pdf"})
    assert not answer.cookies
    assert node.there[session.instance_id]["cv.pdf"][1] == b"data"
    assert storage.read(SessionFile.objects.get(name="cv.pdf").stored_as) == b"data"
    assert Entry.objects.get(action="file.uploaded").after["name"] == "cv.pdf"


def test_a_name_that_is_taken_gets_a_number(give: Give, session: BrowserSession, node: StubNode) -> None:
    node.download(session, "report.pdf", b"theirs")
    assert give("report.pdf", b"mine").json() == {"name": "report (1).pdf"}
    assert give("report.pdf", b"mine, mended").json() == {"name": "report (2).pdf"}
    assert node.there[session.instance_id]["report (1).pdf"][1] == b"mine"


@pytest.mark.parametrize(
    ("name", "there"), [("my  cv.pdf", "my cv.pdf"), ("a:b?.txt", "a_b_.txt"), (".hidden", "hidden"), ("con", "_con")]
)
def test_a_name_that_no_file_system_likes_is_made_one_that_all_do(give: Give, name: str, there: str) -> None:
    assert give(name).json() == {"name": there}


def test_who_may_only_look_on_gives_nothing(give: Give, session: BrowserSession) -> None:
    answer = give(secret=ticket(session, interactive=False))
    assert (answer.status_code, answer.json()) == (401, {"detail": "Take control first."})
    assert not SessionFile.objects.exists()


def test_a_ticket_is_for_its_own_session(give: Give, session: BrowserSession) -> None:
    other = make_claimed_session(make_user(), keep_alive=True)
    assert give(to=other.public_id).status_code == 401


@pytest.mark.parametrize("secret", ["tkt_nobodys", "x" * 5000])
def test_a_wrong_ticket_gives_nothing(give: Give, secret: str) -> None:
    assert give(secret=secret).status_code == 401


def test_a_signed_in_person_without_a_ticket_gives_nothing(session: BrowserSession, node: StubNode) -> None:
    assert session.owner is not None
    client = Client()
    client.force_login(session.owner, backend="django.contrib.auth.backends.ModelBackend")
    given = {"file": SimpleUploadedFile("cv.pdf", b"x")}
    assert client.post(f"/sessions/{session.public_id}/live/files/", given).status_code == 401


def test_the_page_behind_an_interactive_ticket_can_give_files(session: BrowserSession) -> None:
    assert session.owner is not None
    _, secret = mint_view(session, actor=actor_for(session.owner), interactive=True)
    page = Client().get(f"/sessions/{session.public_id}/live", {"ticket": secret}).content.decode()
    assert f'uploads="/sessions/{session.public_id}/live/files/"' in page
    assert "Choose from this device" in page


def test_what_is_missing_or_refused_is_said(give: Give, node: StubNode) -> None:
    assert give(name="").json() == {"detail": "Choose a file first."}
    node.is_away = True
    answer = give()
    assert answer.status_code == 503
    assert "does not answer" in answer.json()["detail"]
