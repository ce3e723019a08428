"""Events are append-only: once written, nothing but the position may be given, and that once."""

from typing import Any

from apps.events.triggers import Guard, differs, install

FIXED = ("uuid", "type", "occurred_at", "owner_id", "session_id", "pool_id", "sequence", "data")

GUARDS = (
    Guard(
        name="events_append_only",
        table="events_event",
        moment="UPDATE",
        refuse=" OR ".join([*map(differs, FIXED), f"(OLD.position IS NOT NULL AND {differs('position')})"]),
        message="events are append-only",
    ),
)


def install_after_migrate(**_: Any) -> None:
    install(GUARDS)
