"""Who reaches which page, and what an error looks like."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.core.identifiers import encode, uuid7
from apps.pools.models import Pool
from apps.sessions.models import BrowserSession

PAGES = ["/", "/sessions/", "/pools/", "/pools/new/", "/tokens/", "/tokens/new/", "/settings/", "/overview/parts/",
         "/live/tally/", "/sessions/rows/", "/pools/strips/"]  # fmt: skip
SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _pool(default_pool: Pool) -> None:
    """Every installation has its default pool."""


@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_for_whoever_is_signed_in(path: str, ann: User, staff: User, sign_in: SignIn) -> None:
    for person in (ann, staff):
        answer = sign_in(person).get(path)
        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_is_sent_to_the_sign_in(path: str, client: Client, db: None) -> None:
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_the_policy_allows_nothing_inline(ann: User, sign_in: SignIn) -> None:
    policy = sign_in(ann).get("/")["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


@pytest.mark.parametrize("path", ["", "parts/"])
def test_somebody_elses_session_looks_like_one_that_does_not_exist(
    path: str, ann: User, ben: User, sign_in: SignIn, claimed_session: Callable[..., BrowserSession]
) -> None:
    theirs = claimed_session(ben)
    client = sign_in(ann)
    hidden = client.get(f"/sessions/{theirs.public_id}/{path}")
    absent = client.get(f"/sessions/{encode('ses', uuid7())}/{path}")
    assert hidden.status_code == absent.status_code == 404
    assert hidden.content == absent.content


@pytest.mark.parametrize("word", ["x", "ses_", "ses_" + "z" * 26, "pool_" + "0" * 26, "%00", "é", "ses_" + "0" * 27])
def test_a_word_that_is_no_id_is_not_found(word: str, ann: User, sign_in: SignIn) -> None:
    client = sign_in(ann)
    for path in (f"/sessions/{word}/", f"/pools/{word}/", f"/tokens/{word}/revoke/"):
        assert client.get(path).status_code == 404


def test_a_piece_of_a_page_gets_its_error_as_a_toast(ann: User, sign_in: SignIn) -> None:
    answer = sign_in(ann).post(f"/sessions/{encode('ses', uuid7())}/release/", headers={"HX-Request": "true"})
    assert answer.status_code == 404
    assert '"level": "error"' in answer["HX-Trigger"]
    assert answer.content == b""


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/nothing/at/all/"])
def test_a_page_is_painted_when_all_that_stands_in_it_is_parsed(path: str, ann: User, sign_in: SignIn) -> None:
    """Chromium waits for the start tag of what a link expects, and no longer."""
    for client in (Client(), sign_in(ann)):
        page = client.get(path, follow=True).content.decode()
        expected = re.search(r'<link rel="expect" href="#([a-z]+)" blocking="render">', page)
        assert expected is not None, client
        _, mark, after = page.partition(f'id="{expected[1]}"')
        assert mark, "nothing would be painted before the end"
        assert not re.search("<(main|nav|table)", after)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_forced_theme_is_in_the_first_byte_of_the_page(theme: str, ann: User, sign_in: SignIn) -> None:
    client = sign_in(ann)
    client.cookies["bg_theme"] = theme
    assert f'data-theme="{theme}"' in client.get("/settings/").content.decode()


def test_a_made_up_theme_is_ignored(ann: User, sign_in: SignIn) -> None:
    client = sign_in(ann)
    client.cookies["bg_theme"] = "x onload=1"
    assert 'data-theme="system"' in client.get("/settings/").content.decode()
