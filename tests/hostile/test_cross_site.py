"""What another site's page can make a signed-in person's browser send has no effect, at any address."""

import json

import pytest
from django.test import Client

from apps.access.permissions import Scope
from apps.sessions.models import BrowserSession
from tests.factories.people import make_token
from tests.hostile.ground import mutating, path_of, reading, signed_in
from tests.hostile.rows import changed, fingerprint
from tests.permissions.world import undone, world

__all__ = ["world"]
pytestmark = [pytest.mark.django_db, pytest.mark.wide]

EVIL = "https://evil.example"
FOREIGN = [
    {"Origin": EVIL, "Referer": f"{EVIL}/page", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "null"},
    {"Referer": f"{EVIL}/page"},
    {},
]
TYPES = {
    "a form": "application/x-www-form-urlencoded",
    "plain text": "text/plain",
    "multipart": "multipart/form-data; boundary=x",
    "no type at all": "",
    "json": "application/json",
}
KEPT_BY_LOOKING = {
    "browser_sessions.Ticket",
    "browser_sessions.Claim",
    "browser_sessions.SessionActivity",
    "account.EmailAddress",  # allauth notes one's own address when it is first looked at
}
BODIES = {
    "application/x-www-form-urlencoded": "name=evil&anything=x",
    "multipart/form-data; boundary=x": '--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nevil\r\n--x--\r\n',
}


def send(client: Client, method: str, path: str, content_type: str, headers: dict[str, str], body: object = None):
    text = BODIES.get(content_type, json.dumps(body or {"name": "evil"}))
    return client.generic(method, path, text, content_type=content_type, headers=headers)


@pytest.mark.parametrize("kind", TYPES)
def test_a_cookie_alone_does_nothing_for_another_site(kind: str, world):
    those, things, _ = world
    client = signed_in(those.a, strict=True)
    before, wrong = fingerprint(), {}
    for row in mutating():
        for headers in FOREIGN:
            with undone():
                answer = send(client, row.method, path_of(row, things), TYPES[kind], headers, row.body)
                effects = changed(before, fingerprint()) if answer.status_code not in {401, 403, 404, 405} else []
            if answer.status_code not in {401, 403, 404, 405, 415} or effects:
                wrong[row.method, row.route, str(headers)] = answer.status_code, effects
    assert wrong == {}


@pytest.mark.parametrize("headers", FOREIGN[:2])
def test_a_cookie_with_the_right_form_token_does_nothing_from_another_origin(headers, world):
    """Another site may have planted the cookie; it cannot plant the Origin."""
    those, things, _ = world
    client = signed_in(those.a, strict=True)
    secret = "a" * 32
    client.cookies["browsergrid_csrf"] = secret
    wrong = {}
    for row in mutating():
        with undone():
            told = {"X-CSRFToken": secret, **headers}
            answer = send(client, row.method, path_of(row, things), "application/json", told, row.body)
        if answer.status_code not in {401, 403, 404, 405}:
            wrong[row.method, row.route] = answer.status_code
    assert wrong == {}


@pytest.mark.parametrize("headers", FOREIGN[:2])
def test_a_token_in_an_address_does_nothing_from_a_page_but_read(headers, world):
    """A page that learnt the address of somebody's script."""
    those, things, _ = world
    secret = make_token(those.a)[1]
    wrong = {}
    for row in mutating():
        if row.path.startswith("/api/"):
            with undone():
                path = f"{path_of(row, things)}?token={secret}"
                answer = send(Client(), row.method, path, "application/json", headers, row.body)
            if answer.status_code != 403:
                wrong[row.method, row.route] = answer.status_code
    assert wrong == {}


def test_json_under_another_name_is_not_read_even_with_a_token(world):
    those, things, _ = world
    headers = {"Authorization": f"Bearer {make_token(those.a)[1]}"}
    wrong = {}
    for row in mutating():
        if row.path.startswith("/api/") and row.body:
            for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
                with undone():
                    answer = send(Client(), row.method, path_of(row, things), content_type, headers, row.body)
                if answer.status_code != 415:
                    wrong[row.method, row.route, content_type] = answer.status_code
    assert wrong == {}


def test_reading_changes_nothing(world):
    """A picture tag of another site can make anybody's browser read."""
    those, things, _ = world
    client = signed_in(those.a, strict=True)
    before, wrong = fingerprint(), {}
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
    for row in reading():
        with undone():
            client.get(path_of(row, things), headers=headers)
            effects = set(changed(before, fingerprint())) - KEPT_BY_LOOKING
        if effects:
            wrong[row.route] = effects
    assert wrong == {}


def test_no_answer_invites_another_site(world):
    """Without these headers no page of another origin may read an answer, or send a header of its own."""
    those, things, _ = world
    token = {"Authorization": f"Bearer {make_token(those.a, scopes=list(Scope))[1]}", "Origin": EVIL}
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    for row in (*mutating(), *reading()):
        path = path_of(row, things)
        with undone():
            answers = [Client().options(path, headers=token | asked), Client().get(path, headers=token)]
        for answer in answers:
            assert not [name for name in answer.headers if name.lower().startswith("access-control-")], path


def test_a_sign_in_form_of_another_site_signs_nobody_in(make_user):
    make_user("ann@example.com")
    fields = {"login": "ann@example.com", "password": "correct horse battery"}
    for headers in FOREIGN:
        client = Client(enforce_csrf_checks=True)
        answer = client.post("/accounts/login/", fields, headers=headers)
        assert answer.status_code == 403
        assert "browsergrid_session" not in answer.cookies


def test_nothing_of_the_above_made_a_session_anywhere(world):
    those, _, _ = world
    mine = BrowserSession.objects.filter(owner=those.a).count()
    for row in mutating():
        if "session" in row.route or "claim" in row.route:
            answer = Client(enforce_csrf_checks=True).post(row.path.replace("{", "").replace("}", ""), {})
            assert answer.status_code >= 300
    assert BrowserSession.objects.filter(owner=those.a).count() == mine
