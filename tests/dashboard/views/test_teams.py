"""Pages of teams and invitations."""

import re

import pytest
from django.core import mail
from django.test import Client

from apps.accounts.invitations import invite
from apps.accounts.models import Membership, Role, Team
from tests.factories.people import actor_for
from tests.factories.teams import make_team

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def link(sent):
    return f"/invitations/?secret={sent.secret}"


def test_a_newcomer_is_told_what_teams_are_for(ann, sign_in):
    assert "No team yet" in sign_in(ann).get("/teams/").content.decode()


def test_a_team_is_made_and_shows_its_manager(ann, sign_in):
    client = sign_in(ann)
    page = client.post("/teams/new/", {"name": "Crawlers"}, follow=True).content.decode()
    assert "You are a manager." in page
    assert "ann@example.com" in page
    assert "Crawlers" in client.get("/teams/").content.decode()
    assert client.post("/teams/new/", {"name": " "}).status_code == 422


def test_a_member_sees_people_and_nothing_to_manage(ann, ben, sign_in):
    team = make_team(ann, ben)
    page = sign_in(ben).get(f"/teams/{team.public_id}/").content.decode()
    assert "ann@example.com" in page
    assert "Leave" in page
    for word in ("Send invitation", "Make a member", "Rename", "Delete team"):
        assert word not in page


def test_an_invitation_is_sent_from_the_page_and_withdrawn(ann, sign_in, django_capture_on_commit_callbacks):
    team, client = make_team(ann), sign_in(ann)
    with django_capture_on_commit_callbacks(execute=True):
        asked = {"email": "new@example.com", "role": "member"}
        client.post(f"/teams/{team.public_id}/invite/", asked, headers={"Host": "localhost"})
    assert re.search(r"http://localhost/invitations/\?secret=\S{32}", mail.outbox[0].body)
    invitation = team.invitations.get()
    assert "new@example.com" in client.get(f"/teams/{team.public_id}/").content.decode()
    client.post(f"/teams/{team.public_id}/invitations/{invitation.public_id}/")
    assert not team.invitations.exists()
    assert client.post(f"/teams/{team.public_id}/invite/", {"email": "x", "role": "member"}).status_code == 422


def test_the_link_of_an_invitation_leads_a_visitor_to_sign_in_and_then_in(ann, ben):
    team = make_team(ann)
    sent = invite("ben@example.com", actor=actor_for(ann), origin="http://testserver", team=team)
    visitor = Client()
    landed = visitor.get(link(sent))
    assert landed["Location"] == "/invitations/"
    page = visitor.get("/invitations/").content.decode()
    assert "Join Crawlers" in page
    assert sent.secret not in page
    assert visitor.post("/invitations/")["Location"].startswith("/accounts/login/?next=/invitations/")
    visitor.force_login(ben, backend="django.contrib.auth.backends.ModelBackend")
    visitor.get(link(sent))
    joined = visitor.post("/invitations/")
    assert joined["Location"] == f"/teams/{team.public_id}/"
    assert Membership.objects.filter(team=team, user=ben, role=Role.MEMBER).exists()
    assert visitor.get(link(sent)).status_code == 410


@pytest.mark.parametrize("path", ["/invitations/", "/invitations/?secret=", "/invitations/?secret=nothing"])
def test_an_invitation_that_is_none_is_404(db, path):
    assert Client().get(path).status_code == 404


def test_roles_and_people_are_changed_by_managers(ann, ben, sign_in):
    team, client = make_team(ann, ben), sign_in(ann)
    path = f"/teams/{team.public_id}/members/{ben.public_id}"
    client.post(f"{path}/role/", {"role": "manager"})
    assert team.memberships.get(user=ben).role == Role.MANAGER
    assert client.get(f"{path}/remove/").status_code == 200
    client.post(f"{path}/remove/")
    assert not team.memberships.filter(user=ben).exists()


def test_the_last_manager_who_leaves_is_told_why_not(ann, sign_in):
    team = make_team(ann)
    page = sign_in(ann).post(f"/teams/{team.public_id}/members/{ann.public_id}/remove/", follow=True).content.decode()
    assert "is the last manager" in page
    assert Team.objects.filter(pk=team.pk).exists()


def test_a_member_leaves(ann, ben, sign_in):
    team = make_team(ann, ben)
    assert sign_in(ben).post(f"/teams/{team.public_id}/members/{ben.public_id}/remove/")["Location"] == "/teams/"
    assert sign_in(ben).get(f"/teams/{team.public_id}/").status_code == 404


def test_a_team_is_renamed_and_deleted(ann, sign_in):
    team, client = make_team(ann), sign_in(ann)
    client.post(f"/teams/{team.public_id}/rename/", {"name": "Readers"})
    assert "Readers" in client.get("/teams/").content.decode()
    client.post(f"/teams/{team.public_id}/delete/")
    assert not Team.objects.exists()
