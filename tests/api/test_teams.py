"""Teams over the API."""

import re

import pytest
from django.core import mail

from apps.access.permissions import Scope
from apps.accounts.invitations import accept_invitation, invitation_with
from tests.factories.people import actor_for
from tests.factories.teams import make_team

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_a_team_is_made_named_listed_and_deleted(caller, user):
    made = caller.post("/api/v1/teams", {"name": "Crawlers"})
    assert made.status_code == 201
    assert (made.json()["role"], made.json()["members"]) == ("manager", 1)
    path = made["Location"]
    assert caller.patch(path, {"name": "Readers"}).json()["name"] == "Readers"
    assert [team["name"] for team in caller.get("/api/v1/teams").json()["results"]] == ["Readers"]
    assert [member["id"] for member in caller.get(f"{path}/members").json()["results"]] == [user.public_id]
    assert caller.delete(path).status_code == 204
    assert caller.get(path).status_code == 404


@pytest.mark.parametrize("name", [None, 1, "", "  ", "x" * 61, "a\nb", "a\x00b", ["a"]])
def test_a_name_that_is_none_is_422(caller, name):
    assert caller.post("/api/v1/teams", {"name": name}).status_code == 422


def test_a_member_sees_the_team_and_changes_nothing_of_it(calls_as, make_user):
    boss, member = make_user(), make_user()
    team = make_team(boss, member)
    path, theirs = f"/api/v1/teams/{team.public_id}", calls_as(member)
    assert theirs.get(path).json()["role"] == "member"
    assert theirs.get(f"{path}/members").status_code == 200
    for answer in (
        theirs.patch(path, {"name": "x"}),
        theirs.delete(path),
        theirs.get(f"{path}/invitations"),
        theirs.post(f"{path}/invitations", {"email": "new@example.com"}),
        theirs.patch(f"{path}/members/{boss.public_id}", {"role": "member"}),
        theirs.delete(f"{path}/members/{boss.public_id}"),
    ):
        assert answer.status_code == 403


def test_strangers_find_no_team(calls_as, make_user):
    team = make_team(make_user())
    stranger = calls_as(make_user())
    assert stranger.get("/api/v1/teams").json()["results"] == []
    for method, rest in (("GET", ""), ("PATCH", ""), ("GET", "/members"), ("POST", "/invitations")):
        assert stranger.ask(method, f"/api/v1/teams/{team.public_id}{rest}", {"name": "x"}).status_code == 404


def test_an_invitation_goes_by_mail_and_makes_a_member_once(
    caller, user, make_user, django_capture_on_commit_callbacks
):
    team = make_team(user)
    path = f"/api/v1/teams/{team.public_id}/invitations"
    with django_capture_on_commit_callbacks(execute=True):
        sent = caller.post(path, {"email": "New@Example.com", "role": "manager"})
    assert (sent.status_code, sent.json()["email"]) == (201, "new@example.com")
    secret = re.search(r"/invitations/\?secret=(\S+)", mail.outbox[0].body).group(1)
    assert secret not in sent.content.decode()
    assert [row["email"] for row in caller.get(path).json()["results"]] == ["new@example.com"]
    new = make_user("other@example.com")
    accept_invitation(invitation_with(secret), actor=actor_for(new))
    assert caller.get(path).json()["results"] == []
    roles = {
        row["email"]: row["role"] for row in caller.get(f"/api/v1/teams/{team.public_id}/members").json()["results"]
    }
    assert roles == {"ada@example.com": "manager", "other@example.com": "manager"}


def test_an_invitation_can_be_withdrawn_by_its_team_alone(caller, user, make_user):
    team, other = make_team(user), make_team(user, name="Other")
    made = caller.post(f"/api/v1/teams/{team.public_id}/invitations", {"email": "new@example.com"}).json()
    assert caller.delete(f"/api/v1/teams/{other.public_id}/invitations/{made['id']}").status_code == 404
    assert caller.delete(f"/api/v1/teams/{team.public_id}/invitations/{made['id']}").status_code == 204


@pytest.mark.parametrize("body", [{}, {"email": "nobody"}, {"email": 1}, {"email": "a@b.c", "role": "owner"}, {"x": 1}])
def test_an_invitation_that_cannot_be_sent_is_422(caller, user, body):
    assert caller.post(f"/api/v1/teams/{make_team(user).public_id}/invitations", body).status_code == 422


def test_the_last_manager_cannot_leave_and_is_told_why(caller, user, make_user, calls_as):
    member = make_user()
    team = make_team(user, member)
    path = f"/api/v1/teams/{team.public_id}/members"
    refused = caller.delete(f"{path}/{user.public_id}")
    assert (refused.status_code, refused.json()["code"]) == (409, "last_manager")
    assert caller.patch(f"{path}/{user.public_id}", {"role": "member"}).status_code == 409
    assert caller.patch(f"{path}/{member.public_id}", {"role": "manager"}).json()["role"] == "manager"
    assert caller.delete(f"{path}/{user.public_id}").status_code == 204
    assert caller.get(f"/api/v1/teams/{team.public_id}").status_code == 404
    assert calls_as(member).get(f"/api/v1/teams/{team.public_id}").json()["members"] == 1


def test_a_member_may_leave_without_being_a_manager_but_not_without_the_scope(calls_as, make_user):
    boss, member = make_user(), make_user()
    team = make_team(boss, member)
    path = f"/api/v1/teams/{team.public_id}/members/{member.public_id}"
    assert calls_as(member, scopes=[Scope.TEAMS_READ]).delete(path).status_code == 403
    assert calls_as(member).delete(path).status_code == 204
