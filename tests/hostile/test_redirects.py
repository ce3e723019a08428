"""Nobody is led away from here by an address that somebody else has made up."""

from urllib.parse import urlencode, urlsplit

import pytest
from django.test import Client

from tests.factories.people import PASSWORD
from tests.hostile.ground import always_signed_in, mutating, path_of, reading, signed_in
from tests.permissions.world import undone, world

__all__ = ["world"]
pytestmark = [pytest.mark.django_db, pytest.mark.wide]

AWAY = [
    "https://evil.example", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
    "http:evil.example", "https:///evil.example", "javascript:alert(1)", "data:text/html,x", "/\t/evil.example",
    "/%0d%0aLocation:%20//evil.example", "\thttps://evil.example", "https://testserver@evil.example",
    "https://testserver.evil.example", "/sessions/\\..\\..\\evil.example", "/sessions/..//evil.example",
    "//evil.example/%2f..", "/.evil.example/..//evil.example", "\x00//evil.example", "https:/evil.example",
]  # fmt: skip
NAMES = (
    "next",
    "back",
    "return",
    "return_to",
    "redirect",
    "redirect_to",
    "url",
    "continue",
    "to",
    "REDIRECT_FIELD_NAME",
)


def leads_away(location: str) -> bool:
    """As a browser reads it: controls fall out, a backslash is a slash."""
    text = "".join(letter for letter in location.replace("\\", "/") if ord(letter) > 0x20)
    if text.startswith("//"):
        return True
    parts = urlsplit(text)
    return bool(parts.scheme or parts.netloc) and parts.hostname not in {"testserver"}


@pytest.mark.parametrize("address", AWAY)
def test_signing_in_leads_to_a_page_of_ours(address: str, make_user):
    make_user("ann@example.com")
    fields = {"login": "ann@example.com", "password": PASSWORD, "next": address}
    for path in ("/accounts/login/", f"/accounts/login/?{urlencode({'next': address})}", "/admin/login/"):
        answer = Client().post(path, fields | {"username": "ann@example.com"})
        assert not leads_away(answer.headers.get("Location", "/")), path
    client = signed_in(make_user("ben@example.com"))
    for path in ("/accounts/login/", "/accounts/logout/", "/accounts/signup/", "/accounts/reauthenticate/"):
        for method in (client.get, client.post):
            assert not leads_away(method(f"{path}?{urlencode({'next': address})}").headers.get("Location", "/")), path


@pytest.mark.parametrize("address", AWAY[:8])
def test_no_address_leads_where_its_query_or_body_says(address: str, world):
    those, things, _ = world
    client, wrong = always_signed_in(those.a), {}
    fields = urlencode(dict.fromkeys(NAMES, address))
    headers = {"Referer": "https://evil.example/"}
    for row in (*reading(), *mutating()):
        path = path_of(row, things)
        with undone():
            if row.method == "GET":
                answer = client.get(f"{path}?{fields}", headers=headers)
            else:
                answer = client.generic(row.method, path, fields, "application/x-www-form-urlencoded", headers=headers)
        if leads_away(answer.headers.get("Location", "/")):
            wrong[row.method, row.path] = answer.headers["Location"]
    assert wrong == {}


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "//evil.example/sessions",
        "/sessions//evil.example",
        "/%5cevil.example",
        "/\\evil.example/x",
        "//evil.example/%2e%2e",
        "/accounts//evil.example",
        "/api//evil.example",
    ],
)
def test_a_slash_that_is_added_adds_no_host(path: str):
    answer = Client(raise_request_exception=False).get(path)
    assert answer.status_code < 500
    assert not leads_away(answer.headers.get("Location", "/"))


def test_the_test_itself_knows_what_leads_away():
    assert all(
        leads_away(address) for address in ("https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil")
    )
    assert not any(
        leads_away(address) for address in ("/", "/sessions/?next=//evil.example", "http://testserver/x", "x")
    )
