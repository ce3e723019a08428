"""The page of the player, and the sandbox."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.core import clock
from apps.dashboard import player
from apps.recordings.kinds import Kind
from apps.recordings.models import Recording
from apps.sessions.models import BrowserSession

SignIn = Callable[[User], Client]


@pytest.fixture
def session(ann: User, claimed_session: Callable[..., BrowserSession]) -> BrowserSession:
    return claimed_session(ann, name="checkout flow")


def test_the_player_knows_where_its_recording_is(ann: User, session: BrowserSession, sign_in: SignIn) -> None:
    page = sign_in(ann).get(f"/sessions/{session.public_id}/replay/").content.decode()
    assert f'src="/sessions/{session.public_id}/replay/track.json"' in page
    assert "Replay of checkout flow" in page


def test_the_sandbox_has_no_origin_and_runs_one_script(ann: User, sign_in: SignIn) -> None:
    response = sign_in(ann).get("/replay/frame/")
    policy = dict(part.strip().partition(" ")[::2] for part in response["Content-Security-Policy"].split(";"))
    assert policy["sandbox"] == "allow-scripts"
    assert policy["default-src"] == "'none'"
    nonce = re.fullmatch(r"'nonce-([\w-]{16,})'", policy["script-src"])
    assert nonce is not None
    assert re.findall(r'nonce="([^"]+)"', response.content.decode()) == [nonce[1]]
    assert response["X-Frame-Options"] == "SAMEORIGIN"


def test_no_two_sandboxes_share_a_nonce(ann: User, sign_in: SignIn) -> None:
    client = sign_in(ann)
    first, second = (client.get("/replay/frame/")["Content-Security-Policy"] for _ in range(2))
    assert first != second


def test_the_player_may_frame_the_sandbox_and_nothing_else_of_anybody(
    ann: User, session: BrowserSession, sign_in: SignIn
) -> None:
    policy = sign_in(ann).get(f"/sessions/{session.public_id}/replay/")["Content-Security-Policy"]
    assert "frame-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy


def test_without_the_built_files_the_page_says_which_command_makes_them(
    ann: User, session: BrowserSession, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(player.finders, "find", lambda path: None)
    page = sign_in(ann).get(f"/sessions/{session.public_id}/replay/").content.decode()
    assert "<code>./setup.sh run</code>" in page
    assert "data-frame" not in page
    assert "Export as a film" not in page.partition("<dialog")[0]


def test_what_is_somebody_elses_is_not_there(ben: User, session: BrowserSession, sign_in: SignIn) -> None:
    assert sign_in(ben).get(f"/sessions/{session.public_id}/replay/").status_code == 404


def test_a_session_without_a_recording_says_how_one_is_made(
    ann: User, session: BrowserSession, sign_in: SignIn
) -> None:
    page = sign_in(ann).get(f"/sessions/{session.public_id}/replay/").content.decode()
    assert re.search(r"<bg-replay [^>]*data-empty", page)
    assert "Nothing was recorded of this session" in page


def test_a_session_with_a_recording_shows_it(ann: User, session: BrowserSession, sign_in: SignIn) -> None:
    Recording.objects.create(session=session, kind=Kind.DOM, started_at=clock.now())
    page = sign_in(ann).get(f"/sessions/{session.public_id}/replay/").content.decode()
    assert not re.search(r"<bg-replay [^>]*data-empty", page)
