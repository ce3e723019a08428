"""Invitations by e-mail: to a team, or without one to sign up. The link is good once, for seven days.

The secret is in the mail alone; the row holds its keyed hash. Whoever follows the link may be anybody to whom it was
given: the mailbox is the proof.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from apps.access.actor import Actor
from apps.access.lookup import allow, one_of
from apps.access.permissions import Permission
from apps.accounts import mail, teams
from apps.accounts.models import Invitation, Membership, Role, Team
from apps.audit.actions import Action
from apps.audit.record import record
from apps.core import clock
from apps.core.errors import Conflict, Ended, Invalid, NotAllowed, NotFound
from apps.core.secrets import keyed_hash, keyed_hashes

USED = "This invitation was accepted before. A link is good once."
LIFE = timedelta(days=7)
MOST_OPEN = 100  # of one team, or of one person without a team
IN_SESSION = "invitation"  # where a visitor's cookie session keeps the id of the one whose link they followed


@dataclass(frozen=True)
class Sent:
    """`secret` is known only here and in the mail."""

    invitation: Invitation
    secret: str = field(repr=False)


def invite(email: str, *, actor: Actor, origin: str, team: Team | None = None, role: Role = Role.MEMBER) -> Sent:
    """Mail a link that begins with `origin` (`https://grid.example.com`). A former open one to that address is void.

    To a team by its managers; without one by staff. Raises NotAllowed, Invalid, Conflict.
    """
    address = address_of(email)
    _check_may_invite(actor, team)
    now, secret = clock.now(), secrets.token_urlsafe(24)
    with transaction.atomic():
        if team is not None and Membership.objects.filter(team=team, user__email=address).exists():
            raise Conflict("already_a_member", f"{address} is in this team.")
        _open(team).filter(email=address).delete()
        if open_invitations(team, now).count() >= MOST_OPEN:
            raise Conflict("too_many_invitations", f"{MOST_OPEN} invitations are open. Withdraw one first.")
        invitation = Invitation(
            email=address,
            team=team,
            role=role,
            invited_by=actor.user,
            hash=keyed_hash(secret),
            expires_at=now + LIFE,
        )
        try:
            with transaction.atomic():
                invitation.save(force_insert=True)
        except IntegrityError:
            raise Conflict("already_invited", f"Somebody else is inviting {address} just now.") from None
        after = {"email": address, "team": team.public_id if team else "", "role": str(role)}
        record(actor, Action.INVITATION_SENT, invitation, after=after)
        url = f"{origin}/invitations/?secret={secret}"
        transaction.on_commit(lambda: mail.send_invitation(invitation, url))
    return Sent(invitation, secret)


def withdraw_invitation(invitation: Invitation, *, actor: Actor) -> None:
    """Raises NotFound for one that was accepted or withdrawn meanwhile."""
    _check_may_invite(actor, invitation.team)
    with transaction.atomic():
        if not _open(invitation.team).filter(pk=invitation.pk).delete()[0]:
            raise NotFound
        record(actor, Action.INVITATION_WITHDRAWN, invitation, before={"email": invitation.email})


def invitation_with(secret: str) -> Invitation:
    """The open invitation behind a link. Raises NotFound for none, Ended for one that was used or is too old."""
    return _checked(Invitation.objects.filter(hash__in=keyed_hashes(secret)).first() if secret else None)


def invitation_kept(public_id: str) -> Invitation:
    """The same for a visitor who followed the link before (`IN_SESSION`)."""
    return _checked(one_of(Invitation.objects.all(), public_id))


def accept_invitation(invitation: Invitation, *, actor: Actor) -> Invitation:
    """Use the link up; with a team, join it. Raises Ended, also for the second of two at once."""
    user = actor.user
    if user is None:
        raise NotAllowed("no_person", "Only a person can accept an invitation.")
    with transaction.atomic():
        now = clock.now()
        still_open = Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True, expires_at__gt=now)
        if not still_open.update(accepted_at=now, accepted_by=user):
            raise Ended("invitation_used", USED)
        record(actor, Action.INVITATION_ACCEPTED, invitation, after={"person": user.public_id})
        if invitation.team is not None:
            teams.join(invitation.team, user, Role(invitation.role), actor=actor)
    invitation.refresh_from_db()
    return invitation


def _checked(found: Invitation | None) -> Invitation:
    if found is None:
        raise NotFound
    if found.accepted_at is not None:
        raise Ended("invitation_used", USED)
    if found.expires_at <= clock.now():
        raise Ended("invitation_expired", "This invitation is more than seven days old. Ask for a new one.")
    return found


def open_invitations(team: Team | None, now: datetime) -> QuerySet[Invitation]:
    """Those that can still be accepted; without a team those to sign up."""
    return _open(team).filter(expires_at__gt=now).select_related("invited_by").order_by("-id")


def address_of(email: str) -> str:
    """In lower case. Raises Invalid."""
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise Invalid(
            "invalid", "email: Give an e-mail address.", fields={"email": "Give an e-mail address."}
        ) from error
    return address


def _open(team: Team | None) -> QuerySet[Invitation]:
    return Invitation.objects.filter(team=team, accepted_at__isnull=True)


def _check_may_invite(actor: Actor, team: Team | None) -> None:
    if team is not None:
        allow(actor, Permission.TEAM_MANAGE, team)
        return
    actor.require(Permission.TEAM_MANAGE)
    if not actor.sees_all:
        raise NotAllowed("staff_only", "Only staff may invite people to sign up.")
