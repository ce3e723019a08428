"""Saved views on the list of sessions."""

from collections.abc import Callable

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.pools.models import Pool
from apps.saved_views.models import SavedView
from apps.sessions.models import BrowserSession

SignIn = Callable[[User], Client]


@pytest.fixture
def client(default_pool: Pool, ann: User, sign_in: SignIn, claimed_session: Callable[..., BrowserSession]) -> Client:
    claimed_session(ann)
    return sign_in(ann)


def save(client: Client, name: str, query: str) -> str:
    return client.post("/sessions/views/", {"name": name, "query": query})["Location"]


def test_a_view_is_saved_shown_and_removed(client: Client) -> None:
    here = save(client, "<b>Failures</b>", "state=failed&since=24h")
    assert here == "/sessions/?state=failed&since=24h"
    page = client.get(here).content.decode()
    assert "&lt;b&gt;Failures&lt;/b&gt;" in page
    assert 'aria-current="true"' in page
    view = SavedView.objects.get()
    client.post(f"/sessions/views/{view.public_id}/remove/")
    assert not SavedView.objects.exists()


def test_only_filters_are_kept_in_an_order_of_ours(client: Client) -> None:
    save(client, "a", "metadata.b=2&token=bg_secret&state=live&before=ses_x&q=metadata.a%3D1+text")
    assert SavedView.objects.get().query == "state=live&q=text&metadata.a=1&metadata.b=2"


@pytest.mark.parametrize("query", ["", "nothing=1", "state=nonsense", "https://evil.example/", "x" * 5000])
def test_what_filters_nothing_is_not_saved(query: str, client: Client) -> None:
    assert save(client, "a", query) == "/sessions/"
    assert not SavedView.objects.exists()


def test_nobody_is_shown_anothers(client: Client, staff: User, sign_in: SignIn) -> None:
    save(client, "of Ann", "state=live")
    assert "of Ann" not in sign_in(staff).get("/sessions/").content.decode()
