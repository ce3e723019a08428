"""What the palette offers, and what the bell tells."""

import json
from collections.abc import Callable

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.core.identifiers import encode, uuid7
from apps.pools.models import Pool
from apps.sessions.models import BrowserSession

SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _pool(default_pool: Pool) -> None:
    """Every installation has its default pool."""


def offered(client: Client, query: str = "") -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = json.loads(client.get(f"/commands/{query}").content)
    return found


def test_it_offers_every_place_with_the_key_that_goes_there(ann: User, sign_in: SignIn) -> None:
    pages = {page["label"]: page for page in offered(sign_in(ann))["pages"]}
    assert {"Overview", "Sessions", "Pools", "Tokens", "Settings"} <= set(pages)
    assert len({page["key"] for page in pages.values()}) == len(pages)


def test_only_staff_are_offered_the_administration(ann: User, staff: User, sign_in: SignIn) -> None:
    assert "Administration" not in {page["label"] for page in offered(sign_in(ann))["pages"]}
    assert "Administration" in {page["label"] for page in offered(sign_in(staff))["pages"]}


def test_no_action_leads_nowhere(ann: User, sign_in: SignIn) -> None:
    client = sign_in(ann)
    for action in offered(client)["actions"]:
        assert client.get(action["url"]).status_code in {200, 302}, action


def test_what_one_looks_for_in_a_hurry_is_offered(ann: User, sign_in: SignIn) -> None:
    assert {"New session", "Devices", "Second factor"} <= {act["label"] for act in offered(sign_in(ann))["actions"]}


def test_it_offers_my_sessions_and_nobody_elses(
    ann: User, ben: User, sign_in: SignIn, claimed_session: Callable[..., BrowserSession]
) -> None:
    mine, theirs = claimed_session(ann), claimed_session(ben)
    said = json.dumps(offered(sign_in(ann)))
    assert mine.public_id in said
    assert theirs.public_id not in said


def test_older_sessions_are_found_by_their_id(
    ann: User, ben: User, sign_in: SignIn, claimed_session: Callable[..., BrowserSession]
) -> None:
    mine, theirs = claimed_session(ann), claimed_session(ben)
    client = sign_in(ann)
    assert len(offered(client, f"?q={mine.public_id}")["sessions"]) == 1
    assert offered(client, f"?q={theirs.public_id}") == offered(client, f"?q={encode('ses', uuid7())}")


@pytest.mark.parametrize("text", ["%00", "%", "'", "é" * 200, "ses_x", "\\"])
def test_odd_texts_find_nothing(text: str, ann: User, sign_in: SignIn) -> None:
    assert offered(sign_in(ann), f"?q={text}")["sessions"] == []


def test_the_bell_says_that_nothing_needs_me(ann: User, sign_in: SignIn) -> None:
    assert "Nothing needs you" in sign_in(ann).get("/live/notices/").content.decode()
