"""The end of an account. Who it was is forgotten at once; what runs is ended; history keeps rows without a name.

Sessions, events and the audit name their person by key, and other people's figures rest on them: the row stays as a
key that leads to nobody. Everything that only described the person or let them in is removed.
"""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from apps.access.actor import Actor
from apps.access.grants import all_person_grants
from apps.accounts import teams
from apps.accounts.devices import end_all
from apps.accounts.models import Invitation, Membership, Role, Team, User
from apps.audit.actions import Action
from apps.audit.record import record
from apps.core import clock
from apps.core.errors import Conflict
from apps.pools.models import Pool
from apps.pools.services import delete_pool
from apps.recordings.purging import forget_person, has_something
from apps.saved_views.models import SavedView
from apps.sessions.claims import cancel
from apps.sessions.models import BrowserSession, Claim
from apps.sessions.services import stop_session
from apps.tokens.models import ApiToken
from apps.tokens.services import revoke_token


@dataclass(frozen=True)
class Consequence:
    """What goes, for the page that asks."""

    sessions: int
    pools: int
    tokens: int
    teams: int
    obstacle: str = ""  # why it is not possible now; empty: it is


def consequence_for(user: User) -> Consequence:
    return Consequence(
        sessions=_live_sessions(user).count(),
        pools=Pool.current.filter(owner=user).count(),
        tokens=ApiToken.objects.filter(owner=user, revoked_at__isnull=True).count(),
        teams=Membership.objects.filter(user=user).count(),
        obstacle=_obstacle(user),
    )


def delete_account(user: User, *, actor: Actor) -> None:
    """For good. Raises Conflict where a team or the installation would be left without anybody in charge."""
    with transaction.atomic():
        list(User.objects.select_for_update().filter(is_superuser=True))  # of two last ones at once, one stays
        if obstacle := _obstacle(user):
            raise Conflict("still_needed", obstacle)
        _leave_teams(user, actor)
        for token in ApiToken.objects.filter(owner=user, revoked_at__isnull=True):
            revoke_token(token, actor=actor)
        record(actor, Action.ACCOUNT_DELETED, user)
        _forget(user)
        end_all(user)
    end_belongings(user)


def end_belongings(user: User) -> None:
    """What still runs for somebody who is gone. Repeatable, each in a transaction of its own."""
    actor = Actor.by_cookie(user)
    for claim in Claim.objects.filter(owner=user, state=Claim.State.QUEUED):
        cancel(claim)
    for session in _live_sessions(user):
        stop_session(session, actor=actor)
    for pool in Pool.current.filter(owner=user):
        delete_pool(pool, actor=actor)
    forget_person(user)


def finish_deletions() -> int:
    """Of accounts whose deletion was cut off half-way. Returns how many."""
    running = BrowserSession.objects.filter(owner=OuterRef("pk"), ended_at__isnull=True, stop_requested_at__isnull=True)
    kept = Pool.current.filter(owner=OuterRef("pk"))
    recorded = has_something(OuterRef("pk"))
    unfinished = User.objects.filter(Exists(running) | Exists(kept) | recorded, deleted_at__isnull=False)
    for user in unfinished:
        end_belongings(user)
    return len(unfinished)


def _live_sessions(user: User) -> QuerySet[BrowserSession]:
    return BrowserSession.objects.filter(owner=user, ended_at__isnull=True, stop_requested_at__isnull=True)


def _obstacle(user: User) -> str:
    superusers = User.objects.filter(is_superuser=True, is_active=True)
    if user.is_superuser and not superusers.exclude(pk=user.pk).exists():
        return "You are the last superuser. Make somebody else one first."
    managers = Count("memberships", filter=Q(memberships__role=Role.MANAGER))
    led = Team.objects.filter(pk__in=Membership.objects.filter(user=user, role=Role.MANAGER).values("team"))
    for team in led.annotate(managers=managers, members=Count("memberships")):
        if team.managers == 1 and team.members > 1:
            return f"You are the last manager of {team.name}. Make somebody else a manager first, or delete the team."
    return ""


def _leave_teams(user: User, actor: Actor) -> None:
    for membership in Membership.objects.filter(user=user).select_related("team__group"):
        if Membership.objects.filter(team=membership.team).count() == 1:
            teams.delete_team(membership.team, actor=actor)
        else:
            teams.remove_member(membership.team, user, actor=actor)


def _forget(user: User) -> None:
    nobody = f"{user.public_id}@deleted.invalid"
    Invitation.objects.filter(email=user.email.lower(), accepted_at__isnull=True).delete()
    Invitation.objects.filter(email=user.email.lower()).update(email=nobody)
    for grants in all_person_grants():
        grants.objects.filter(user=user).delete()
    for model in (EmailAddress, Authenticator, SocialAccount):
        model.objects.filter(user=user).delete()
    SavedView.objects.filter(owner=user).delete()
    ApiToken.objects.filter(owner=user).update(name="")
    BrowserSession.objects.filter(owner=user).update(name="", metadata={})
    BrowserSession.objects.filter(owner=user, ended_at__isnull=False).update(launch={}, claimed_from="")
    user.email, user.name, user.deleted_at = nobody, "", clock.now()
    user.is_active = user.is_staff = user.is_superuser = False
    user.set_unusable_password()
    user.save()
