"""Overview: the newcomer's token, shown once; what is mine."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.pools.models import Pool
from apps.sessions.models import BrowserSession
from apps.tokens.models import ApiToken
from apps.tokens.services import authenticate

TOKEN = re.compile(r"bg_[A-Za-z0-9]{38}")
SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _pool(default_pool: Pool) -> None:
    """The Connect card claims from it."""


def test_a_newcomer_finds_a_working_token_in_the_snippet_once(ann: User, sign_in: SignIn) -> None:
    client = sign_in(ann)
    first = client.get("/").content.decode()
    secret = TOKEN.search(first)
    assert secret is not None
    assert authenticate(secret.group()).user == ann
    assert "Waiting for your first connection" in first
    again = client.get("/").content.decode()
    assert TOKEN.search(again) is None
    assert ApiToken.objects.filter(owner=ann).count() == 1


@pytest.mark.parametrize(
    "headers", [{"Sec-Purpose": "prefetch"}, {"Sec-Fetch-Dest": "iframe"}, {"Sec-Fetch-Dest": "image"}]
)
def test_a_page_that_nobody_looks_at_makes_no_token(headers: dict[str, str], ann: User, sign_in: SignIn) -> None:
    sign_in(ann).get("/", headers=headers)
    assert not ApiToken.objects.exists()


def test_whoever_has_a_token_gets_no_second_one_unasked(ann: User, make_token: Callable, sign_in: SignIn) -> None:
    make_token(ann)
    assert TOKEN.search(sign_in(ann).get("/").content.decode()) is None


@pytest.mark.parametrize("headers", [{"HX-Request": "true"}, {}])
def test_a_button_puts_a_new_token_into_the_snippets(headers: dict[str, str], ann: User, sign_in: SignIn) -> None:
    answer = sign_in(ann).post("/overview/token/", headers=headers).content.decode()
    secret = TOKEN.search(answer)
    assert secret is not None
    assert authenticate(secret.group()).user == ann


def test_a_token_is_not_made_by_looking(ann: User, sign_in: SignIn) -> None:
    assert sign_in(ann).get("/overview/token/").status_code == 405


def test_the_waiting_line_turns_into_the_session(
    ann: User, sign_in: SignIn, running_session: Callable[..., tuple[BrowserSession, object]]
) -> None:
    client = sign_in(ann)
    assert 'id="waiting"' in client.get("/overview/parts/").content.decode()
    session, _ = running_session(ann)
    parts = client.get("/overview/parts/").content.decode()
    assert session.public_id in parts
    assert "Running." in parts


def test_others_sessions_do_not_count(
    ann: User, ben: User, sign_in: SignIn, claimed_session: Callable[..., BrowserSession]
) -> None:
    theirs = claimed_session(ben)
    page = sign_in(ann).get("/").content.decode()
    assert theirs.public_id not in page
    assert 'data-running="0"' in page


def test_of_a_system_pool_a_person_sees_the_name_and_their_own_browsers(
    ann: User,
    ben: User,
    staff: User,
    sign_in: SignIn,
    claimed_session: Callable[..., BrowserSession],
) -> None:
    default_pool = Pool.current.get(is_default=True)
    mine, theirs = claimed_session(ann), claimed_session(ben)
    page = sign_in(ann).get("/").content.decode()
    assert mine.public_id in page
    assert theirs.public_id not in page
    assert default_pool.public_id not in page
    assert "max_concurrency <b>" not in page
    everything = sign_in(staff).get("/").content.decode()
    assert default_pool.public_id in everything
    assert theirs.public_id in everything
