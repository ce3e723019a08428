"""Invitations: a link that is good once, for seven days, and whose secret is kept nowhere."""

from datetime import timedelta

import pytest

from apps.accounts import invitations
from apps.accounts.invitations import (
    LIFE,
    accept_invitation,
    invitation_kept,
    invitation_with,
    invite,
    open_invitations,
    withdraw_invitation,
)
from apps.accounts.models import Invitation, Membership, Role
from apps.audit.models import Entry
from apps.core import clock
from apps.core.errors import Conflict, Ended, Invalid, NotAllowed, NotFound
from tests.factories.people import actor_for
from tests.factories.teams import make_team

pytestmark = [pytest.mark.django_db, pytest.mark.database]
HERE = "https://grid.example.com"


@pytest.fixture
def boss(make_user):
    return make_user("boss@example.com")


@pytest.fixture
def team(boss):
    return make_team(boss)


def test_a_link_leads_to_its_invitation_and_makes_a_member_once(boss, team, make_user):
    sent = invite("New@example.com", actor=actor_for(boss), origin=HERE, team=team, role=Role.MANAGER)
    new, late = make_user(), make_user()
    found = invitation_with(sent.secret)
    assert accept_invitation(found, actor=actor_for(new)).accepted_by == new
    assert team.memberships.get(user=new).role == Role.MANAGER
    for again in (lambda: invitation_with(sent.secret), lambda: accept_invitation(found, actor=actor_for(late))):
        with pytest.raises(Ended):
            again()
    assert not Membership.objects.filter(user=late).exists()


def test_after_seven_days_it_is_too_old(boss, team, make_user):
    sent = invite("new@example.com", actor=actor_for(boss), origin=HERE, team=team)
    with clock.stopped_at(clock.now() + LIFE + timedelta(seconds=1)):
        with pytest.raises(Ended, match="seven days"):
            invitation_with(sent.secret)
        with pytest.raises(Ended):
            accept_invitation(sent.invitation, actor=actor_for(make_user()))
        assert not open_invitations(team, clock.now()).exists()


def test_the_secret_is_in_no_row(boss, team):
    sent = invite("new@example.com", actor=actor_for(boss), origin=HERE, team=team)
    kept = [*Invitation.objects.values(), *Entry.objects.values()]
    assert sent.secret not in str(kept)
    assert sent.secret not in repr(sent)


def test_a_second_invitation_to_an_address_makes_the_first_void(boss, team):
    first = invite("new@example.com", actor=actor_for(boss), origin=HERE, team=team)
    invite("NEW@example.com", actor=actor_for(boss), origin=HERE, team=team)
    assert open_invitations(team, clock.now()).count() == 1
    with pytest.raises(NotFound):
        invitation_with(first.secret)


def test_a_withdrawn_one_leads_nowhere(boss, team):
    sent = invite("new@example.com", actor=actor_for(boss), origin=HERE, team=team)
    withdraw_invitation(sent.invitation, actor=actor_for(boss))
    with pytest.raises(NotFound):
        invitation_with(sent.secret)
    with pytest.raises(NotFound):
        invitation_kept(sent.invitation.public_id)


def test_what_was_accepted_is_not_withdrawn_any_more(boss, team, make_user):
    sent = invite("new@example.com", actor=actor_for(boss), origin=HERE, team=team)
    accept_invitation(sent.invitation, actor=actor_for(make_user("new@example.com")))
    with pytest.raises(NotFound):
        withdraw_invitation(sent.invitation, actor=actor_for(boss))
    assert not Entry.objects.filter(action="invitation.withdrawn").exists()


def test_of_two_who_invite_the_same_address_at_once_one_is_told(boss, team, monkeypatch):
    invite("new@example.com", actor=actor_for(boss), origin=HERE, team=team)
    monkeypatch.setattr(invitations, "_open", lambda _: Invitation.objects.none())  # not committed yet
    with pytest.raises(Conflict) as refused:
        invite("new@example.com", actor=actor_for(boss), origin=HERE, team=team)
    assert refused.value.code == "already_invited"


def test_whoever_is_in_is_not_invited(boss, team):
    with pytest.raises(Conflict):
        invite("Boss@example.com", actor=actor_for(boss), origin=HERE, team=team)


def test_only_managers_invite_to_a_team_and_only_staff_to_sign_up(boss, team, make_user):
    member = make_user()
    make_team(boss, member)
    with pytest.raises(NotAllowed):
        invite("new@example.com", actor=actor_for(member), origin=HERE, team=team)
    with pytest.raises(NotAllowed):
        invite("new@example.com", actor=actor_for(boss), origin=HERE)
    assert invite("new@example.com", actor=actor_for(make_user(staff=True)), origin=HERE).invitation.team is None


@pytest.mark.parametrize("address", ["", "nobody", "a b@example.com", "a@b", "a@example.com\nBcc: x@example.com"])
def test_what_is_no_address_is_refused(boss, team, address):
    with pytest.raises(Invalid):
        invite(address, actor=actor_for(boss), origin=HERE, team=team)


@pytest.mark.parametrize("word", ["", "nothing", "x" * 5000, "\x00"])
def test_a_secret_that_is_none_finds_nothing(word):
    with pytest.raises(NotFound):
        invitation_with(word)
