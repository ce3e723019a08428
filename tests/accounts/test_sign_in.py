"""Signing in: how often one may try, from where, what an answer gives away, and where it leads."""

import logging
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote

import pytest
from django.contrib.auth.hashers import BasePasswordHasher, MD5PasswordHasher
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django import Settings

from apps.accounts.models import User
from tests.factories.people import PASSWORD, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.database]
Enter = Callable[..., Client]


def attempt(email: str, password: str, address: str = "203.0.113.1", **headers: str) -> bool:
    """Whether it let them in."""
    client = Client(REMOTE_ADDR=address, **headers)
    client.post("/accounts/login/", {"login": email, "password": password})
    return client.get("/settings/").status_code == 200


def test_the_right_password_signs_in(ann: User) -> None:
    assert attempt(ann.email, PASSWORD)


def test_after_five_failures_even_the_right_password_is_refused_from_there(ann: User) -> None:
    assert not any(attempt(ann.email, "wrong") for _ in range(5))
    assert not attempt(ann.email, PASSWORD)


def test_the_victim_is_not_locked_out_from_elsewhere(ann: User) -> None:
    for _ in range(20):
        attempt(ann.email, "wrong", "203.0.113.66")
    assert attempt(ann.email, PASSWORD, "198.51.100.7")


def test_a_header_that_names_another_address_each_time_gets_round_nothing(ann: User) -> None:
    for number in range(6):
        attempt(ann.email, "wrong", HTTP_X_FORWARDED_FOR=f"198.51.100.{number}")
    assert not attempt(ann.email, PASSWORD, HTTP_X_FORWARDED_FOR="198.51.100.99")


def test_behind_a_trusted_proxy_each_caller_is_counted_alone(ann: User, settings: Settings) -> None:
    settings.GRID = replace(settings.GRID, trusted_proxies=("10.0.0.0/8",))
    for _ in range(6):
        attempt(ann.email, "wrong", "10.0.0.1", HTTP_X_FORWARDED_FOR="198.51.100.1")
    assert not attempt(ann.email, PASSWORD, "10.0.0.1", HTTP_X_FORWARDED_FOR="198.51.100.1")
    assert attempt(ann.email, PASSWORD, "10.0.0.1", HTTP_X_FORWARDED_FOR="198.51.100.2")


def test_one_address_cannot_try_many_accounts(ann: User) -> None:
    for number in range(20):
        attempt(f"person{number}@example.com", "wrong")
    assert not attempt(ann.email, PASSWORD)


def test_an_ipv6_caller_has_one_try_for_the_whole_of_its_network(ann: User) -> None:
    for number in range(6):
        attempt(ann.email, "wrong", f"2001:db8::{number:x}")
    assert not attempt(ann.email, PASSWORD, "2001:db8::ffff")


def test_the_administrations_own_sign_in_is_this_one() -> None:
    boss = make_user("boss@example.com", superuser=True)
    client = Client()
    asked = client.post("/admin/login/", {"username": boss.email, "password": PASSWORD})
    assert asked.status_code == 302
    assert asked["Location"].startswith("/accounts/login/?next=")
    assert client.get("/admin/").status_code == 302  # nobody is signed in


def test_whoever_is_no_staff_does_not_even_see_the_administrations_sign_in(ann: User, enter: Enter) -> None:
    assert enter(ann).get("/admin/login/").status_code == 403


def test_confirming_who_one_is_counts_as_an_attempt(ann: User, enter: Enter) -> None:
    client = enter(ann)
    for _ in range(6):
        client.post("/accounts/reauthenticate/", {"password": "wrong"})
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 200  # asked again


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(ann: User) -> None:
    known = Client().post("/accounts/login/", {"login": ann.email, "password": "wrong"})
    unknown = Client().post("/accounts/login/", {"login": "bob@example.com", "password": "wrong"})
    assert known.status_code == unknown.status_code
    assert plain(known.content, ann.email) == plain(unknown.content, "bob@example.com")


def plain(page: bytes, email: str) -> str:
    """Without the address that was typed, the nonce and the token of the form."""
    lines = page.decode().replace(email, "").splitlines()
    return "\n".join(line for line in lines if "csrfmiddlewaretoken" not in line and "nonce" not in line)


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"])
def test_as_much_is_hashed_for_an_unknown_address_as_for_a_known_one(
    ann: User, path: str, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    """Argon2 is what takes the time, by far: where its runs are equal, so are the times within noise."""
    settings.GRID = replace(settings.GRID, signup="open")
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self: BasePasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    times = {}
    for email in (ann.email, "bob@example.com"):
        hashed.clear()
        form = {"login": email, "email": email, "password": "wrong"}
        form |= {"password1": "correct horse battery", "password2": "correct horse battery"}
        assert Client().post(path, form).status_code in {200, 302}
        times[email] = len(hashed)
    assert times[ann.email] == times["bob@example.com"]


def test_a_very_long_name_is_logged_short(ann: User, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        Client().post("/accounts/login/", {"login": f"{'a' * 60}@{'b' * 60}.{'c' * 60}.example", "password": "x"})
        Client().post("/accounts/login/", {"login": "a" * 1024 + "@example.com", "password": "x"})
    told = [str(getattr(record, "login", "")) for record in caplog.records]
    assert any(text.endswith("letters)") for text in told)
    assert max(map(len, told)) < 110
    assert "a" * 100 not in caplog.text


def test_signing_in_changes_the_cookie(ann: User) -> None:
    client = Client()
    client.get("/accounts/signup/")
    session = client.session
    session["seen"] = "before"
    session.save()
    client.cookies["browsergrid_session"] = session.session_key
    client.post("/accounts/login/", {"login": ann.email, "password": PASSWORD})
    assert client.cookies["browsergrid_session"].value != session.session_key
    assert Session.objects.count() == 1  # the one known before is gone


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "////evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "\t//evil.example",
        "\n//evil.example",
        " https://evil.example",
        "https:evil.example",
        "https:/evil.example",
        "https:\\\\evil.example",
        "http://testserver@evil.example/",
        "http://evil.example#@testserver/",
        "http://testserver.evil.example/",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "http://localhost/",
        "http://ses.localhost/",
        "ftp://testserver/",
    ],
)
def test_nobody_is_sent_elsewhere_after_signing_in(ann: User, target: str) -> None:
    answer = Client().post(f"/accounts/login/?next={quote(target)}", {"login": ann.email, "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_one_is_sent_back_to_where_one_was(ann: User) -> None:
    answer = Client().post("/accounts/login/?next=/pools/", {"login": ann.email, "password": PASSWORD})
    assert answer["Location"] == "/pools/"


def test_somebody_suspended_is_not_signed_in(ann: User) -> None:
    User.objects.filter(pk=ann.pk).update(is_active=False)
    assert not attempt(ann.email, PASSWORD)
