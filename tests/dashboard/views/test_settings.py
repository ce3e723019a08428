"""One's own settings: the name, the theme without a script, and the list of the pages beside them."""

from collections.abc import Callable

import pytest
from django.test import Client

from apps.accounts.models import User

SignIn = Callable[[User], Client]


def test_the_theme_is_kept_in_a_cookie(ann: User, sign_in: SignIn) -> None:
    client = sign_in(ann)
    answer = client.post("/settings/appearance/", {"theme": "dark"})
    assert answer.cookies["bg_theme"].value == "dark"
    assert answer.cookies["bg_theme"]["samesite"] == "Lax"
    assert 'data-theme="dark"' in client.get("/settings/").content.decode()


def test_an_unknown_theme_is_not_kept(ann: User, sign_in: SignIn) -> None:
    assert "bg_theme" not in sign_in(ann).post("/settings/appearance/", {"theme": "pink"}).cookies


def test_a_person_says_what_they_are_called(ann: User, sign_in: SignIn) -> None:
    assert sign_in(ann).post("/settings/", {"name": "  Ann   Smith "}).status_code == 302
    ann.refresh_from_db()
    assert ann.name == "Ann Smith"


def test_a_name_that_is_no_name_is_refused_with_words(ann: User, sign_in: SignIn) -> None:
    answer = sign_in(ann).post("/settings/", {"name": "x" * 121})
    assert answer.status_code == 422
    assert "at most 120 letters" in answer.content.decode()


OWN = (
    "/settings/",
    "/settings/appearance/",
    "/settings/email/",
    "/settings/password/",
    "/settings/second-factor/",
    "/settings/second-factor/passkeys/",
    "/settings/devices/",
    "/settings/data/",
)


@pytest.mark.parametrize("path", OWN)
def test_every_page_of_ones_own_settings_stands_beside_the_list_of_all(ann: User, sign_in: SignIn, path: str) -> None:
    answer = sign_in(ann).get(path)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'class="rail"' in page
    for other in OWN:
        assert f'href="{other}"' in page
    assert f'href="{path}" aria-current="page"' in page
