"""What the whole product answers to those it does not serve: the status, and words that help."""

import re
import secrets
import uuid
from collections.abc import Callable

import httpx
import pytest

from apps.core.identifiers import decode
from tests.journeys.caller import DOCUMENTS, SOCKETS, Caller, connect_addresses
from tests.permissions.world import PROGRAM
from tests.support.product import Product

pytestmark = [pytest.mark.browser]


def bad_tokens(product: Product, make_token: Callable[..., dict[str, str]]) -> dict[str, str]:
    revoked, expired = make_token(), make_token(expires_at="2999-01-01T00:00:00Z")
    product.api("DELETE", f"/tokens/{revoked['id']}")
    expire(product, expired["id"])
    return {
        "none": "",
        "wrong": "bg_" + "A" * 40,
        "static, one letter off": product.token[:-1] + ("0" if product.token[-1] != "0" else "1"),
        "revoked": revoked["token"],
        "expired": expired["token"],
    }


def expire(product: Product, token: str) -> None:
    """An hour passes for this token alone; nobody waits for it."""
    key = decode("tok", token)
    assert key is not None
    with product.database() as database:
        past = "UPDATE tokens_apitoken SET expires_at = '2001-01-01 00:00:00' WHERE id = ?"
        assert database.execute(past, (key.hex,)).rowcount == 1


def test_no_bad_token_opens_any_connect_address(
    running_product: Product, session: str, make_token: Callable[..., dict[str, str]]
) -> None:
    wrong = {}
    for kind, token in bad_tokens(running_product, make_token).items():
        caller = Caller(running_product, token)
        for is_socket, path in connect_addresses(session):
            reply = caller.upgrade(path) if is_socket else caller.get(path)
            if (reply.status, reply.code) != (401, "invalid_credential") or "www-authenticate" not in reply.headers:
                wrong[kind, is_socket, path] = reply
    assert wrong == {}


def test_no_bad_token_opens_any_address_of_the_api(
    running_product: Product, session: str, make_token: Callable[..., dict[str, str]]
) -> None:
    wrong = {}
    rows = {(row.method, re.sub(r"\{\w+\}", session, row.path)) for row in PROGRAM}
    with httpx.Client(base_url=running_product.url, trust_env=False, timeout=30) as client:
        for kind, token in bad_tokens(running_product, make_token).items():
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            for method, path in rows:
                reply = client.request(method, path, headers=headers)
                told = reply.json()
                if (reply.status_code, told["code"]) != (401, "invalid_credential") or "token" not in told["detail"]:
                    wrong[kind, method, path] = reply.status_code, told
    assert wrong == {}


def test_a_token_without_the_scope_is_told_which_one_it_lacks(
    running_product: Product, session: str, make_token: Callable[..., dict[str, str]]
) -> None:
    caller = Caller(running_product, make_token(scopes=["sessions:read"])["token"])
    claims = {(False, f"{base}{path}") for base in ("", "api/v1/") for path in DOCUMENTS[:2]}
    sockets = {(True, f"{base}{path}") for base in ("", "api/v1/") for path in SOCKETS}
    own = {(is_socket, path) for is_socket, path in connect_addresses(session) if session in path}
    for is_socket, path in claims | sockets | own:
        reply = caller.upgrade(path) if is_socket else caller.get(path)
        assert (reply.status, reply.code) == (403, "missing_scope"), path
        assert "sessions:connect" in reply.json()["detail"], path
    assert caller.get("api/v1/sessions").status == 200
    for method, path, scope in (
        ("POST", "sessions", "sessions:connect"),
        ("DELETE", f"sessions/{session}", "sessions:write"),
        ("GET", "pools", "pools:read"),
        ("GET", "tokens", "tokens:read"),
        ("GET", "events", "events:read"),
    ):
        reply = caller.get(f"api/v1/{path}", method=method)
        assert (reply.status, reply.code) == (403, "missing_scope"), path
        assert scope in reply.json()["detail"], path


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("colour=red", "colour"),
        ("viewport=wide", "viewport"),
        ("timeout=soon", "timeout"),
        ("args=--no-sandbox", "args"),
        ("args=--remote-debugging-port=1", "args"),
        ("args=--user-data-dir=/etc", "args"),
        ("proxy=file:///etc/passwd", "proxy"),
        ("keep_alive=perhaps", "keep_alive"),
        ("profile=mine", "profile"),
        ("browser=firefox", "browser"),
    ],
)
def test_an_option_that_is_unknown_or_wrong_is_named(running_product: Product, query: str, field: str) -> None:
    caller = Caller(running_product, running_product.token)
    name, _, value = query.partition("=")
    body = {name: [value] if name == "args" else value}
    posted = running_product.api("POST", "/sessions", json=body)
    for reply in (caller.get(f"connect/json/version?{query}"), caller.upgrade(f"connect?{query}")):
        assert reply.status == 422
        assert reply.code
        assert [error["field"] for error in reply.json()["errors"]] == [field]
        assert field in reply.json()["detail"]
    assert posted.status_code == 422
    assert [error["field"] for error in posted.json()["errors"]] == [field]


