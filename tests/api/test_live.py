"""Watching and taking over by the API."""

from collections.abc import Callable

import pytest

from apps.accounts.models import User
from apps.sessions.models import BrowserSession
from apps.sessions.takeover import take_control
from tests.api.caller import Caller
from tests.factories.people import actor_for

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def session(user: User, claimed_session: Callable[..., BrowserSession]) -> BrowserSession:
    return claimed_session(user)


@pytest.fixture
def path(session: BrowserSession) -> str:
    return f"/api/v1/sessions/{session.public_id}"


def test_an_address_is_told_once_with_its_ticket(caller: Caller, path: str) -> None:
    made = caller.post(f"{path}/live", {"interactive": True, "ttl": 60, "origins": ["https://app.example.com"]})
    assert made.status_code == 201
    body = made.json()
    assert (body["interactive"], body["origins"]) == (True, ["https://app.example.com"])
    assert "/live?ticket=" in body["url"]
    assert body["socket_url"].startswith("ws")
    [listed] = caller.get(f"{path}/live").json()["results"]
    assert (listed["id"], listed["url"]) == (body["id"], None)


def test_a_closed_address_is_gone(caller: Caller, path: str) -> None:
    made = caller.post(f"{path}/live", {}).json()
    assert caller.delete(f"{path}/live/{made['id']}").status_code == 204
    assert caller.get(f"{path}/live").json()["results"] == []
    assert caller.delete(f"{path}/live/{made['id']}").status_code == 404


@pytest.mark.parametrize(
    "body",
    [{"ttl": 0}, {"ttl": True}, {"ttl": "60"}, {"origins": "x"}, {"origins": ["*"]}, {"interactive": 1}, {"x": 1}],
)
def test_a_wrong_field_is_named(caller: Caller, path: str, body: dict[str, object]) -> None:
    answer = caller.post(f"{path}/live", body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == next(iter(body))


def test_the_session_tells_its_live_address_to_whoever_may_use_it(caller: Caller, path: str) -> None:
    told = caller.get(path).json()["live_url"]
    assert "/live?ticket=" in told
    assert caller.get(path).json()["live_url"] == told, "asking again makes no further address"


def test_a_takeover_is_asked_for_held_and_handed_back(
    caller: Caller, path: str, session: BrowserSession, user: User
) -> None:
    assert caller.get(f"{path}/takeover").status_code == 404
    asked = caller.post(f"{path}/takeover", {"reason": "A code was sent.", "timeout": 60})
    assert (asked.status_code, asked.json()["state"]) == (202, "requested")
    take_control(session, actor=actor_for(user))
    held = caller.get(f"{path}/takeover").json()
    assert (held["id"], held["state"], held["by"]) == (asked.json()["id"], "held", user.public_id)
    assert caller.delete(f"{path}/takeover").status_code == 204
    assert caller.get(f"{path}/takeover").status_code == 404
