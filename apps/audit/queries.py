"""Reading the audit: everybody what they did and what was done to their account, staff all of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from apps.access.actor import Actor
from apps.access.permissions import Permission
from apps.audit.models import Entry
from apps.core.identifiers import decode


@dataclass(frozen=True)
class Wanted:
    """What a reader asks for; empty: all. `person` is an id or an e-mail address, `thing` a public id."""

    action: str = ""
    person: str = ""
    thing: str = ""
    since: datetime | None = None
    until: datetime | None = None


def visible_entries(actor: Actor) -> QuerySet[Entry]:
    """Newest first."""
    actor.require(Permission.AUDIT_VIEW)
    entries = Entry.objects.order_by("-id")
    if actor.session_id is not None:
        return entries.none()
    if actor.sees_all:
        return entries
    if actor.user is None:
        return entries.none()
    return entries.filter(Q(person_id=actor.user.pk) | Q(thing=actor.user.public_id))


def narrowed(entries: QuerySet[Entry], wanted: Wanted) -> QuerySet[Entry]:
    """Whoever is not known did nothing."""
    if wanted.action:
        entries = entries.filter(action=wanted.action)
    if wanted.thing:
        entries = entries.filter(thing=wanted.thing)
    if wanted.person:
        key = _person(wanted.person)
        entries = entries.filter(person_id=key) if key else entries.none()
    if wanted.since:
        entries = entries.filter(at__gte=wanted.since)
    if wanted.until:
        entries = entries.filter(at__lt=wanted.until)
    return entries


def shows_address(entry: Entry, actor: Actor) -> bool:
    """Where others were when they changed my account is not mine to see; where a failed sign-in came from is."""
    own = actor.user is not None and entry.person_id == actor.user.pk
    return actor.sees_all or own or entry.person_id is None


def names_of(entries: Iterable[Entry]) -> dict[UUID, str]:
    """E-mail addresses of those who acted and are still there."""
    keys = {entry.person_id for entry in entries if entry.person_id}
    if not keys:
        return {}
    people = get_user_model()._default_manager  # noqa: SLF001 - Django's documented name
    return dict(people.filter(pk__in=keys).values_list("pk", "email"))


def _person(word: str) -> UUID | None:
    if "@" not in word:
        return decode("usr", word)
    people = get_user_model()._default_manager  # noqa: SLF001
    key: UUID | None = people.filter(email__iexact=word).values_list("pk", flat=True).first()
    return key
