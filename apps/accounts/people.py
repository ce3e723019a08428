"""What staff do to a person's account: suspend it, let it in again, sign it out."""

from django.db import transaction

from apps.access.actor import Actor
from apps.access.staff import staff_only
from apps.accounts.devices import end_all
from apps.accounts.models import User
from apps.audit.actions import Action
from apps.audit.record import record
from apps.core.errors import Conflict


def suspend(person: User, *, actor: Actor) -> None:
    """Every credential of theirs fails from now on; open sockets close within two seconds. Repeatable."""
    _check_rank(person, actor)
    if actor.user is not None and actor.user.pk == person.pk:
        raise Conflict("yourself", "You cannot suspend yourself.")
    with transaction.atomic():
        if User.objects.filter(pk=person.pk, is_active=True).update(is_active=False):
            person.refresh_from_db(fields=["is_active"])
            end_all(person)
            record(actor, Action.ACCOUNT_CHANGED, person, before={"is_active": True}, after={"is_active": False})


def reinstate(person: User, *, actor: Actor) -> None:
    """They may sign in again; tokens that were not revoked work again. Repeatable."""
    _check_rank(person, actor)
    if person.deleted_at is not None:
        raise Conflict("deleted", "This account was deleted; it cannot be let in again.")
    with transaction.atomic():
        if User.objects.filter(pk=person.pk, is_active=False).update(is_active=True):
            person.refresh_from_db(fields=["is_active"])
            record(actor, Action.ACCOUNT_CHANGED, person, before={"is_active": False}, after={"is_active": True})


def sign_out(person: User, *, actor: Actor) -> None:
    """Of every browser, within two seconds. Tokens of theirs go on working."""
    _check_rank(person, actor)
    with transaction.atomic():
        end_all(person)
        record(actor, Action.ACCOUNT_SIGNED_OUT_EVERYWHERE, person)


def _check_rank(person: User, actor: Actor) -> None:
    """Raises NotFound for all but staff. Only superusers touch staff."""
    staff_only(actor)
    is_above = actor.is_system or bool(actor.user and actor.user.is_superuser)
    if (person.is_staff or person.is_superuser) and not is_above:
        raise Conflict("superusers_only", "Only a superuser may do this to staff.")
