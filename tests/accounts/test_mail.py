"""Mails about an account, and what their links do."""

import re
from collections.abc import Callable
from dataclasses import replace
from smtplib import SMTPException

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from pytest_django import Settings

from apps.accounts.models import User
from apps.accounts.services import first_people, person_for_static_token
from tests.factories.people import PASSWORD, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.database]
Enter = Callable[..., Client]
NEW = "another horse battery"


def link() -> str:
    """The path of the address in the last mail."""
    found = re.search(r"https?://[^/\s]+(/accounts/\S+)", str(mail.outbox[-1].body))
    assert found is not None
    return found[1]


def test_a_forgotten_password_is_replaced_by_the_link_once(ann: User) -> None:
    Client().post("/accounts/password/reset/", {"email": ann.email})
    path, client = link(), Client()
    form = client.get(path, follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})
    ann.refresh_from_db()
    assert ann.check_password(NEW)
    assert "no longer works" in Client().get(path, follow=True).content.decode()


def test_asking_is_answered_alike_whether_there_is_an_account_or_not(ann: User) -> None:
    known = Client().post("/accounts/password/reset/", {"email": ann.email}, follow=True)
    unknown = Client().post("/accounts/password/reset/", {"email": "bob@example.com"}, follow=True)
    assert known.redirect_chain == unknown.redirect_chain
    assert len(known.content) == len(unknown.content)
    assert [message.to for message in mail.outbox] == [[ann.email], ["bob@example.com"]]


def test_a_mail_server_that_is_away_is_nobodys_business(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise SMTPException

    monkeypatch.setattr("django.core.mail.EmailMessage.send", away)
    assert Client().post("/accounts/password/reset/", {"email": ann.email}).status_code == 302


def test_links_lead_to_the_public_address_whatever_host_was_asked(ann: User, settings: Settings) -> None:
    settings.GRID = replace(settings.GRID, public_url="https://grid.example.com")
    Client(HTTP_HOST="localhost").post("/accounts/password/reset/", {"email": ann.email})
    assert "https://grid.example.com/accounts/" in str(mail.outbox[-1].body)
    assert "localhost" not in str(mail.outbox[-1].body)


def test_a_new_address_counts_when_its_link_was_followed(ann: User, enter: Enter) -> None:
    client = enter(ann)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post("/settings/email/", {"email": "ann@new.example", "action_add": ""})
    ann.refresh_from_db()
    assert ann.email == "ann@example.com"
    client.post(link())
    ann.refresh_from_db()
    assert ann.email == "ann@new.example"
    assert list(EmailAddress.objects.filter(user=ann).values_list("email", "verified")) == [("ann@new.example", True)]


def test_whoever_has_not_confirmed_their_address_is_not_let_in_where_mail_works(
    settings: Settings, enter: Enter
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    bob = make_user("bob@example.com")
    assert enter(bob).get("/settings/").status_code == 302
    Client().post(link())
    assert enter(bob).get("/settings/").status_code == 200


def test_the_first_people_and_those_of_static_tokens_are_let_in(settings: Settings, enter: Enter) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    admin, user = first_people()
    assert admin is not None
    assert user is not None
    robot = person_for_static_token("robot@example.com")
    robot.set_password(PASSWORD)
    robot.save()
    passwords = {admin.user: admin.password, user.user: user.password, robot: PASSWORD}
    assert {enter(who, word).get("/settings/").status_code for who, word in passwords.items()} == {200}


def test_a_new_password_is_told_by_mail_with_where_it_came_from(ann: User, enter: Enter) -> None:
    client = enter(ann, address="198.51.100.7")
    client.post("/settings/password/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    message = mail.outbox[-1]
    assert message.subject == "Your password was changed"
    assert "198.51.100.7" in str(message.body)


def test_every_mail_can_be_read_as_plain_text_or_as_a_page_and_says_who_writes(ann: User, enter: Enter) -> None:
    Client().post("/accounts/password/reset/", {"email": ann.email})
    Client().post("/accounts/password/reset/", {"email": "bob@example.com"})
    client = enter(ann)
    client.post("/settings/password/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    for message in mail.outbox:
        assert "<" not in str(message.body)
        assert "example.com!" not in str(message.body)
        assert str(message.body).rstrip().endswith("BrowserGrid\nhttp://testserver/")
        assert [kind for _, kind in message.alternatives] == ["text/html"]
