"""Error pages speak the same language, and stand without a request."""

import pytest
from django.template.loader import render_to_string
from django.test import Client, override_settings

from apps.core.errors import Ended, NoCapacity, NotAllowed, TooMany


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "410", "413", "429", "500", "503"])
def test_an_error_page_stands_alone(name: str) -> None:
    page = render_to_string(f"{name}.html")
    assert "<h1" in page
    assert name.partition("_")[0] in page
    assert "!" not in page.partition("<h1")[2].partition("</main>")[0]


@pytest.mark.parametrize(
    ("name", "error"),
    [("403", NotAllowed("x", "Only staff may.")), ("410", Ended("x", "It ended.")),
     ("503", NoCapacity("x", "Full.", retry_after=7)), ("fault", TooMany("x", "Slow down.", retry_after=3))],
)  # fmt: skip
def test_an_error_of_ours_says_its_own_words(name: str, error: Exception) -> None:
    page = render_to_string(f"{name}.html", {"error": error})
    assert str(error) in page
    if getattr(error, "retry_after", None):
        assert f"{error.retry_after} seconds" in page  # type: ignore[attr-defined]


@override_settings(DEBUG=False)
def test_an_unknown_address_gets_our_page(client: Client, db: None) -> None:
    answer = client.get("/nothing/here/")
    assert answer.status_code == 404
    assert "There is nothing here that you may see" in answer.content.decode()


@pytest.mark.parametrize(
    "path", ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/accounts/password/reset/done/"]
)
def test_pages_outside_share_the_entrance(path: str, client: Client, db: None) -> None:
    page = client.get(path).content.decode()
    assert 'class="entrance"' in page
    assert "BrowserGrid" in page


@pytest.mark.usefixtures("db")
def test_signing_in_wrongly_names_neither_address_nor_password(client: Client) -> None:
    answer = client.post("/accounts/login/", {"login": "nobody@example.com", "password": "wrong"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "do not belong together" in page
