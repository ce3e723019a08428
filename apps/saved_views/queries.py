"""Which saved views there are."""

from django.db.models import QuerySet

from apps.access.actor import Actor
from apps.access.lookup import visible
from apps.access.permissions import Permission
from apps.saved_views.models import SavedView


def own_views(actor: Actor) -> QuerySet[SavedView]:
    """The person's own, in the order of their names; also for staff."""
    rows = SavedView.objects.filter(owner=actor.user).order_by("name")
    return visible(rows, actor, Permission.SESSION_VIEW)
