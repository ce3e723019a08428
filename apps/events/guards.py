"""Events are append-only: once written, nothing but the position may be given, and that once."""

from typing import Any

from apps.events.triggers import Guard, install

GUARDS = (
    Guard(
        name="events_append_only",
        table="events_event",
        moment="UPDATE",
        refuse=(
            "NEW.type <> OLD.type OR NEW.uuid <> OLD.uuid OR NEW.occurred_at <> OLD.occurred_at "
            "OR COALESCE(NEW.sequence, 0) <> COALESCE(OLD.sequence, 0) "
            "OR (OLD.position IS NOT NULL AND COALESCE(NEW.position, 0) <> OLD.position)"
        ),
        message="events are append-only",
    ),
)


def install_after_migrate(**_: Any) -> None:
    install(GUARDS)