def test_a_pool_that_is_unknown_or_anothers_does_not_exist(running_product: Product) -> None:
    fields = {"name": "bens", "min": 0, "max": 1}
    bens = running_product.api("POST", "/pools", email="ben@example.org", json=fields).json()["id"]
    caller = Caller(running_product, running_product.token)
    unknown = bens[:-6] + "".join(reversed(bens[-6:]))
    try:
        for ask_for in (caller.get, caller.upgrade):
            path = "connect/json/version" if ask_for == caller.get else "connect"
            theirs, *others = [ask_for(f"{path}?pool={pool}") for pool in (bens, unknown, "bens", "nowhere")]
            assert (theirs.status, theirs.code) == (404, "not_found")
            assert all(other.fixed() == theirs.fixed() for other in others)
        assert running_product.api("POST", "/sessions", json={"pool": bens}).status_code == 404
    finally:
        running_product.api("DELETE", f"/pools/{bens}", email="ben@example.org")


def test_anothers_session_answers_as_one_that_never_was(running_product: Product, session: str) -> None:
    stranger = Caller(running_product, running_product.tokens["ben@example.org"])
    never = f"ses_{secrets.token_hex(11)}"
    pairs = [(is_socket, path) for is_socket, path in connect_addresses(session) if session in path]
    pairs += [(False, f"api/v1/sessions/{session}"), (False, f"api/v1/sessions/{session}/events")]
    for is_socket, path in pairs:
        send_to = stranger.upgrade if is_socket else stranger.get
        theirs, nobodys = send_to(path), send_to(path.replace(session, never))
        assert (theirs.status, theirs.code) == (404, "not_found"), path
        assert theirs.fixed() == nobodys.fixed(), path
        assert session not in str(theirs)
    for method in ("PATCH", "DELETE"):
        theirs, nobodys = (stranger.get(f"api/v1/sessions/{name}", method=method) for name in (session, never))
        assert theirs.status == 404
        assert theirs.fixed() == nobodys.fixed()
    assert running_product.api("GET", f"/sessions/{session}").json()["ended_at"] is None


def test_a_page_of_another_browser_is_not_there(running_product: Product, session: str) -> None:
    other = running_product.api("POST", "/sessions?wait=30", json={}).json()["id"]
    caller = Caller(running_product, running_product.token)
    (page,) = caller.get(f"sessions/{other}/connect/json/list").json()
    assert caller.upgrade(f"sessions/{other}/connect/devtools/page/{page['id']}").status == 101
    assert caller.upgrade(f"sessions/{session}/connect/devtools/page/{page['id']}").status == 404
    assert caller.upgrade(f"sessions/{session}/connect/devtools/browser/{uuid.uuid4()}").status == 404
    running_product.api("DELETE", f"/sessions/{other}")
