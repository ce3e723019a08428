"""One session's page."""

from collections.abc import Callable

import pytest
from django.test import Client

from apps.access.actor import Actor
from apps.accounts.models import User
from apps.pools.models import Pool
from apps.sessions.models import BrowserSession, Ticket
from apps.sessions.tickets import redeem

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


def test_its_address_opens_that_session(ann: User, sign_in: SignIn, claimed_session: Make) -> None:
    session = claimed_session(ann)
    answer = sign_in(ann).get(f"/sessions/{session.public_id}/")
    secret = answer.context["snippets"][0].marked
    assert redeem(secret).session == session
    assert Ticket.objects.count() == 1


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
    for name in ("head", "ending", "story", "facts", "join"):
        assert f'id="session-{name}"' in page
        assert f'id="session-{name}"' in parts


def test_a_pool_that_one_does_not_see_is_a_name_without_a_link(
    ann: User, sign_in: SignIn, claimed_session: Make, default_pool: Pool
) -> None:
    session = claimed_session(ann)
    page = sign_in(ann).get(f"/sessions/{session.public_id}/").content.decode()
    assert default_pool.name in page
    assert default_pool.public_id not in page
