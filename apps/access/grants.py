"""Shares: what somebody is given of another person's pool or session. Ownership is a column and never stands here.

The base classes; each thing that can be shared has two tables of its own beside its model, whose one line is
`content_object`, a foreign key to it. They are guardian's direct-foreign-key models, one row for each recipient: the
permission of the row is the highest level given.
"""

from collections.abc import Iterable
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import Permission as DjangoPermission
from django.contrib.contenttypes.models import ContentType
from django.db import models
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from apps.access.permissions import Level, Permission, levels_with
from apps.core.models import Identified

G = TypeVar("G", bound="Grant")


class Grant(Identified):
    """What both kinds share.

    All tables of shares have one prefix: outside a share is one kind of thing, and is always named below what it
    shares (`…/pools/pool_…/shares/shr_…`), which says in which tables it stands.
    """

    prefix = "shr"
    content_object: ClassVar[models.ForeignKey[models.Model]]

    class Meta:
        abstract = True

    @property
    def level(self) -> Level:
        return Level(self.permission.codename.partition("_")[0])  # type: ignore[attr-defined] # guardian's column


class PersonGrant(Grant, UserObjectPermissionBase):
    """To whoever has the address. `user` stays empty until somebody has proven to have it."""

    email = models.EmailField(max_length=254)  # lower case
    user = models.ForeignKey(  # type: ignore[assignment] # guardian's may not be empty
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["content_object", "email"], name="%(class)s_once"),
        ]


class TeamGrant(Grant, GroupObjectPermissionBase):
    """To the members of a team, whoever they are at the time."""

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["content_object", "group"], name="%(class)s_once"),
        ]


def django_permissions(name: str) -> Any:
    """For `Meta.permissions` of a model that can be shared; Django itself makes `view_…`."""
    return [(_codename(level, name), f"Can {level} {name}") for level in (Level.USE, Level.MANAGE)]


def django_permission(model: type[models.Model], level: Level) -> DjangoPermission:
    """The row that stands for `level` in a grant."""
    kind = ContentType.objects.get_for_model(model)
    return DjangoPermission.objects.get(content_type=kind, codename=_codename(level, _name(model)))


def person_grants(prefix: str) -> type[PersonGrant] | None:
    """The table of what is shared of things with that prefix; None where they cannot be shared."""
    return _of_prefix(all_person_grants(), prefix)


def team_grants(prefix: str) -> type[TeamGrant] | None:
    return _of_prefix(TeamGrant.__subclasses__(), prefix)


def all_person_grants() -> Iterable[type[PersonGrant]]:
    return PersonGrant.__subclasses__()


def shared(column: str, prefix: str, person: UUID, permission: Permission) -> models.Q:
    """Rows whose `column` is the key of a thing with that prefix, on which that person was given the permission."""
    to_person, to_team, levels = person_grants(prefix), team_grants(prefix), levels_with(permission)
    if to_person is None or to_team is None or not levels:
        return models.Q()
    of_level = _of_level(to_person, levels)
    by_name = to_person.objects.filter(of_level, user=person).values("content_object")
    by_team = to_team.objects.filter(of_level, group__user=person).values("content_object")
    return models.Q(**{f"{column}__among": by_name}) | models.Q(**{f"{column}__among": by_team})


def shared_where(thing: str, person: str, prefix: str, permission: Permission) -> models.Q:
    """The same for rows that name both a thing and a person by these columns."""
    to_person, to_team, levels = person_grants(prefix), team_grants(prefix), levels_with(permission)
    if to_person is None or to_team is None or not levels:
        return models.Q()
    of_level = _of_level(to_person, levels)
    row = {"content_object": models.OuterRef(thing)}
    by_name = to_person.objects.filter(of_level, **row, user=models.OuterRef(person))
    by_team = to_team.objects.filter(of_level, **row, group__user=models.OuterRef(person))
    return models.Q(models.Exists(by_name)) | models.Q(models.Exists(by_team))


def _of_level(table: type[Grant], levels: Iterable[Level]) -> models.Q:
    name = _name(_thing(table))
    return models.Q(permission__codename__in=[_codename(level, name) for level in levels])


def _of_prefix(tables: Iterable[type[G]], prefix: str) -> type[G] | None:
    for table in tables:
        if getattr(_thing(table), "prefix", "") == prefix:
            return table
    return None


def _thing(table: type[Grant]) -> type[models.Model]:
    found: type[models.Model] = table._meta.get_field("content_object").related_model  # noqa: SLF001 - Django's documented name
    return found


def _name(model: type[models.Model]) -> str:
    return str(model._meta.model_name)  # noqa: SLF001 - Django's documented name


def _codename(level: Level, name: str) -> str:
    return f"{level}_{name}"
