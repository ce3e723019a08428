"""Teams and who is in them, as far as one may see; who is signed in."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db.models import Count, QuerySet

from apps.access.actor import Actor
from apps.access.lookup import visible
from apps.access.permissions import Permission
from apps.accounts.models import Membership, Team, User
from apps.core import clock
from apps.core.errors import NotFound
from apps.core.identifiers import decode


def visible_teams(actor: Actor) -> QuerySet[Team]:
    """Annotated with `people`, how many are in each; newest first."""
    mine = visible(Team.objects.all(), actor, Permission.TEAM_VIEW).values("pk")
    return Team.objects.filter(pk__in=mine).annotate(people=Count("memberships")).order_by("-id")


def own_teams(actor: Actor) -> QuerySet[Team]:
    """Those that the actor is in, by name; for staff too: what one shares with."""
    return visible_teams(actor).filter(memberships__user=actor.user).order_by("name", "id")


def members_of(team: Team) -> QuerySet[Membership]:
    """Managers first, then by address."""
    return Membership.objects.filter(team=team).select_related("user").order_by("-role", "user__email")


def own_roles(actor: Actor) -> dict[UUID, str]:
    """The actor's role in each team of theirs."""
    return dict(Membership.objects.filter(user=actor.user).values_list("team_id", "role"))


def member(team: Team, public_id: str) -> Membership:
    """Of that person. Raises NotFound."""
    key = decode(User.prefix, public_id)
    found = Membership.objects.filter(team=team, user=key).select_related("user").first() if key else None
    if found is None:
        raise NotFound
    return found


def live_sessions(names: Iterable[str]) -> set[str]:
    """Those of the sessions by cookie, as stored, that are there and not over."""
    rows = Session.objects.filter(session_key__in=set(names), expire_date__gt=clock.now())
    return set(rows.values_list("session_key", flat=True))


def is_staff(person: User) -> bool:
    """As it is now, whatever the row that was read before says."""
    return User.objects.filter(pk=person.pk, is_staff=True).exists()


def active_people(keys: Iterable[UUID]) -> QuerySet[User]:
    return User.objects.filter(pk__in=set(keys), is_active=True)
