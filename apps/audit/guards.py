"""Entries are append-only: what was written stays, sealing happens once, nothing is deleted."""

from typing import Any

from apps.events.triggers import Guard, differs, install

FIXED = ("id", "at", "person_id", "credential", "address", "action", "kind", "thing", "before", "after")
TABLE = "audit_entry"
MESSAGE = "the audit is append-only"

GUARDS = (
    Guard(
        name="audit_append_only",
        table=TABLE,
        moment="UPDATE",
        refuse=" OR ".join(["OLD.number IS NOT NULL", "NEW.number IS NULL", *map(differs, FIXED)]),
        message=MESSAGE,
    ),
    Guard(name="audit_no_delete", table=TABLE, moment="DELETE", refuse="OLD.id IS NOT NULL", message=MESSAGE),
)


def install_after_migrate(**_: Any) -> None:
    install(GUARDS)
