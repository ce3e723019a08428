"""Teams: made, named, left. A membership and the group's own row are written together, here alone.

What was shared with a team is lost with the membership at once: the next question finds no group, and open sockets
are asked for within a second.
"""

from uuid import UUID

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet

from apps.access.actor import Actor
from apps.access.lookup import allow, visible
from apps.access.permissions import Permission
from apps.accounts.models import Membership, Role, Team, User
from apps.audit.actions import Action
from apps.audit.record import record
from apps.core.errors import Conflict, Invalid, NotAllowed
from apps.core.identifiers import decode
from apps.events import bus

LONGEST_NAME = 60
MOST_TEAMS = 50  # that one person may have made or joined
LAST_MANAGER = "is the last manager. Make somebody else a manager first, or delete the team."


def create_team(name: str, *, actor: Actor) -> Team:
    """Its maker is its first manager. Raises Invalid, Conflict."""
    actor.require(Permission.TEAM_CREATE)
    if actor.user is None:
        raise NotAllowed("no_person", "Only a person can have teams.")
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=actor.user.pk)  # one at a time, for the limit
        if Membership.objects.filter(user=actor.user).count() >= MOST_TEAMS:
            raise Conflict("too_many_teams", f"You are in {MOST_TEAMS} teams already. Leave one first.")
        team = Team(name=_name(name))
        team.group = Group.objects.create(name=team.public_id)
        team.save(force_insert=True)
        _let_in(team, actor.user, Role.MANAGER)
        record(actor, Action.TEAM_CREATED, team, after={"name": team.name})
    return team


def rename_team(team: Team, name: str, *, actor: Actor) -> Team:
    allow(actor, Permission.TEAM_MANAGE, team)
    with transaction.atomic():
        before, team.name = team.name, _name(name)
        team.save(update_fields=["name"])
        record(actor, Action.TEAM_CHANGED, team, before={"name": before}, after={"name": team.name})
    return team


def delete_team(team: Team, *, actor: Actor) -> None:
    """What was shared with it is shared no more."""
    allow(actor, Permission.TEAM_MANAGE, team)
    with transaction.atomic():
        record(actor, Action.TEAM_DELETED, team, before={"name": team.name})
        team.group.delete()  # and with it the team, its memberships, invitations and shares
        bus.hint_after_commit(bus.Topic.REVOKED)


def join(team: Team, user: User, role: Role, *, actor: Actor) -> Membership:
    """For whoever has checked that they may. Who is in already keeps the role, or gets the higher one."""
    with transaction.atomic():
        member, is_new = _let_in(team, user, role)
        if is_new:
            record(actor, Action.TEAM_MEMBER_ADDED, team, after={"member": user.public_id, "role": str(role)})
        elif role == Role.MANAGER:
            _set_role(member, role, actor)
    return member


def change_role(team: Team, user: User, role: Role, *, actor: Actor) -> Membership:
    """Raises Conflict where nobody would manage the team any more."""
    allow(actor, Permission.TEAM_MANAGE, team)
    with transaction.atomic():
        member = _locked(team, user)
        if role != Role.MANAGER:
            _check_not_last(team, member)
        _set_role(member, role, actor)
    return member


def remove_member(team: Team, user: User, *, actor: Actor) -> None:
    """By a manager; or oneself, which is leaving. Raises Conflict for the last manager."""
    is_leaving = actor.user is not None and actor.user.pk == user.pk
    if is_leaving:
        actor.require(Permission.TEAM_MANAGE)  # the scope alone: whoever is in may leave
    else:
        allow(actor, Permission.TEAM_MANAGE, team)
    with transaction.atomic():
        member = _locked(team, user)
        _check_not_last(team, member)
        member.delete()
        user.groups.remove(team.group)
        record(actor, Action.TEAM_MEMBER_REMOVED, team, before={"member": user.public_id, "role": member.role})
        bus.hint_after_commit(bus.Topic.REVOKED)


def mates_of(user: User) -> QuerySet[User]:
    """Everybody else in a team with them, who is not suspended."""
    teams = Membership.objects.filter(user=user).values("team")
    return User.objects.filter(is_active=True, memberships__team__in=teams).exclude(pk=user.pk).distinct()


def mate_of(user: User, to: str) -> User | None:
    """By address or id. None for strangers and for nobody alike."""
    key = decode(User.prefix, to)
    mates = mates_of(user)
    return mates.filter(pk=key).first() if key else mates.filter(email=to.strip().lower()).first()


def may_share_with(team_key: UUID, actor: Actor) -> Team | None:
    """The team, where the actor sees it; a token needs no scope for that."""
    rows = Team.objects.select_related("group").filter(pk=team_key)
    if actor.sees_all or actor.user is None:
        return rows.first() if actor.sees_all else None
    return rows.filter(memberships__user=actor.user).first()


def is_manager(team: Team, actor: Actor) -> bool:
    return visible(Team.objects.filter(pk=team.pk), actor, Permission.TEAM_MANAGE).exists()


def _let_in(team: Team, user: User, role: Role) -> tuple[Membership, bool]:
    """And whether they are new."""
    member, is_new = Membership.objects.get_or_create(team=team, user=user, defaults={"role": role})
    if is_new:
        user.groups.add(team.group)
    return member, is_new


def _set_role(member: Membership, role: Role, actor: Actor) -> None:
    if member.role == role:
        return
    former, member.role = member.role, role
    member.save(update_fields=["role"])
    who = {"member": member.user.public_id}
    before, after = who | {"role": former}, who | {"role": str(role)}
    record(actor, Action.TEAM_MEMBER_CHANGED, member.team, before=before, after=after)


def _locked(team: Team, user: User) -> Membership:
    """Every change of who is in takes the team's row first: of two managers who leave at once, one stays."""
    Team.objects.select_for_update().get(pk=team.pk)
    member = Membership.objects.filter(team=team, user=user).first()
    if member is None:
        raise Conflict("not_a_member", "They are not in this team any more.")
    return member


def _check_not_last(team: Team, member: Membership) -> None:
    others = Membership.objects.filter(team=team, role=Role.MANAGER).exclude(pk=member.pk)
    if member.role == Role.MANAGER and not others.exists():
        raise Conflict("last_manager", f"{member.user.email} {LAST_MANAGER}")


def _name(name: str) -> str:
    text = name.strip()
    if not text or len(text) > LONGEST_NAME or not text.isprintable():
        words = f"Give a name of at most {LONGEST_NAME} letters."
        raise Invalid("invalid", f"name: {words}", fields={"name": words})
    return text
