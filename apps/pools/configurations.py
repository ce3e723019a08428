"""Provider configurations: made, changed and deleted by staff. Pools name them; their kind and name stay."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from apps.access.actor import Actor
from apps.access.staff import staff_only
from apps.audit.actions import Action
from apps.audit.record import record
from apps.core import clock
from apps.core.errors import Conflict, Invalid
from apps.events import bus
from apps.events.catalog import EventType
from apps.events.publish import publish
from apps.nodes.use import check_egress
from apps.pools.launch_rules import UNSTORABLE
from apps.pools.models import ProviderConfiguration

CHANGEABLE = ("open_to_users", "egress_allow", "options")


def create_configuration(*, actor: Actor, name: str, kind: str, fields: Mapping[str, Any]) -> ProviderConfiguration:
    """Raises NotFound for who is not staff, Invalid naming every field that is wrong."""
    staff_only(actor)
    row = ProviderConfiguration(name=name, kind=kind)
    with transaction.atomic():
        _set(row, fields)
        row.save(force_insert=True)
        _tell(row, EventType.PROVIDER_CREATED)
        record(actor, Action.PROVIDER_CREATED, row, after={"name": name, "kind": kind, **_audited(row)})
    return row


def change_configuration(configuration: ProviderConfiguration, *, actor: Actor, fields: Mapping[str, Any]) -> None:
    """Warm browsers that were made under the former one are replaced, a few at a time; the instance is refreshed."""
    staff_only(actor)
    with transaction.atomic():
        row = ProviderConfiguration.objects.select_for_update().get(pk=configuration.pk)
        before = _audited(row)
        _set(row, fields)
        row.save()
        _tell(row, EventType.PROVIDER_CHANGED)
        record(actor, Action.PROVIDER_CHANGED, row, before=before, after=_audited(row))
    configuration.refresh_from_db()


def delete_configuration(configuration: ProviderConfiguration, *, actor: Actor) -> None:
    """Raises Conflict where a pool names it, a deleted one too: its sessions are still told about."""
    staff_only(actor)
    with transaction.atomic():
        row = ProviderConfiguration.objects.select_for_update().get(pk=configuration.pk)
        if row.pools.exists():
            raise Conflict("in_use", f"Pools name the provider {row.name}, or did before they were deleted.")
        _tell(row, EventType.PROVIDER_DELETED)
        record(actor, Action.PROVIDER_DELETED, row, before={"name": row.name, "kind": row.kind})
        row.delete()


def problem(name: str, value: Any) -> str:
    """Why that field may not have that value, in a sentence; empty where it may."""
    if name == "egress_allow":
        if not isinstance(value, list):
            return "Give a list."
        try:
            check_egress(value)  # an entry that no node understands would keep every browser from starting
        except Invalid as error:
            return error.detail
    if name == "options":
        if not isinstance(value, dict):
            return "Give an object."
        if not _is_storable(value):
            return "Something in it cannot be stored."
    return ""


def _set(row: ProviderConfiguration, fields: Mapping[str, Any]) -> None:
    wrong = {name: "There is no such field." for name in fields if name not in CHANGEABLE}
    for name in CHANGEABLE:
        if name in fields:
            setattr(row, name, fields[name])
    wrong |= {name: why for name in CHANGEABLE if (why := problem(name, getattr(row, name)))}
    try:
        row.full_clean(exclude=list(wrong))
    except ValidationError as error:
        wrong |= {name: " ".join(words) for name, words in error.message_dict.items()}
    if wrong:
        raise Invalid("invalid", "; ".join(f"{name}: {why}" for name, why in wrong.items()), fields=wrong)


def _is_storable(value: Any) -> bool:
    """What every database takes: Python reads more as JSON than others do."""
    if isinstance(value, dict):
        return all(_is_storable(part) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return all(_is_storable(part) for part in value)
    return isfinite(value) if isinstance(value, float) else not (isinstance(value, str) and UNSTORABLE.search(value))


def _audited(row: ProviderConfiguration) -> dict[str, Any]:
    return {name: getattr(row, name) for name in CHANGEABLE}


def _tell(row: ProviderConfiguration, event: EventType) -> None:
    """Of nobody's: staff alone are told."""
    publish(event, at=clock.now(), data={"provider": row.public_id, "name": row.name})
    bus.hint_after_commit(bus.Topic.RECONCILE)
