"""Pools as JSON, both ways."""

from collections.abc import Mapping
from typing import Any

from apps.access.actor import Actor
from apps.api.endpoint import is_storable
from apps.api.v1.moments import moment
from apps.core.errors import Invalid
from apps.core.identifiers import encode
from apps.nodes.use import check_launch
from apps.pools.models import Pool
from apps.pools.queries import shows_pool
from apps.sessions.options import from_body

PLAIN = (
    "name", "browser", "min", "max", "max_concurrency", "max_starting", "timeout_minutes", "idle_timeout_seconds",
    "per_user_limit", "queue_limit", "queue_timeout_seconds", "prepared", "idle_policy", "hibernate_days", "recording",
    "logs", "recording_days", "labels",
)  # fmt: skip
KNOWN = frozenset({*PLAIN, "provider", "viewport", "launch"})
LAUNCH = frozenset({"args", "locale", "timezone", "user_agent", "headless"})
TEXTS = frozenset({"name", "browser", "idle_policy", "recording"})
NUMBERS = frozenset(PLAIN) - TEXTS - {"labels", "logs"}
NULLABLE = frozenset({"per_user_limit", "recording_days"})
MOST_LABELS, LONGEST_LABEL = 50, 200


def pool_json(pool: Pool) -> dict[str, Any]:
    return {
        "object": "pool",
        "id": pool.public_id,
        "owner": encode("usr", pool.owner_id) if pool.owner_id else None,
        **{name: getattr(pool, name) for name in PLAIN},
        "provider": pool.provider.name,
        "viewport": {"width": pool.viewport_width, "height": pool.viewport_height},
        "launch": pool.launch,
        "is_system": pool.is_system,
        "is_default": pool.is_default,
        "paused_at": moment(pool.paused_at),
        "created_at": moment(pool.created_at),
    }


def named_json(pool: Pool, actor: Actor) -> dict[str, Any]:
    """A pool as something else names it: its id only where it is the actor's to see."""
    return {"id": pool.public_id if shows_pool(actor, pool) else None, "name": pool.name}


def pool_fields(body: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that a body names, `provider` not among them. Raises Invalid, naming every field that is wrong."""
    wrong: dict[str, str] = {}
    fields = {name: body[name] for name in PLAIN if name in body}
    for name, value in fields.items():
        if name in NUMBERS:
            if type(value) is not int and not (name in NULLABLE and value is None):
                wrong[name] = "Give a whole number."
        elif name == "logs":
            if not isinstance(value, bool):
                wrong[name] = "Give true or false."
        elif name == "labels":
            if not _are_labels(value):
                wrong[name] = f"Give at most {MOST_LABELS} texts of at most {LONGEST_LABEL} letters."
        elif not is_storable(value):
            wrong[name] = "Give a text."
    if "launch" in body:
        _launch(body["launch"], fields, wrong)
    if "viewport" in body:
        _viewport(body["viewport"], fields, wrong)
    if wrong:
        raise Invalid("invalid", "; ".join(f"{name}: {why}" for name, why in wrong.items()), fields=wrong)
    return fields


def _launch(value: Any, fields: dict[str, Any], wrong: dict[str, str]) -> None:
    if not isinstance(value, dict) or not set(value) <= LAUNCH:
        wrong["launch"] = f"Give an object of {', '.join(sorted(LAUNCH))}."
        return
    try:
        fields["launch"] = from_body(value).launch
        check_launch(fields["launch"])
    except Invalid as error:
        wrong["launch"] = error.detail


def _viewport(value: Any, fields: dict[str, Any], wrong: dict[str, str]) -> None:
    try:
        size = from_body({"viewport": value}).launch["viewport"]
    except (Invalid, KeyError) as error:
        wrong["viewport"] = error.fields["viewport"] if isinstance(error, Invalid) else "Give width and height."
    else:
        fields |= {"viewport_width": size["width"], "viewport_height": size["height"]}


def _are_labels(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and len(value) <= MOST_LABELS
        and all(is_storable(text) and len(text) <= LONGEST_LABEL for pair in value.items() for text in pair)
    )
