"""Second factors: codes of an app, recovery codes, and staff who must have one."""

import re
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client
from pytest_django import Settings

from apps.accounts.models import User
from tests.factories.people import PASSWORD, make_token, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.database]
Enter = Callable[..., Client]
PERIOD = 30  # seconds, RFC 6238


@pytest.fixture(autouse=True)
def _early_in_a_period(time_machine) -> None:
    """A code made in the last moment of its half minute is refused in the next."""
    time_machine.move_to(time.time() // PERIOD * PERIOD + 1)


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD))


@pytest.fixture
def secret(ann: User, rf) -> str:
    made = generate_totp_secret()
    TOTP.activate(ann, made)
    RecoveryCodes.activate(ann)
    return made


def is_in(client: Client) -> bool:
    return client.get("/settings/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_an_app_is_set_up_with_its_own_code(ann: User, enter: Enter) -> None:
    client = enter(ann)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/settings/second-factor/app/").content.decode()
    shown = re.search(r'id="totp-key">([A-Z2-7]+)<', page)
    assert shown is not None
    cookie = client.cookies["browsergrid_session"].value
    client.post("/settings/second-factor/app/", {"code": code_of(shown[1])})
    assert Authenticator.objects.filter(user=ann, type="totp").exists()
    assert client.cookies["browsergrid_session"].value != cookie


def test_the_key_is_not_readable_in_the_table(ann: User, secret: str) -> None:
    assert secret not in str(Authenticator.objects.get(type="totp").data)


def test_the_password_alone_does_not_sign_in(ann: User, secret: str, enter: Enter) -> None:
    client = enter(ann)
    assert not is_in(client)
    client.post("/accounts/second-factor/", {"code": code_of(secret)})
    assert is_in(client)


def test_the_cookie_changes_with_the_second_factor(ann: User, secret: str, enter: Enter) -> None:
    client = enter(ann)
    before = client.cookies["browsergrid_session"].value
    client.post("/accounts/second-factor/", {"code": code_of(secret)})
    assert client.cookies["browsergrid_session"].value != before


def test_a_code_is_good_once(ann: User, secret: str, enter: Enter) -> None:
    code = code_of(secret)
    first, second = enter(ann), enter(ann)
    first.post("/accounts/second-factor/", {"code": code})
    second.post("/accounts/second-factor/", {"code": code})
    assert (is_in(first), is_in(second)) == (True, False)


def test_codes_cannot_be_tried_for_long(ann: User, secret: str, enter: Enter) -> None:
    client = enter(ann)
    for _ in range(5):
        client.post("/accounts/second-factor/", {"code": "000000"})
    client.post("/accounts/second-factor/", {"code": code_of(secret)})
    assert not is_in(client)


def test_a_recovery_code_signs_in_once(ann: User, secret: str, enter: Enter) -> None:
    code = RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).get_unused_codes()[0]
    first, second = enter(ann), enter(ann)
    first.post("/accounts/second-factor/", {"code": code})
    second.post("/accounts/second-factor/", {"code": code})
    assert (is_in(first), is_in(second)) == (True, False)


@pytest.fixture
def boss(db: None, settings: Settings) -> User:
    settings.GRID = replace(settings.GRID, staff_mfa=True)
    return make_user("boss@example.com", superuser=True)


HELD = ("/", "/sessions/", "/settings/", "/settings/devices/", "/admin/", "/admin/accounts/user/")


@pytest.mark.parametrize("path", HELD)
def test_staff_without_one_reach_only_its_set_up(boss: User, path: str) -> None:
    client = signed_in(boss)
    answer = client.get(path)
    assert (answer.status_code, answer["Location"]) == (302, "/settings/second-factor/")
    assert client.get("/settings/second-factor/").status_code == 200


def test_nor_does_their_cookie_serve_the_api(boss: User) -> None:
    answer = signed_in(boss).get("/api/v1/me")
    assert (answer.status_code, answer.json()["code"]) == (403, "second_factor_required")


def test_their_tokens_serve_it(boss: User) -> None:
    _, token = make_token(boss)
    assert Client(HTTP_AUTHORIZATION=f"Bearer {token}").get("/api/v1/me").status_code == 200


def test_staff_with_one_go_anywhere(boss: User) -> None:
    client = signed_in(boss)
    TOTP.activate(boss, generate_totp_secret())
    assert client.get("/admin/").status_code == 200
    assert client.get("/api/v1/me").status_code == 200


def test_staff_cannot_remove_the_only_one(boss: User) -> None:
    client = signed_in(boss)
    TOTP.activate(boss, generate_totp_secret())
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post("/settings/second-factor/app/remove/")
    assert Authenticator.objects.filter(user=boss).exists()


def test_members_need_none(boss: User, ann: User, enter: Enter) -> None:
    assert is_in(enter(ann))


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client
