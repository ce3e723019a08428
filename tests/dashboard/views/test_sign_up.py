"""Staff invite people to sign up."""

from collections.abc import Callable

from django.core import mail
from django.test import Client
from pytest_django import Settings

from apps.accounts.models import Invitation, User

SignIn = Callable[[User], Client]


def test_without_a_mail_server_the_link_is_shown_once(staff: User, sign_in: SignIn) -> None:
    client = sign_in(staff)
    page = client.post("/settings/invitations/", {"email": "Ann@Example.com"}).content.decode()
    assert "http://testserver/invitations/?secret=" in page
    assert "secret=" not in client.get("/settings/invitations/").content.decode()
    assert Invitation.objects.get().email == "ann@example.com"


def test_with_one_it_is_mailed(
    staff: User, sign_in: SignIn, settings: Settings, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    settings.MAIL_IS_CONFIGURED = True
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        answer = sign_in(staff).post("/settings/invitations/", {"email": "ann@example.com"})
    assert answer.status_code == 302
    assert mail.outbox[-1].to == ["ann@example.com"]


def test_an_invitation_is_withdrawn(staff: User, sign_in: SignIn) -> None:
    client = sign_in(staff)
    client.post("/settings/invitations/", {"email": "ann@example.com"})
    client.post(f"/settings/invitations/{Invitation.objects.get().public_id}/withdraw/")
    assert not Invitation.objects.exists()


def test_what_is_no_address_is_refused_with_words(staff: User, sign_in: SignIn) -> None:
    answer = sign_in(staff).post("/settings/invitations/", {"email": "nonsense"})
    assert answer.status_code == 422
    assert "Give an e-mail address" in answer.content.decode()


def test_members_do_not_see_the_page(ann: User, sign_in: SignIn) -> None:
    client = sign_in(ann)
    assert client.get("/settings/invitations/").status_code == 404
    assert "/settings/invitations/" not in client.get("/settings/").content.decode()
