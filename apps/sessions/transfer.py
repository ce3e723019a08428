"""Giving a session to a team mate: the only way an owner ever changes. The database admits exactly this update."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from apps.access.actor import Actor
from apps.access.lookup import allow
from apps.access.permissions import Permission
from apps.accounts.models import User
from apps.accounts.sharing import forget_share
from apps.accounts.teams import mate_of
from apps.audit.actions import Action
from apps.audit.record import record
from apps.core import clock
from apps.core.errors import Conflict, Ended, Invalid
from apps.events import bus
from apps.events.catalog import EventType
from apps.events.publish import publish
from apps.pools.models import PoolCounter
from apps.sessions.advance import tell
from apps.sessions.models import BrowserSession, Claim, IdempotencyKey
from apps.sessions.queries import in_use_by
from apps.sessions.quotas import Room
from apps.sessions.tickets import revoke_tickets_of

NOT_A_MATE = "Give the address of somebody who is in a team with the owner."


def transfer_session(session: BrowserSession, to: str, *, actor: Actor) -> BrowserSession:
    """`to` is a team mate's e-mail address or id. Every ticket dies, so every address of it that was handed out.

    The browser runs on; clients of the former owner are cut within two seconds. Raises NotAllowed, Invalid, Ended,
    Conflict.
    """
    allow(actor, Permission.SESSION_TRANSFER, session)
    with transaction.atomic():
        PoolCounter.objects.select_for_update().get(pool_id=session.pool_id)
        row = BrowserSession.objects.select_for_update(of=("self",)).select_related("pool", "owner").get(pk=session.pk)
        owner = row.owner
        if row.is_ended or row.stop_requested_at is not None:
            raise Ended("session_ended", "This session has ended.")
        if owner is None:
            raise Conflict("not_claimed", "Nobody has claimed this session.")
        allow(actor, Permission.SESSION_TRANSFER, row)  # as it is under the lock
        if not row.keep_alive:
            words = "A session without keep_alive ends with its clients, whom a transfer cuts off. Set it first."
            raise Conflict("needs_keep_alive", words)
        mate = mate_of(owner, to)
        if mate is None:
            raise Invalid("not_a_team_mate", f"to: {NOT_A_MATE}", fields={"to": NOT_A_MATE})
        _check_room(row, owner, mate)
        _hand_over(row, owner, mate, actor)
    session.refresh_from_db()
    return session


def _hand_over(row: BrowserSession, owner: User, mate: User, actor: Actor) -> None:
    now = clock.now()
    BrowserSession.objects.filter(pk=row.pk, generation=row.generation).update(
        owner=mate,
        transferred_at=now,
        credential="",
        claimed_from="",
        generation=F("generation") + 1,
        sequence=F("sequence") + 1,
    )
    row.refresh_from_db()
    _tell_both(row, owner, mate, now)
    record(
        actor,
        Action.SESSION_TRANSFERRED,
        row,
        before={"owner": owner.public_id},
        after={"owner": mate.public_id},
    )
    revoke_tickets_of(row)
    forget_share(row, mate)
    # What the former owner asked for answers with this session no more: neither the claim nor a repeated request.
    Claim.objects.filter(session=row).update(owner=mate)
    IdempotencyKey.objects.filter(session=row).update(session=None)
    IdempotencyKey.objects.filter(claim__session=row).update(claim=None)
    bus.hint_after_commit(bus.Topic.REVOKED)


def _tell_both(row: BrowserSession, owner: User, mate: User, now: datetime) -> None:
    """Who loses it hears of it too: their pages must go. In the session's story, which goes on without them, it stands
    once.
    """
    change = {"former_owner": owner.public_id, "owner": mate.public_id}
    publish(
        EventType.SESSION_TRANSFERRED,
        at=now,
        owner_id=owner.pk,
        session_id=row.pk,
        pool_id=row.pool_id,
        data={"session": row.public_id, "state": row.state, **change},
    )
    tell(row, EventType.SESSION_TRANSFERRED, now=now, data=change)


def _check_room(row: BrowserSession, owner: User, mate: User) -> None:
    limit = row.pool.per_user_limit
    if limit is not None and in_use_by(mate, row.pool) >= limit:
        words = f"They have {limit} sessions in use in the pool {row.pool.name}, its limit for one person."
        raise Conflict("per_user_limit", words)
    room = Room([owner, mate], clock.now())
    room.give_back(owner.pk)
    if room.refusal(mate.pk) is not None:
        raise Conflict("quota", "They have as many sessions in use, or minutes of today, as their quota allows.")
