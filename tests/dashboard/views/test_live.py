"""Pages with live pictures: the stage of a session, the wall, and the page behind a ticket."""

from collections.abc import Callable

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.sessions.models import BrowserSession, Takeover
from apps.sessions.takeover import request_takeover, take_control
from apps.sessions.viewing import mint_view, redeem_view
from tests.factories.people import actor_for

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def session(ann: User, claimed_session: Callable[..., BrowserSession]) -> BrowserSession:
    return claimed_session(ann)


def test_the_page_of_a_running_session_has_its_stage(
    sign_in: Callable[[User], Client], ann: User, session: BrowserSession
) -> None:
    page = sign_in(ann).get(f"/sessions/{session.public_id}/").content.decode()
    assert f'src="/sessions/{session.public_id}/live"' in page
    assert "Take control" in page


def test_that_of_an_ended_one_has_none(
    sign_in: Callable[[User], Client],
    ann: User,
    session: BrowserSession,
    ended_session: Callable[..., BrowserSession],
) -> None:
    ended_session(session, actor=actor_for(ann))
    assert "bg-stage" not in sign_in(ann).get(f"/sessions/{session.public_id}/").content.decode()


def test_whoever_had_it_open_when_it_ended_is_told_that_nobody_has_control(
    sign_in: Callable[[User], Client],
    ann: User,
    session: BrowserSession,
    ended_session: Callable[..., BrowserSession],
) -> None:
    ended_session(session, actor=actor_for(ann))
    answer = sign_in(ann).get(f"/sessions/{session.public_id}/stage/", headers={"X-Live": "1"})
    assert answer.status_code == 200
    assert "control" not in answer.content.decode()


def test_the_stage_asks_for_a_ticket_that_shows_and_no_more(
    sign_in: Callable[[User], Client], ann: User, session: BrowserSession
) -> None:
    answer = sign_in(ann).post(f"/sessions/{session.public_id}/live/ticket/")
    assert redeem_view(answer.json()["ticket"]).ticket.purpose == "view"


def test_taking_control_gives_a_ticket_that_acts_until_it_is_handed_back(
    sign_in: Callable[[User], Client], ann: User, session: BrowserSession
) -> None:
    client = sign_in(ann)
    secret = client.post(f"/sessions/{session.public_id}/live/control/").json()["ticket"]
    assert redeem_view(secret).ticket.purpose == "control"
    assert "You have control" in client.get(f"/sessions/{session.public_id}/").content.decode()
    assert client.post(f"/sessions/{session.public_id}/live/hand-back/").status_code == 200
    assert Takeover.objects.get().ending == "handed_back"


def test_it_is_not_taken_from_somebody_else_unasked(
    sign_in: Callable[[User], Client], ann: User, staff: User, session: BrowserSession
) -> None:
    take_control(session, actor=actor_for(staff))
    client = sign_in(ann)
    assert client.post(f"/sessions/{session.public_id}/live/control/").status_code == 409
    assert client.post(f"/sessions/{session.public_id}/live/control/?from=others").status_code == 200


def test_a_request_of_the_automation_stands_above_the_stage(
    sign_in: Callable[[User], Client], ann: User, session: BrowserSession
) -> None:
    request_takeover(session, actor=actor_for(ann), reason="A code was <sent>.")
    page = sign_in(ann).get(f"/sessions/{session.public_id}/").content.decode()
    assert "asks you to take over" in page
    assert "A code was &lt;sent&gt;." in page


def test_the_wall_shows_what_runs_of_mine(
    sign_in: Callable[[User], Client], ann: User, ben: User, claimed_session: Callable[..., BrowserSession]
) -> None:
    mine, theirs = claimed_session(ann), claimed_session(ben)
    page = sign_in(ann).get("/sessions/wall/").content.decode()
    assert mine.public_id in page
    assert theirs.public_id not in page


def test_the_page_behind_a_ticket_needs_no_sign_in_and_sets_no_cookie(
    client: Client, ann: User, session: BrowserSession
) -> None:
    _, secret = mint_view(session, actor=actor_for(ann))
    answer = client.get(f"/sessions/{session.public_id}/live", {"ticket": secret})
    assert answer.status_code == 200
    assert not answer.cookies
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


def test_only_the_sites_that_it_names_may_frame_it(client: Client, ann: User, session: BrowserSession) -> None:
    _, secret = mint_view(session, actor=actor_for(ann), origins=["https://app.example.com"])
    answer = client.get(f"/sessions/{session.public_id}/live", {"ticket": secret})
    assert "frame-ancestors 'self' https://app.example.com;" in f"{answer['Content-Security-Policy']};"
    assert "X-Frame-Options" not in answer


@pytest.mark.parametrize("secret", ["", "nothing", "x" * 5000])
def test_a_wrong_ticket_leads_nowhere(client: Client, session: BrowserSession, secret: str) -> None:
    answer = client.get(f"/sessions/{session.public_id}/live", {"ticket": secret})
    assert answer.status_code == 401
    assert "no longer valid" in answer.content.decode()


def test_a_ticket_of_another_session_leads_nowhere(
    client: Client, ann: User, session: BrowserSession, claimed_session: Callable[..., BrowserSession]
) -> None:
    _, secret = mint_view(claimed_session(ann), actor=actor_for(ann))
    assert client.get(f"/sessions/{session.public_id}/live", {"ticket": secret}).status_code == 401
