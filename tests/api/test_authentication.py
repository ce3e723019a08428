"""Which credential counts, and what a page of another site can do with none of its own."""

import pytest
from django.test import Client

from apps.access.permissions import Scope
from apps.tokens.services import revoke_token
from tests.api.caller import Caller
from tests.factories.people import actor_for, make_token
from tests.factories.sessions import make_claimed_session

pytestmark = [pytest.mark.django_db, pytest.mark.database]
ME = "/api/v1/me"


def test_bearer_then_key_then_query_decides(user, make_user):
    other = make_user("bob@example.com")
    mine, others = make_token(user)[1], make_token(other)[1]
    both = {"Authorization": f"Bearer {mine}", "X-API-Key": others}
    assert Client().get(ME, headers=both).json()["email"] == "ada@example.com"
    assert Client().get(f"{ME}?token={mine}", headers={"X-API-Key": others}).json()["email"] == "bob@example.com"
    assert Client().get(f"{ME}?token={mine}").json()["email"] == "ada@example.com"
    assert Client().get(ME, headers={"Authorization": f"bearer  {mine}"}).status_code == 200


def test_a_wrong_credential_is_401_even_where_a_cookie_would_do(user):
    client = Client()
    client.force_login(user)
    assert client.get(ME).status_code == 200
    response = client.get(ME, headers={"Authorization": "Bearer bg_wrong"})
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert client.get(ME, headers={"X-API-Key": ""}).status_code == 401
    assert client.get(f"{ME}?token=").status_code == 401


def test_every_bad_token_gets_the_same_words(user):
    token, secret = make_token(user)
    revoke_token(token, actor=actor_for(user))
    answers = {Caller(word).get(ME).content for word in (secret, "bg_" + "a" * 38, "x", "☃".encode().decode("latin-1"))}
    assert len(answers) == 1


def test_a_suspended_persons_token_and_cookie_stop_working(user):
    secret, client = make_token(user)[1], Client()
    client.force_login(user)
    user.is_active = False
    user.save()
    assert Caller(secret).get(ME).status_code == 401
    assert client.get(ME).status_code == 401


def test_a_cookie_needs_the_csrf_token_for_whatever_changes_something(user, default_pool):
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    refused = client.post("/api/v1/sessions", b"{}", content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf")
    client.get("/accounts/password/reset/")
    token = client.cookies["browsergrid_csrf"].value
    allowed = client.post("/api/v1/sessions", b"{}", content_type="application/json", headers={"X-CSRFToken": token})
    assert allowed.status_code == 202


def test_a_page_cannot_act_with_a_token_in_the_address(user, default_pool):
    secret = make_token(user)[1]
    path = f"/api/v1/sessions?token={secret}"
    foreign = Client().post(path, b"{}", content_type="application/json", headers={"Origin": "https://evil.example"})
    assert (foreign.status_code, foreign.json()["code"]) == (403, "token_in_query")
    assert Client().post(path, b"{}", content_type="application/json").status_code == 202


def test_a_ticket_is_no_credential_here(user):
    from apps.sessions.tickets import mint

    secret = mint(make_claimed_session(user), actor=actor_for(user))
    assert Caller(secret).get(ME).status_code == 401
    assert Client().get(f"{ME}?ticket={secret}").status_code == 401


@pytest.mark.parametrize(
    ("scope", "method", "path", "expected"),
    [
        (Scope.SESSIONS_READ, "GET", "/api/v1/sessions", 200),
        (Scope.SESSIONS_READ, "POST", "/api/v1/sessions", 403),
        (Scope.SESSIONS_CONNECT, "GET", "/api/v1/sessions", 403),
        (Scope.SESSIONS_CONNECT, "POST", "/api/v1/sessions", 202),
        (Scope.SESSIONS_CONNECT, "POST", "/api/v1/sessions/release", 403),
        (Scope.SESSIONS_WRITE, "POST", "/api/v1/sessions/release", 202),
        (Scope.POOLS_READ, "POST", "/api/v1/pools", 403),
        (Scope.TOKENS_READ, "POST", "/api/v1/tokens", 403),
        (Scope.EVENTS_READ, "GET", "/api/v1/events", 200),
        (Scope.POOLS_READ, "GET", "/api/v1/events", 403),
    ],
)
@pytest.mark.usefixtures("default_pool")
def test_a_scope_allows_what_it_stands_for(user, scope, method, path, expected):
    response = Caller(make_token(user, scopes=[scope])[1]).ask(
        method, path, {"name": "x"} if method == "POST" else None
    )
    assert response.status_code == expected
    if expected == 403:
        assert response.json()["code"] == "missing_scope"
