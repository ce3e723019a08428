"""What a person says of themselves."""

from django.db import transaction

from apps.access.actor import Actor
from apps.accounts.models import User
from apps.audit.actions import Action
from apps.audit.record import record
from apps.core.errors import Invalid

LONGEST_NAME = 120


def rename(user: User, name: str, *, actor: Actor) -> User:
    """The name that others see beside the address; empty: the address alone. Raises Invalid."""
    text = " ".join(name.split())
    if len(text) > LONGEST_NAME or not text.isprintable():
        words = f"Give a name of at most {LONGEST_NAME} letters."
        raise Invalid("invalid", words, fields={"name": words})
    with transaction.atomic():
        before, user.name = user.name, text
        user.save(update_fields=["name"])
        record(actor, Action.ACCOUNT_CHANGED, user, before={"name": before}, after={"name": text})
    return user
