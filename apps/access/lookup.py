"""Fetching and being allowed, in one call. What one may not see does not exist.

A model says how it is owned by `owner_path`, the lookup that leads to its owner (default `owner`). Rows without an
owner (system pools, warm sessions) are staff's alone.
"""

from typing import TypeVar

from django.db.models import Model, QuerySet

from apps.access.actor import Actor
from apps.access.permissions import Permission
from apps.core.errors import NotFound
from apps.core.identifiers import decode
from apps.core.models import Identified

M = TypeVar("M", bound=Model)
I = TypeVar("I", bound=Identified)  # noqa: E741 - the usual one-letter type variable


def visible(queryset: QuerySet[M], actor: Actor, permission: Permission) -> QuerySet[M]:
    """Those rows of `queryset` on which `actor` holds `permission`. Raises NotAllowed where the scope is missing."""
    actor.require(permission)
    if actor.session_id is not None:
        queryset = queryset.filter(**{getattr(queryset.model, "session_path", "pk"): actor.session_id})
    if actor.sees_all:
        return queryset
    if actor.user is None:
        return queryset.none()
    return queryset.filter(**{getattr(queryset.model, "owner_path", "owner"): actor.user.pk})


def find(model: type[I], public_id: str, actor: Actor, permission: Permission, *, lock: bool = False) -> I:
    """The one row of that public id. Raises NotFound for what is absent and for what is somebody else's, alike."""
    actor.require(permission)
    key = decode(model.prefix, public_id)
    manager = getattr(model, "current", model._default_manager)  # noqa: SLF001 - Django's documented name
    queryset: QuerySet[I] = visible(manager.all(), actor, permission)
    if lock:
        queryset = queryset.select_for_update()
    row = queryset.filter(pk=key).first() if key is not None else None
    if row is None:
        raise NotFound
    return row
