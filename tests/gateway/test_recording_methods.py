"""`BrowserGrid.*` commands about what is kept, as a client on the session's own line gives them."""

import pytest

from apps.access.permissions import Scope
from apps.gateway.methods import BAD_PARAMS, FAILED, CdpProblem, answer
from apps.gateway.recording_methods import start
from apps.recordings.models import Recording
from apps.sessions.models import BrowserSession
from tests.factories.people import actor_for, make_user
from tests.factories.sessions import end, make_claimed_session
from tests.recordings.stub import StubNode, on_a_node, stubbed

pytestmark = [pytest.mark.django_db, pytest.mark.database]
assert start  # importing it is what registers the commands


@pytest.fixture
def node(monkeypatch: pytest.MonkeyPatch) -> StubNode:
    return stubbed(monkeypatch)


@pytest.fixture
def session(node: StubNode, db: None) -> BrowserSession:
    return on_a_node(make_claimed_session(make_user(), keep_alive=True))


def command(session: BrowserSession, name: str, **params: object) -> dict:
    """By the ticket in a connect address, which serves nothing but connecting."""
    assert session.owner is not None
    client = actor_for(session.owner, scopes=[Scope.SESSIONS_CONNECT])
    return dict(answer(f"BrowserGrid.{name}", client, session.pk, params, "http://grid"))  # type: ignore[arg-type]


def test_a_client_starts_and_stops_a_recording(session: BrowserSession, node: StubNode):
    told = command(session, "startRecording", kind="video")
    assert (told["kind"], told["state"], told["endedAt"]) == ("video", "recording", None)
    assert node.spools[session.instance_id].wish.video
    assert command(session, "startRecording", kind="video")["id"] == told["id"]
    stopped = command(session, "stopRecording")
    assert (stopped["id"], stopped["state"]) == (told["id"], "finalising")
    assert not node.spools[session.instance_id].wish.video


def test_without_a_kind_the_dom_is_recorded(session: BrowserSession, node: StubNode):
    command(session, "startRecording")
    assert Recording.objects.get().kind == "dom"


@pytest.mark.parametrize("kind", ["logs", "", 3, ["dom"]])
def test_a_kind_that_there_is_not_is_said(session: BrowserSession, node: StubNode, kind: object):
    with pytest.raises(CdpProblem) as refused:
        command(session, "startRecording", kind=kind)
    assert refused.value.code == BAD_PARAMS


def test_stopping_nothing_is_said(session: BrowserSession, node: StubNode):
    with pytest.raises(CdpProblem, match="Nothing is being recorded"):
        command(session, "stopRecording")


def test_an_ended_session_is_not_recorded(session: BrowserSession, node: StubNode):
    assert session.owner is not None
    end(session, actor=actor_for(session.owner))
    with pytest.raises(CdpProblem) as refused:
        command(session, "startRecording")
    assert refused.value.code == FAILED


def test_downloads_are_brought_in_by_asking(session: BrowserSession, node: StubNode):
    node.download(session, "a.pdf", b"1234")
    [file] = command(session, "getDownloads")["downloads"]
    assert (file["name"], file["bytes"], file["error"]) == ("a.pdf", 4, None)
    assert file["url"] == f"http://grid/api/v1/sessions/{session.public_id}/files/{file['id']}"
