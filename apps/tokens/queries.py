"""Which tokens work now."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.access.actor import Actor
from apps.access.lookup import visible
from apps.access.permissions import Permission
from apps.tokens.models import ApiToken


def usable(now: datetime) -> QuerySet[ApiToken]:
    alive = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
    return ApiToken.objects.filter(alive, revoked_at__isnull=True, owner__is_active=True)


def own_tokens(actor: Actor) -> QuerySet[ApiToken]:
    """The person's own, newest first, also for staff: other people's are the administration's business."""
    rows = ApiToken.objects.filter(owner=actor.user).order_by("-created_at")
    return visible(rows, actor, Permission.TOKEN_VIEW)


def names_of(actor: Actor, keys: Collection[UUID]) -> dict[UUID, str]:
    """What the tokens of these keys are called, as far as `actor` may see them."""
    rows = ApiToken.objects.filter(pk__in=keys)
    return dict(visible(rows, actor, Permission.TOKEN_VIEW).values_list("pk", "name"))
