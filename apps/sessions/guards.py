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


MOVED = (
    "((NEW.transferred_at IS NULL) <> (OLD.transferred_at IS NULL) OR (NEW.transferred_at IS NOT NULL "
    "AND OLD.transferred_at IS NOT NULL AND NEW.transferred_at <> OLD.transferred_at))"
)
# What `apps.sessions.transfer` writes and nothing else does: the time, no other state, one version and one event more.
TRANSFER = (
    f"({MOVED} AND NEW.transferred_at IS NOT NULL AND NEW.state = OLD.state "
    "AND NEW.generation = OLD.generation + 1 AND NEW.sequence = OLD.sequence + 1)"
)

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
        f"(OLD.owner_id IS NOT NULL AND (NEW.owner_id IS NULL OR (NEW.owner_id <> OLD.owner_id AND NOT {TRANSFER})))",
        "the owner of a session changes by a transfer alone",
        needs=("transferred_at",),
    ),
    Guard(
        "sessions_transfer_changes_the_owner",
        TABLE,
        "UPDATE",
        f"({MOVED} AND (OLD.owner_id IS NULL OR NEW.owner_id IS NULL OR NEW.owner_id = OLD.owner_id))",
        "a transfer gives the session to somebody else",
        needs=("transferred_at",),
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
