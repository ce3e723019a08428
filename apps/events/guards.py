"""Events are append-only: once written, nothing but the position may be given, and that once."""

from typing import Any

from apps.events.triggers import Guard, install

FIXED = ("uuid", "type", "occurred_at", "owner_id", "session_id", "pool_id", "sequence", "data")


def _differs(column: str) -> str:
    """IS DISTINCT FROM, in words that every SQLite knows too."""
    return f"(NEW.{column} <> OLD.{column} OR (NEW.{column} IS NULL) <> (OLD.{column} IS NULL))"


GUARDS = (
    Guard(
        name="events_append_only",
        table="events_event",
        moment="UPDATE",
        refuse=" OR ".join([*map(_differs, FIXED), f"(OLD.position IS NOT NULL AND {_differs('position')})"]),
        message="events are append-only",
    ),
)


def install_after_migrate(**_: Any) -> None:
    install(GUARDS)
