"""Teams with their people, made by the product's own services."""

from apps.access.permissions import Level
from apps.accounts.models import Role, Team, User
from apps.accounts.sharing import shares_on
from apps.accounts.teams import create_team, join
from apps.core.models import Identified
from apps.sessions.sharing import SHAREABLE
from tests.factories.people import actor_for

KINDS = {"pool": "pools", "ses": "sessions"}


def make_team(manager: User, *members: User, name: str = "Crawlers") -> Team:
    team = create_team(name, actor=actor_for(manager))
    for member in members:
        join(team, member, Role.MEMBER, actor=actor_for(manager))
    return team


def share(thing: Identified, to: User | Team | str, level: Level = Level.USE) -> str:
    """By its owner. Returns the share's id."""
    owner = thing.owner  # type: ignore[attr-defined] # of pools and sessions alike
    recipient = to if isinstance(to, str) else to.public_id if isinstance(to, Team) else to.email
    return SHAREABLE[KINDS[thing.prefix]].give(thing, actor=actor_for(owner), to=recipient, level=level).public_id


def withdraw(thing: Identified) -> None:
    """All shares of it, by its owner."""
    owner = thing.owner  # type: ignore[attr-defined] # as above
    for given in shares_on(thing):
        SHAREABLE[KINDS[thing.prefix]].take(thing, given.public_id, actor=actor_for(owner))
