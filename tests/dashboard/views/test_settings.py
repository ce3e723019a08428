"""The theme without a script, and the way to the account's pages."""

from collections.abc import Callable

from django.test import Client

from apps.accounts.models import User

SignIn = Callable[[User], Client]


def test_the_theme_is_kept_in_a_cookie(ann: User, sign_in: SignIn) -> None:
    client = sign_in(ann)
    answer = client.post("/settings/", {"theme": "dark"})
    assert answer.cookies["bg_theme"].value == "dark"
    assert answer.cookies["bg_theme"]["samesite"] == "Lax"
    assert 'data-theme="dark"' in client.get("/settings/").content.decode()


def test_an_unknown_theme_is_not_kept(ann: User, sign_in: SignIn) -> None:
    assert "bg_theme" not in sign_in(ann).post("/settings/", {"theme": "pink"}).cookies


def test_the_accounts_pages_are_within_reach(ann: User, sign_in: SignIn) -> None:
    client = sign_in(ann)
    page = client.get("/settings/").content.decode()
    for path in ("/accounts/password/change/", "/accounts/email/"):
        assert path in page
        assert 'class="rail"' in client.get(path).content.decode()
