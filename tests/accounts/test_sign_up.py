"""Making an account: who may, with which password, and what is said to whoever has one already."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from pytest_django import Settings

from apps.access.actor import Actor
from apps.accounts.invitations import Sent, invite
from apps.accounts.models import User
from apps.accounts.sign_up import check_mode
from tests.factories.people import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.database]
GOOD = "correct horse battery staple"


def sign_up(client: Client, email: str, password: str = GOOD) -> str:
    """What the page says."""
    form = {"email": email, "password1": password, "password2": password}
    return client.post("/accounts/signup/", form, follow=True).content.decode()


@pytest.fixture
def mode(settings: Settings) -> Callable[[str], None]:
    def put(word: str) -> None:
        settings.GRID = replace(settings.GRID, signup=word)

    return put


@pytest.fixture
def invited(db: None) -> Sent:
    staff = make_user("boss@example.com", staff=True)
    return invite("ann@example.com", actor=Actor.by_cookie(staff), origin="http://testserver")


def followed(sent: Sent) -> Client:
    """A browser in which the link of the mail was opened."""
    client = Client()
    client.get("/invitations/", {"secret": sent.secret})
    return client


@pytest.mark.parametrize("word", ["closed", "invitation"])
def test_strangers_may_not_where_it_is_not_open(word: str, mode: Callable[[str], None]) -> None:
    mode(word)
    assert "Sign-up is not open" in sign_up(Client(), "ann@example.com")
    assert not User.objects.exists()


def test_the_way_to_it_is_shown_where_it_is_open_and_nowhere_else(mode: Callable[[str], None]) -> None:
    shown = {}
    for word in ("open", "invitation", "closed"):
        mode(word)
        shown[word] = "Make an account" in Client().get("/accounts/login/").content.decode()
    assert shown == {"open": True, "invitation": False, "closed": False}


@pytest.mark.parametrize(
    ("word", "way"), [("invitation", "An account begins with an invitation"), ("closed", "Your administrator makes")]
)
def test_who_may_not_is_told_who_helps(word: str, way: str, mode: Callable[[str], None]) -> None:
    mode(word)
    assert way in Client().get("/accounts/signup/").content.decode()


def test_anybody_may_where_it_is_open(mode: Callable[[str], None]) -> None:
    mode("open")
    sign_up(Client(), "Ann@Example.com")
    assert User.objects.get().email == "ann@example.com"


def test_whoever_was_invited_may_and_their_address_counts_as_confirmed(
    invited: Sent, mode: Callable[[str], None]
) -> None:
    mode("invitation")
    sign_up(followed(invited), "ann@example.com")
    assert EmailAddress.objects.get(user__email="ann@example.com").verified
    invited.invitation.refresh_from_db()
    assert invited.invitation.accepted_by == User.objects.get(email="ann@example.com")


def test_the_invited_address_stands_there_already(invited: Sent, mode: Callable[[str], None]) -> None:
    mode("invitation")
    page = followed(invited).get("/accounts/signup/").content.decode()
    assert 'value="ann@example.com" readonly' in page


def test_an_invitation_is_for_its_own_address(invited: Sent, mode: Callable[[str], None]) -> None:
    mode("invitation")
    assert "Your invitation is for ann@example.com" in sign_up(followed(invited), "eve@example.com")
    assert not User.objects.filter(email="eve@example.com").exists()


def test_an_invitation_is_good_once(invited: Sent, mode: Callable[[str], None]) -> None:
    mode("invitation")
    first, second = followed(invited), followed(invited)
    sign_up(first, "ann@example.com")
    assert "Sign-up is not open" in sign_up(second, "ann@example.com")


def test_where_it_is_closed_an_invitation_does_not_open_it(invited: Sent, mode: Callable[[str], None]) -> None:
    mode("closed")
    assert "Sign-up is not open" in sign_up(followed(invited), "ann@example.com")


@pytest.mark.parametrize(
    "password",
    ["short", "elevenchars", "1q2w3e4r5t6y", "qwerty123456", "ann@example.com", "x" * 129],
)
def test_these_passwords_are_refused(password: str, mode: Callable[[str], None]) -> None:
    mode("open")
    sign_up(Client(), "ann@example.com", password)
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "password", ["twelve chars", "correct horse battery", "ünï©ödé 日本語 🐴🔋", "x y" * 42 + "zz"]
)
def test_these_are_taken_whatever_letters_they_are_made_of(password: str, mode: Callable[[str], None]) -> None:
    mode("open")
    sign_up(Client(), "ann@example.com", password)
    assert User.objects.get().check_password(password)


def test_whoever_has_an_account_is_told_by_mail_and_the_page_says_nothing_else(
    ann: User, mode: Callable[[str], None], settings: Settings
) -> None:
    mode("open")
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    known = sign_up(Client(), ann.email).replace(ann.email, "")
    new = sign_up(Client(), "bob@example.com").replace("bob@example.com", "")
    assert "Look into your mail" in known
    assert len(known) == len(new)
    subjects = {message.to[0]: message.subject for message in mail.outbox}
    assert subjects == {ann.email: "You have an account already", "bob@example.com": "Confirm your address"}


def test_a_mode_that_there_is_not_ends_the_start(mode: Callable[[str], None]) -> None:
    mode("perhaps")
    assert [error.id for error in check_mode()] == ["accounts.E001"]
