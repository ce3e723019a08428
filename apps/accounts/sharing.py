"""Giving somebody a share of a thing: whom an address or a team's id means, and what is told of it.

Nobody learns by sharing whether an address has an account: a share is given to the address, takes effect when somebody
has proven to have it, and looks the same before and after.
"""

from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction

from apps.access.actor import Actor
from apps.access.grants import Grant, PersonGrant, TeamGrant
from apps.access.permissions import Level
from apps.access.shares import forget_person, give_to_group, give_to_person, grant_named, grants_on, hand_over
from apps.accounts.invitations import address_of
from apps.accounts.models import Team, User
from apps.accounts.teams import may_share_with
from apps.audit.actions import Action
from apps.audit.record import record
from apps.core.errors import Conflict, Invalid
from apps.core.identifiers import decode
from apps.core.models import Identified
from apps.events import bus

MOST = 100  # shares of one thing


@dataclass(frozen=True)
class Share:
    """One line of the list of who else has a thing. `to` is an address, or a team's id."""

    public_id: str
    to: str
    name: str  # the team's; a person is an address and nothing more
    level: Level
    created_at: datetime

    @property
    def is_team(self) -> bool:
        return bool(self.name)


def give_share(thing: Identified, to: str, level: Level, *, actor: Actor, owner: User | None) -> Share:
    """For the thing's own service, inside its transaction, which has checked that the actor may. Raises Invalid."""
    before = grants_on(thing)
    if len(before) >= MOST and to.strip().lower() not in {share_of(grant).to for grant in before}:
        raise Conflict("too_many_shares", f"This is shared {MOST} times already. Withdraw one first.")
    grant: Grant
    if to.startswith(f"{Team.prefix}_"):
        key = decode(Team.prefix, to)
        team = may_share_with(key, actor) if key else None
        if team is None:
            words = "There is no such team."
            raise Invalid("invalid", f"to: {words}", fields={"to": words})
        grant = give_to_group(thing, team.group, level)
    else:
        address = _address(to)
        if owner is not None and owner.email.lower() == address:
            words = "They own it."
            raise Invalid("invalid", f"to: {words}", fields={"to": words})
        grant = give_to_person(thing, address, whoever_has(address), level)
    former = next((each.level for each in before if each.pk == grant.pk), None)
    record(
        actor,
        Action.SHARE_GIVEN,
        thing,
        before={"level": former} if former else None,
        after={"to": share_of(grant).to, "level": str(level)},
    )
    if former is not None:
        bus.hint_after_commit(bus.Topic.REVOKED)  # it may be less than before
    return share_of(grant)


def take_share(thing: Identified, share_id: str, *, actor: Actor) -> Share:
    """As above. What it let in is cut within two seconds. Raises NotFound."""
    grant = grant_named(thing, share_id)
    share = share_of(grant)
    grant.delete()
    record(actor, Action.SHARE_WITHDRAWN, thing, before={"to": share.to, "level": str(share.level)})
    bus.hint_after_commit(bus.Topic.REVOKED)
    return share


def shares_on(thing: Identified) -> list[Share]:
    """Oldest first."""
    return [share_of(grant) for grant in grants_on(thing)]


def share_named(thing: Identified, share_id: str) -> Share:
    """Raises NotFound."""
    return share_of(grant_named(thing, share_id))


def share_of(grant: Grant) -> Share:
    to, name = "", ""
    if isinstance(grant, TeamGrant):
        to, name = grant.group.team.public_id, grant.group.team.name
    elif isinstance(grant, PersonGrant):
        to = grant.email
    return Share(grant.public_id, to, name, grant.level, grant.created_at)


def whoever_has(address: str) -> User | None:
    """The person who has proven to have that address; also who was given it by an operator."""
    known = EmailAddress.objects.filter(email__iexact=address).select_related("user").order_by("-verified").first()
    if known is not None:
        return known.user if known.verified else None
    return User.objects.filter(email=address).first()


def address_proven(address: str, user: User) -> int:
    """Once somebody has proven to have it: what was shared with it is theirs. Returns how many shares."""
    with transaction.atomic():
        return hand_over(address, user)


def forget_share(thing: Identified, person: User) -> None:
    """Whoever owns a thing needs no share of it."""
    forget_person(thing, person)


def _address(to: str) -> str:
    try:
        return address_of(to)
    except Invalid as error:
        words = "Give an e-mail address, or a team's id."
        raise Invalid("invalid", f"to: {words}", fields={"to": words}) from error
