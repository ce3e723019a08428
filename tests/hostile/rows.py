"""What is in the database, so that a request can be shown to have changed nothing, or nothing but its own."""

import hashlib
from typing import Any

from django.apps import apps
from django.db.models import Model

# Whoever asks leaves a trace; that is no effect.
ASIDE = {"sessions.Session", "accounts.Device", "accounts.Remembered", "audit.Entry", "audit.ChainEnd"}
KEPT = (
    "owner_id", "user_id", "is_staff", "is_superuser", "is_active", "is_default", "is_system", "state", "created_at",
    "hash", "credential", "revoked_at", "deleted_at", "outcome", "end_reason", "sequence", "generation", "password",
)  # fmt: skip


def models() -> list[type[Model]]:
    return [model for model in apps.get_models() if model._meta.label not in ASIDE and model._meta.managed]


def fingerprint() -> dict[str, str]:
    """A digest of every table's rows, without those columns that merely note a visit."""
    found = {}
    for model in models():
        names = [
            each.attname for each in model._meta.concrete_fields if each.name not in {"last_login", "last_used_at"}
        ]
        rows = sorted(repr(row) for row in model._default_manager.values_list(*names))
        found[model._meta.label] = hashlib.sha256("\n".join(rows).encode(errors="replace")).hexdigest()[:12]
    return found


def kept() -> dict[tuple[str, Any], dict[str, Any]]:
    """Of every row, what no body may decide."""
    found: dict[tuple[str, Any], dict[str, Any]] = {}
    for model in models():
        names = [each.attname for each in model._meta.concrete_fields if each.attname in KEPT]
        if names:
            for row in model._default_manager.values("pk", *names):
                found[model._meta.label, row.pop("pk")] = row
    return found


def changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return [label for label in after if before.get(label) != after[label]]
