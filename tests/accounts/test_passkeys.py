"""Passkeys: adding one, signing in with it alone or after the password, and what does not sign in."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator as Factor
from django.test import Client

from apps.accounts.models import User
from tests.factories.people import PASSWORD
from tests.support.authenticator import Authenticator

pytestmark = [pytest.mark.django_db, pytest.mark.database]
Enter = Callable[..., Client]


def options_on(page: bytes) -> dict[str, Any]:
    found = re.search(rb'id="passkey-options" type="application/json">(.*?)</script>', page)
    assert found is not None
    asked: dict[str, Any] = json.loads(found[1])
    return asked


def is_in(client: Client) -> bool:
    return client.get("/settings/").status_code == 200


def added(client: Client, key: Authenticator, *, alone: bool = True) -> None:
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    asked = options_on(client.get("/settings/second-factor/passkeys/add/").content)
    form = {"name": "My key", "credential": json.dumps(key.create(asked))}
    client.post("/settings/second-factor/passkeys/add/", form | ({"passwordless": "on"} if alone else {}))


@pytest.fixture
def key(ann: User, enter: Enter) -> Authenticator:
    made = Authenticator()
    added(enter(ann), made)
    return made


def sign_in(client: Client, key: Authenticator) -> None:
    asked = client.get("/accounts/passkey/", headers={"Accept": "application/json"}).json()["request_options"]
    client.post("/accounts/passkey/", {"credential": json.dumps(key.get(asked))})


def test_it_is_listed_under_its_name(ann: User, key: Authenticator) -> None:
    client = Client()
    sign_in(client, key)
    assert "My key" in client.get("/settings/second-factor/passkeys/").content.decode()


def test_it_signs_in_without_the_password(ann: User, key: Authenticator) -> None:
    client = Client()
    before = client.session.session_key
    sign_in(client, key)
    assert is_in(client)
    assert client.cookies["browsergrid_session"].value != before


def test_it_is_asked_for_after_the_password(ann: User, key: Authenticator, enter: Enter) -> None:
    client = enter(ann)
    assert not is_in(client)
    asked = options_on(client.get("/accounts/second-factor/").content)
    client.post("/accounts/second-factor/", {"credential": json.dumps(key.get(asked))})
    assert is_in(client)


def test_another_key_does_not_sign_in(ann: User, key: Authenticator) -> None:
    client, other = Client(), Authenticator(id=key.id, user=key.user)
    sign_in(client, other)
    assert not is_in(client)


def test_an_answer_made_for_another_site_does_not(ann: User, key: Authenticator) -> None:
    key.origin = "https://evil.example"
    client = Client()
    sign_in(client, key)
    assert not is_in(client)


def test_an_answer_seen_before_does_not(ann: User, key: Authenticator) -> None:
    client, thief = Client(), Client()
    asked = client.get("/accounts/passkey/", headers={"Accept": "application/json"}).json()["request_options"]
    answer = json.dumps(key.get(asked))
    client.post("/accounts/passkey/", {"credential": answer})
    thief.get("/accounts/passkey/", headers={"Accept": "application/json"})
    thief.post("/accounts/passkey/", {"credential": answer})
    assert (is_in(client), is_in(thief)) == (True, False)


@pytest.mark.parametrize("answer", ["", "{}", "[]", "x", "null", '{"id": "a", "rawId": "b", "response": {}}'])
def test_what_is_no_answer_is_refused_without_a_fault(ann: User, key: Authenticator, answer: str) -> None:
    client = Client()
    client.get("/accounts/passkey/", headers={"Accept": "application/json"})
    assert client.post("/accounts/passkey/", {"credential": answer}).status_code == 302
    assert not is_in(client)


def test_it_is_removed_by_its_owner_alone(ann: User, key: Authenticator) -> None:
    client = Client()
    sign_in(client, key)
    row = Factor.objects.get(type="webauthn")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert client.post("/settings/second-factor/passkeys/999/remove/").status_code == 404
    client.post(f"/settings/second-factor/passkeys/{row.pk}/remove/")
    assert not Factor.objects.filter(user=ann).exists()
