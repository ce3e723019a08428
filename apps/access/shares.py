"""Writing and reading shares of one thing. Whether one may, and whom an address means, is the caller's to know."""

from typing import TypeVar

from django.contrib.auth.models import Group
from django.db.models import Model

from apps.access.grants import (
    Grant,
    PersonGrant,
    TeamGrant,
    all_person_grants,
    django_permission,
    person_grants,
    team_grants,
)
from apps.access.permissions import Level
from apps.core.errors import NotFound
from apps.core.identifiers import decode
from apps.core.models import Identified

G = TypeVar("G", bound=Grant)


def give_to_person(thing: Identified, email: str, person: Model | None, level: Level) -> PersonGrant:
    """Repeatable: the last level counts."""
    table = _known(person_grants(thing.prefix))
    fields = {"permission": django_permission(type(thing), level), "user": person}
    grant: PersonGrant = table.objects.update_or_create(content_object=thing, email=email, defaults=fields)[0]
    return grant


def give_to_group(thing: Identified, group: Group, level: Level) -> TeamGrant:
    """Repeatable: the last level counts."""
    table = _known(team_grants(thing.prefix))
    fields = {"permission": django_permission(type(thing), level)}
    grant: TeamGrant = table.objects.update_or_create(content_object=thing, group=group, defaults=fields)[0]
    return grant


def grants_on(thing: Identified) -> list[Grant]:
    """Oldest first."""
    people = _known(person_grants(thing.prefix)).objects.filter(content_object=thing)
    teams = _known(team_grants(thing.prefix)).objects.filter(content_object=thing)
    found: list[Grant] = [*people.select_related("permission"), *teams.select_related("permission", "group__team")]
    return sorted(found, key=lambda grant: grant.id)


def grant_named(thing: Identified, public_id: str) -> Grant:
    """Raises NotFound."""
    key = decode(Grant.prefix, public_id)
    found = [grant for grant in grants_on(thing) if grant.id == key]
    if not found:
        raise NotFound
    return found[0]


def hand_over(email: str, person: Model) -> int:
    """Whoever has proven to have the address gets what was shared with it. Returns how many shares."""
    waiting = [table.objects.filter(email=email.lower(), user__isnull=True) for table in all_person_grants()]
    return sum(rows.update(user=person) for rows in waiting)


def forget_person(thing: Identified, person: Model) -> None:
    """Whoever owns a thing needs no share of it."""
    _known(person_grants(thing.prefix)).objects.filter(content_object=thing, user=person).delete()


def _known(table: type[G] | None) -> type[G]:
    if table is None:
        raise RuntimeError("Nothing of this kind can be shared.")
    return table
