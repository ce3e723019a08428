"""Keep and forget views."""

from django.db import transaction

from apps.access.actor import Actor
from apps.access.permissions import Permission
from apps.accounts.models import User
from apps.core.errors import Conflict, Invalid, NotAllowed
from apps.saved_views.models import LONGEST_NAME, LONGEST_QUERY, SavedView

MOST = 30


def save_view(*, actor: Actor, name: str, query: str) -> SavedView:
    """Under a name that the person has already, it takes that one's place. Raises Invalid, Conflict."""
    owner = _person(actor)
    name = name.strip()
    if not name or not name.isprintable() or len(name) > LONGEST_NAME:
        words = f"Give it a name of at most {LONGEST_NAME} letters."
        raise Invalid("invalid", words, fields={"name": words})
    if not query or len(query) > LONGEST_QUERY:
        words = "Choose a filter first." if not query else "This filter is too long to be saved."
        raise Invalid("invalid", words, fields={"query": words})
    with transaction.atomic():
        User.objects.select_for_update().get(pk=owner.pk)  # two windows of theirs never make one view too many
        mine = SavedView.objects.filter(owner=owner)
        if not mine.filter(name=name).exists() and mine.count() >= MOST:
            raise Conflict("too_many_views", f"You have {MOST} saved views. Remove one first.")
        return SavedView.objects.update_or_create(owner=owner, name=name, defaults={"query": query})[0]


def forget_view(view: SavedView, *, actor: Actor) -> None:
    if view.owner_id != _person(actor).pk:
        raise NotAllowed("not_yours", "This saved view is somebody else's.")
    view.delete()


def _person(actor: Actor) -> User:
    actor.require(Permission.SESSION_VIEW)
    if actor.user is None or actor.session_id is not None:
        raise NotAllowed("no_person", "Only a person has saved views.")
    return actor.user
