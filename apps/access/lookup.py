"""Fetching and being allowed, in one call. What one may not see does not exist.

A row is its owner's, whoever's it was shared with, and staff's; rows without an owner (system pools, warm sessions)
are staff's alone. A model says how, where it differs:

    owner_path    the lookup that leads to its owner; default `owner`
    held_by       instead of owner and shares: (person, permission) → Q
    session_path  the lookup that leads to its session, for tickets; default `pk`
    pool_path     the lookup that leads to its pool; without one a token for certain pools sees none of it
"""

from typing import TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from apps.access import among  # noqa: F401 - registers the lookup that shares are asked by
from apps.access.actor import Actor
from apps.access.grants import person_grants, shared
from apps.access.permissions import Permission, view_of
from apps.core.errors import NotAllowed, NotFound
from apps.core.identifiers import decode
from apps.core.models import Identified

M = TypeVar("M", bound=Model)
I = TypeVar("I", bound=Identified)  # noqa: E741 - the usual one-letter type variable


def visible(queryset: QuerySet[M], actor: Actor, permission: Permission) -> QuerySet[M]:
    """Those rows of `queryset` on which `actor` holds `permission`. Raises NotAllowed where the scope is missing."""
    actor.require(permission)
    return _held(queryset, actor, permission)


def find(model: type[I], public_id: str, actor: Actor, permission: Permission, *, lock: bool = False) -> I:
    """The one row of that public id. Raises NotFound for what is absent and for what is somebody else's, alike.

    Raises NotAllowed for what the actor may see, but not so.
    """
    actor.require(permission)
    key = decode(model.prefix, public_id)
    if key is None:
        raise NotFound
    manager = getattr(model, "current", model._default_manager)  # noqa: SLF001 - Django's documented name
    rows: QuerySet[I] = manager.filter(pk=key)
    if lock:
        rows = rows.select_for_update(of=("self",))
    row = _owned(rows, actor).first()  # nearly always, and much the cheaper question
    if row is not None or actor.sees_all or not _is_given_in_parts(model):
        return _there(row)
    row = _held(rows, actor, permission).first()
    if row is None and _held(rows, actor, view_of(permission)).exists():
        raise _not_allowed(permission)
    return _there(row)


def one_of(rows: QuerySet[I], public_id: str) -> I:
    """The one of these rows, which the caller has narrowed to what may be seen. Raises NotFound."""
    key = decode(rows.model.prefix, public_id)
    return _there(rows.filter(pk=key).first() if key is not None else None)


def may(actor: Actor, permission: Permission, thing: Model) -> bool:
    """Whether `actor` holds `permission` on that row. The database is asked only where it is somebody else's."""
    if not actor.has_scope(permission):
        return False
    if _is_plainly_theirs(actor, thing):
        return True
    return _held(type(thing)._default_manager.filter(pk=thing.pk), actor, permission).exists()  # noqa: SLF001


def allow(actor: Actor, permission: Permission, thing: Model) -> None:
    """For services, which do not take their caller's word for it. Raises NotAllowed."""
    actor.require(permission)
    if not may(actor, permission, thing):
        raise _not_allowed(permission)


def may_each(actor: Actor, permission: Permission, thing: Identified) -> bool:
    """`may` for the rows of a list: what was shared with the actor is asked once, and kept with the actor.

    For what pages show; an actor lives as long as its request.
    """
    if not actor.has_scope(permission) or _is_plainly_theirs(actor, thing):
        return actor.has_scope(permission)
    if actor.user is None or not _is_within(actor, thing) or getattr(thing, "owner_id", None) is None:
        return False
    if (permission, thing.prefix) not in actor.noted:
        given = shared("pk", thing.prefix, actor.user.pk, permission)
        rows = type(thing)._default_manager.filter(given) if given else type(thing)._default_manager.none()  # noqa: SLF001
        actor.noted[permission, thing.prefix] = frozenset(rows.values_list("pk", flat=True))
    return thing.pk in actor.noted[permission, thing.prefix]


def _is_plainly_theirs(actor: Actor, thing: Model) -> bool:
    """Without asking: the owner's own, or seen by staff, within what the credential serves."""
    owner = getattr(thing, "owner_id", None)
    is_owner = actor.user is not None and owner is not None and owner == actor.user.pk
    return (actor.sees_all or is_owner) and _is_within(actor, thing)


def _is_within(actor: Actor, thing: Model) -> bool:
    if actor.session_id is not None and actor.session_id != str(thing.pk):
        return False
    return actor.pools is None or getattr(thing, "pool_id", thing.pk) in actor.pools


def _there(row: I | None) -> I:
    if row is None:
        raise NotFound
    return row


def _held(queryset: QuerySet[M], actor: Actor, permission: Permission) -> QuerySet[M]:
    queryset = _within(queryset, actor)
    if actor.sees_all:
        return queryset
    return queryset.filter(_holding(queryset.model, actor.user.pk, permission)) if actor.user else queryset.none()


def _owned(queryset: QuerySet[M], actor: Actor) -> QuerySet[M]:
    """The actor's own, whatever the permission; of what has no owner nothing, but for staff."""
    queryset = _within(queryset, actor)
    if actor.sees_all:
        return queryset
    if actor.user is None or hasattr(queryset.model, "held_by"):
        return queryset.none()
    return queryset.filter(**{getattr(queryset.model, "owner_path", "owner"): actor.user.pk})


def _within(queryset: QuerySet[M], actor: Actor) -> QuerySet[M]:
    """What the credential serves."""
    model = queryset.model
    if actor.session_id is not None:
        queryset = queryset.filter(**{getattr(model, "session_path", "pk"): actor.session_id})
    if actor.pools is not None:
        path = getattr(model, "pool_path", "")
        queryset = queryset.filter(**{f"{path}__in": actor.pools}) if path else queryset.none()
    return queryset


def _holding(model: type[Model], person: UUID, permission: Permission) -> Q:
    held_by = getattr(model, "held_by", None)
    if held_by is not None:
        condition: Q = held_by(person, permission)
        return condition
    owned = Q(**{getattr(model, "owner_path", "owner"): person})
    return owned | shared("pk", getattr(model, "prefix", ""), person, permission)


def _is_given_in_parts(model: type[Model]) -> bool:
    """Somebody may hold one permission on a row and lack another."""
    return hasattr(model, "held_by") or person_grants(getattr(model, "prefix", "")) is not None


def _not_allowed(permission: Permission) -> NotAllowed:
    return NotAllowed("not_allowed", f"You may see this, but you lack the permission {permission} on it.")
