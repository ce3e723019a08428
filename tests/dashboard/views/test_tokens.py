"""Tokens: made, shown once, revoked."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from apps.access.permissions import Scope
from apps.accounts.models import User
from apps.core import clock
from apps.dashboard.forms.tokens import MEANINGS
from apps.tokens.models import ApiToken
from apps.tokens.services import authenticate
from tests.factories.pools import make_pool

TOKEN = re.compile(r"bg_[A-Za-z0-9]{38}")
SignIn = Callable[[User], Client]


def test_every_scope_is_explained() -> None:
    assert set(MEANINGS) == set(Scope)


def test_a_new_token_is_shown_once_and_works(ann: User, sign_in: SignIn) -> None:
    client = sign_in(ann)
    made = client.post("/tokens/new/", {"name": "ci", "expires": "30", "power": "everything"}).content.decode()
    secret = TOKEN.search(made)
    assert secret is not None
    assert authenticate(secret.group()).user == ann
    listed = client.get("/tokens/").content.decode()
    assert secret.group() not in listed
    assert secret.group()[-4:] in listed
    days = (ApiToken.objects.get().expires_at - clock.now()) / timedelta(days=1)
    assert 29 < days <= 30


def test_only_the_ticked_scopes_are_given(ann: User, sign_in: SignIn) -> None:
    scopes = ["sessions:connect", "events:read"]
    sign_in(ann).post("/tokens/new/", {"name": "ci", "expires": "", "power": "chosen", "scopes": scopes})
    token = ApiToken.objects.get()
    assert token.scopes == sorted(scopes)
    assert token.expires_at is None


@pytest.mark.parametrize(
    ("change", "field"),
    [({"name": ""}, "name"), ({"power": "chosen"}, "scopes"), ({"expires": "12"}, "expires"), ({"power": "x"}, "power"),
     ({"power": "chosen", "scopes": ["root"]}, "scopes")],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_made(
    change: dict[str, object], field: str, ann: User, sign_in: SignIn
) -> None:
    answer = sign_in(ann).post("/tokens/new/", {"name": "ci", "expires": "30", "power": "everything"} | change)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not ApiToken.objects.exists()


def test_revoking_asks_first(ann: User, sign_in: SignIn, make_token: Callable[..., tuple[ApiToken, str]]) -> None:
    token, _ = make_token(ann, name="old laptop")
    client = sign_in(ann)
    assert "old laptop" in client.get(f"/tokens/{token.public_id}/revoke/").content.decode()
    token.refresh_from_db()
    assert token.revoked_at is None
    client.post(f"/tokens/{token.public_id}/revoke/")
    token.refresh_from_db()
    assert token.revoked_at is not None
    assert "1 expired or revoked" in client.get("/tokens/").content.decode()


def test_somebody_elses_token_is_neither_listed_nor_found(
    ann: User, ben: User, sign_in: SignIn, make_token: Callable[..., tuple[ApiToken, str]]
) -> None:
    token, _ = make_token(ben, name="bens")
    client = sign_in(ann)
    assert "bens" not in client.get("/tokens/").content.decode()
    assert client.post(f"/tokens/{token.public_id}/revoke/").status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None


def test_a_token_for_one_pool_is_made_and_says_which(ann: User, sign_in: SignIn) -> None:
    pool = make_pool(ann, "crawlers")
    client = sign_in(ann)
    asked = {"name": "x", "power": "everything", "where": "chosen", "expires": ""}
    refused = client.post("/tokens/new/", asked)
    assert refused.status_code == 422
    assert "Tick at least one" in refused.content.decode()
    client.post("/tokens/new/", asked | {"pools": [pool.public_id]})
    assert ApiToken.objects.get().pool_keys == [pool.pk]
    assert "only crawlers" in client.get("/tokens/").content.decode()
