"""One session's page."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from apps.access.actor import Actor
from apps.accounts.models import User
from apps.dashboard.views import session as view
from apps.pools.models import Pool
from apps.sessions.connections import Traffic, close_connection
from apps.sessions.models import BrowserSession, Connection, Ticket
from apps.sessions.services import mark
from apps.sessions.tickets import redeem
from tests.factories.people import actor_for as actor_of
from tests.support.queries import asked_by

SignIn = Callable[[User], Client]
Make = Callable[..., BrowserSession]


@pytest.fixture(autouse=True)
def _pool(default_pool: Pool) -> None:
    """Sessions are claimed from it."""


def test_it_tells_facts_story_and_how_to_join(ann: User, sign_in: SignIn, claimed_session: Make) -> None:
    session = claimed_session(ann, name="<b>checkout</b>", metadata={"order": "<i>42</i>"})
    page = sign_in(ann).get(f"/sessions/{session.public_id}/").content.decode()
    assert "&lt;b&gt;checkout" in page
    assert "&lt;i&gt;42" in page
    assert "<b>checkout" not in page
    assert "Claimed" in page
    assert f"/sessions/{session.public_id}/connect?ticket=" in page


def test_the_ticket_is_made_when_somebody_asks_for_the_address(
    ann: User, sign_in: SignIn, claimed_session: Make
) -> None:
    session = claimed_session(ann)
    client = sign_in(ann)
    page = client.get(f"/sessions/{session.public_id}/")
    assert page.context["join"].is_masked
    assert Ticket.objects.count() == 0
    shown = client.post(f"/sessions/{session.public_id}/address/", headers={"HX-Request": "true"})
    secret = shown.context["join"].snippets[0].marked
    assert secret in shown.content.decode()
    assert redeem(secret).session == session
    again = client.get(f"/sessions/{session.public_id}/parts/?address=1").content.decode()
    assert secret in again
    assert Ticket.objects.count() == 2  # the address, and a host of its own for Selenium


def test_selenium_gets_a_host_of_the_sessions_own(ann: User, sign_in: SignIn, claimed_session: Make) -> None:
    session = claimed_session(ann)
    shown = sign_in(ann).post(f"/sessions/{session.public_id}/address/", headers={"Host": "localhost:8000"})
    code = next(each.code for each in shown.context["join"].snippets if each.client == "selenium")
    host = re.search(r'debugger_address = "(\w+)\.connect\.localhost:8000"', code)
    assert host is not None
    assert redeem(host[1], is_host_root=True).session == session


def test_the_clients_of_a_session_are_told_with_their_credential(
    ann: User, sign_in: SignIn, running_session: Callable[..., tuple[BrowserSession, Connection]]
) -> None:
    session, client = running_session(ann)
    page = sign_in(ann).get(f"/sessions/{session.public_id}/").content.decode()
    assert client.public_id in page
    assert "By the session&#x27;s page" in page
    close_connection(client, traffic=Traffic(up=1200, down=35_000_000))
    page = sign_in(ann).get(f"/sessions/{session.public_id}/").content.decode()
    assert "1.2 kB" in page
    assert "35 MB" in page


def test_a_long_story_is_read_on_by_its_numbers(ann: User, sign_in: SignIn, claimed_session: Make) -> None:
    session = claimed_session(ann, keep_alive=True)
    for number in range(view.STORY + 5):
        mark(session, f"step {number}", actor=actor_of(ann))
    client = sign_in(ann)
    first = client.get(f"/sessions/{session.public_id}/")
    assert [moment.what for moment in first.context["moments"]][:2] == [
        f"step {view.STORY + 4}",
        f"step {view.STORY + 3}",
    ]
    earlier = client.get(f"/sessions/{session.public_id}/story/?before={first.context['earlier']}")
    told = [moment.what for moment in (*first.context["moments"], *earlier.context["moments"])]
    assert len(told) == len(set(told)) == view.STORY + 5 + 3 + 1  # the steps, created, starting, ready, claimed
    assert not earlier.context["earlier"]


def test_an_ended_session_says_why_and_can_be_joined_no_more(
    ann: User, sign_in: SignIn, actor_for: Callable[..., Actor], claimed_session: Make, ended_session: Make
) -> None:
    session = claimed_session(ann)
    ended_session(session, actor=actor_for(ann))
    page = sign_in(ann).get(f"/sessions/{session.public_id}/").content.decode()
    assert "You released this session" in page
    assert "ticket=" not in page
    assert "/release/" not in page


def test_its_parts_carry_the_ids_that_the_page_replaces(ann: User, sign_in: SignIn, claimed_session: Make) -> None:
    session = claimed_session(ann)
    client = sign_in(ann)
    page, parts = (client.get(f"/sessions/{session.public_id}/{tail}").content.decode() for tail in ("", "parts/"))
    for name in ("head", "ending", "line", "story", "clients", "facts", "join"):
        assert f'id="session-{name}"' in page
        assert f'id="session-{name}"' in parts


def test_a_pool_that_one_does_not_see_is_a_name_without_a_link(
    ann: User, sign_in: SignIn, claimed_session: Make, default_pool: Pool
) -> None:
    session = claimed_session(ann)
    page = sign_in(ann).get(f"/sessions/{session.public_id}/").content.decode()
    assert default_pool.name in page
    assert default_pool.public_id not in page


@pytest.mark.database
def test_the_page_asks_as_little_of_a_long_session_as_of_a_short_one(
    ann: User, sign_in: SignIn, claimed_session: Make
) -> None:
    session = claimed_session(ann, keep_alive=True)
    client = sign_in(ann)
    client.get(f"/sessions/{session.public_id}/")  # what is asked once
    costs = []
    for number in (1, 150):
        for step in range(number):
            mark(session, f"step {step}", actor=actor_of(ann))
        costs.append(asked_by(lambda: client.get(f"/sessions/{session.public_id}/")))
    assert costs[0] == costs[1]
    assert costs[0] <= 12
