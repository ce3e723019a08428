"""What the database refuses of sessions, rendered from the table of edges."""

from typing import Any

from apps.events.triggers import Guard, install
from apps.sessions.lifecycle import EDGES

TABLE = "browser_sessions_browsersession"


def _edges() -> str:
    allowed = " OR ".join(
        f"(OLD.state = '{state}' AND NEW.state IN ({', '.join(repr(str(to)) for to in sorted(onward))}))"
        for state, onward in EDGES.items()
        if onward
    )
    return f"(NEW.state <> OLD.state AND NOT ({allowed}))"


GUARDS = (
    Guard("sessions_edges", TABLE, "UPDATE", _edges(), "this edge between session states does not exist"),
    Guard("sessions_begin_pending", TABLE, "INSERT", "(NEW.state <> 'pending')", "a session begins as pending"),
    Guard(
        "sessions_version_grows",
        TABLE,
        "UPDATE",
        "(NEW.generation < OLD.generation OR (NEW.state <> OLD.state AND NEW.generation = OLD.generation))",
        "a change of state must raise the generation",
    ),
    Guard(
        "sessions_one_owner",
        TABLE,
        "UPDATE",
        "(OLD.owner_id IS NOT NULL AND (NEW.owner_id IS NULL OR NEW.owner_id <> OLD.owner_id))",
        "the owner of a session never changes",
    ),
    Guard(
        "sessions_ready_is_unowned",
        TABLE,
        "UPDATE",
        "(OLD.state = 'starting' AND ((NEW.state = 'ready' AND NEW.owner_id IS NOT NULL) "
        "OR (NEW.state = 'claimed' AND NEW.owner_id IS NULL)))",
        "starting leads to ready without an owner and to claimed with one",
    ),
)


def install_after_migrate(**_: Any) -> None:
    install(GUARDS)
