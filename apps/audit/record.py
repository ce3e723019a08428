"""The one way to write an entry: in the transaction of what it tells, so that neither is there without the other."""

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.models import Model

from apps.access.actor import Actor
from apps.audit.actions import Action
from apps.audit.hiding import hidden
from apps.audit.models import Entry
from apps.core import clock

KINDS = {
    "ses": "session", "usr": "person", "tok": "token", "tkt": "ticket", "pool": "pool", "team": "team",
    "prov": "provider",
}  # fmt: skip


def record(
    actor: Actor,
    action: Action,
    thing: Model | None = None,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> Entry | None:
    """One entry; of `before` and `after`, where both are given, what differs. Secrets in them are hashed.

    None where the grid itself acts: its doings are events. Must be called inside the transaction that it tells of.
    """
    if actor.is_system:
        return None
    if not connection.in_atomic_block:
        raise RuntimeError("An entry is written in the transaction of what it tells.")
    if before is not None and after is not None:
        differing = [name for name in (*before, *after) if before.get(name) != after.get(name)]
        before = {name: before[name] for name in differing if name in before}
        after = {name: after[name] for name in differing if name in after}
    return Entry.objects.create(
        at=clock.now(),
        person_id=actor.user.pk if actor.user is not None else None,
        credential=actor.credential[:60],
        address=actor.address[:45],
        action=action,
        kind=kind_of(thing),
        thing=name_of(thing),
        before=hidden(before),
        after=hidden(after),
    )


def kind_of(thing: Model | None) -> str:
    if thing is None:
        return ""
    prefix = getattr(thing, "prefix", "")
    return KINDS.get(prefix, str(thing._meta.model_name))[:40]  # noqa: SLF001 - Django's documented name


def name_of(thing: Model | None) -> str:
    """Its public id; of what has none, its key."""
    return "" if thing is None else str(getattr(thing, "public_id", "") or thing.pk)[:80]
