"""Teams: who is in, who manages, and what is lost with leaving."""

import pytest

from apps.access.lookup import visible
from apps.access.permissions import Level, Permission
from apps.accounts.models import Membership, Role, Team
from apps.accounts.queries import own_roles, visible_teams
from apps.accounts.teams import (
    MOST_TEAMS,
    change_role,
    create_team,
    delete_team,
    join,
    mate_of,
    remove_member,
    rename_team,
)
from apps.audit.models import Entry
from apps.core.errors import Conflict, NotAllowed
from apps.sessions.models import BrowserSession
from tests.factories.people import actor_for
from tests.factories.sessions import make_claimed_session
from tests.factories.teams import make_team, share

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def groups_agree(team):
    return set(team.group.user_set.all()) == {member.user for member in team.memberships.select_related("user")}


def test_a_membership_and_the_groups_own_row_are_always_the_same(make_user):
    boss, member, other = make_user(), make_user(), make_user()
    team = make_team(boss, member, other)
    assert groups_agree(team)
    remove_member(team, member, actor=actor_for(boss))
    remove_member(team, other, actor=actor_for(other))
    assert groups_agree(team)
    assert team.group.user_set.count() == 1


def test_what_was_shared_with_the_team_is_lost_with_leaving_it_at_once(make_user):
    boss, member = make_user(), make_user()
    team = make_team(boss, member)
    session = make_claimed_session(boss)
    share(session, team, Level.USE)
    seen = visible(BrowserSession.objects.all(), actor_for(member), Permission.SESSION_USE)
    assert list(seen) == [session]
    remove_member(team, member, actor=actor_for(boss))
    assert not seen.all().exists()


def test_what_was_shared_with_a_team_goes_with_it(make_user):
    boss, member = make_user(), make_user()
    team = make_team(boss, member)
    session = make_claimed_session(boss)
    share(session, team)
    delete_team(team, actor=actor_for(boss))
    assert not Team.objects.exists()
    assert not Membership.objects.exists()
    assert not visible(BrowserSession.objects.all(), actor_for(member), Permission.SESSION_VIEW).exists()


def test_the_last_manager_stays_until_there_is_another(make_user):
    boss, member = make_user(), make_user()
    team = make_team(boss, member)
    for attempt in (
        lambda: remove_member(team, boss, actor=actor_for(boss)),
        lambda: change_role(team, boss, Role.MEMBER, actor=actor_for(boss)),
    ):
        with pytest.raises(Conflict, match="last manager"):
            attempt()
    change_role(team, member, Role.MANAGER, actor=actor_for(boss))
    remove_member(team, boss, actor=actor_for(boss))
    assert own_roles(actor_for(member)) == {team.pk: Role.MANAGER}


@pytest.mark.parametrize("doing", ["rename", "delete", "role", "remove"])
def test_a_service_does_not_take_its_callers_word_for_who_manages(doing, make_user):
    boss, member = make_user(), make_user()
    team = make_team(boss, member)
    actor = actor_for(member)
    acts = {
        "rename": lambda: rename_team(team, "x", actor=actor),
        "delete": lambda: delete_team(team, actor=actor),
        "role": lambda: change_role(team, member, Role.MANAGER, actor=actor),
        "remove": lambda: remove_member(team, boss, actor=actor),
    }
    with pytest.raises(NotAllowed):
        acts[doing]()


def test_somebody_who_is_in_already_keeps_the_higher_role(make_user):
    boss = make_user()
    team = make_team(boss)
    join(team, boss, Role.MEMBER, actor=actor_for(boss))
    assert own_roles(actor_for(boss)) == {team.pk: Role.MANAGER}


def test_one_sees_the_teams_that_one_is_in_and_staff_all(make_user):
    boss, stranger = make_user(), make_user()
    team = make_team(boss)
    assert list(visible_teams(actor_for(boss))) == [team]
    assert not visible_teams(actor_for(stranger)).exists()
    assert list(visible_teams(actor_for(make_user(staff=True)))) == [team]


def test_mates_are_those_of_any_common_team_and_not_the_suspended(make_user):
    boss, member, stranger = make_user(), make_user("mate@example.com"), make_user()
    make_team(boss, member)
    assert mate_of(boss, "Mate@example.com ") == member
    assert mate_of(boss, member.public_id) == member
    assert mate_of(boss, boss.email) is None
    assert mate_of(boss, stranger.email) is None
    member.is_active = False
    member.save(update_fields=["is_active"])
    assert mate_of(boss, member.email) is None


def test_nobody_makes_more_teams_than_the_limit(make_user):
    boss = make_user()
    for number in range(MOST_TEAMS):
        create_team(f"team {number}", actor=actor_for(boss))
    with pytest.raises(Conflict):
        create_team("one more", actor=actor_for(boss))


def test_every_change_is_audited(make_user):
    boss, member = make_user(), make_user()
    team = make_team(boss, member)
    rename_team(team, "Readers", actor=actor_for(boss))
    join(team, member, Role.MANAGER, actor=actor_for(boss))
    remove_member(team, member, actor=actor_for(boss))
    delete_team(team, actor=actor_for(boss))
    told = list(Entry.objects.filter(kind="team").order_by("pk").values_list("action", flat=True))
    assert told == [
        "team.created",
        "team.member_added",
        "team.changed",
        "team.member_changed",
        "team.member_removed",
        "team.deleted",
    ]
