"""What no body may decide: whose a thing is, how strong somebody is, what state something is in, when it was."""

import json
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from tests.api.caller import document
from tests.factories.people import make_token
from tests.hostile.ground import always_signed_in, mutating, path_of, template_of
from tests.hostile.rows import kept
from tests.permissions.world import undone, world

__all__ = ["world"]
pytestmark = pytest.mark.django_db

MOMENT = "2001-01-01T00:00:00Z"


def forbidden(those: Any) -> dict[str, Any]:
    return {
        "owner": those.b.public_id, "owner_id": str(those.b.pk), "user": those.b.public_id, "user_id": str(those.b.pk),
        "person": str(those.b.pk), "is_staff": True, "is_superuser": True, "is_active": False, "is_default": True,
        "is_system": True, "state": "completed", "outcome": "error", "end_reason": "admin", "id": str(those.b.pk),
        "pk": str(those.b.pk), "created_at": MOMENT, "revoked_at": MOMENT, "deleted_at": MOMENT, "ended_at": MOMENT,
        "expires_at": MOMENT, "hash": "x", "credential": "web_x", "password": "x", "scopes": ["tokens:write"],
        "generation": 99, "sequence": 99, "active_seconds": 1e9, "claimed_from": "x", "node": "x", "provider_id": 1,
        "groups": [1], "permissions": [1], "user_permissions": [1], "object": "pool", "__class__": "x", "_state": {},
    }  # fmt: skip


def effects(before: dict[Any, Any], after: dict[Any, Any], those: Any) -> list[str]:
    """Rows of others that changed, and new rows that are not the caller's own."""
    mine = {those.a.pk, None}
    found = []
    for key, values in after.items():
        former = before.get(key)
        if former is None:
            if values.get("owner_id", those.a.pk) not in mine or values.get("user_id", those.a.pk) not in mine:
                found.append(f"{key[0]} was made for somebody else")
            if any(values.get(name) for name in ("is_staff", "is_superuser", "is_default")):
                found.append(f"{key[0]} was made too strong")
            if str(values.get("created_at", ""))[:4] == MOMENT[:4]:
                found.append(f"{key[0]} was made in the past")
        else:
            for name in (
                "owner_id",
                "user_id",
                "is_staff",
                "is_superuser",
                "is_default",
                "is_system",
                "created_at",
                "hash",
            ):
                if former.get(name) != values.get(name):
                    found.append(f"{key[0]}.{name} changed")
    return found


def test_the_api_names_what_it_does_not_take_and_applies_nothing_of_it(world):
    those, things, _ = world
    client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {make_token(those.a)[1]}"})
    before, wrong = kept(), {}
    for row in mutating():
        said = document()["paths"].get(template_of(row.route), {}).get(row.method.lower(), {})
        content = said.get("requestBody", {}).get("content", {}).get("application/json")
        schema = content["schema"] if content else {}
        while "$ref" in schema:
            schema = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        if not row.path.startswith("/api/"):
            continue
        path, known = path_of(row, things), schema.get("properties", {})
        strange = {name: value for name, value in forbidden(those).items() if name not in known}
        bodies = [strange]
        for extra in bodies:
            with undone():
                body = json.dumps(dict(row.body or {}) | extra)
                answer = client.generic(row.method, path, body, content_type="application/json")
                found = effects(before, kept(), those) if answer.status_code < 300 else []
            if content and extra is strange:  # what was not refused by its name is asked again by itself
                refused = {error["field"] for error in answer.json().get("errors", ())}
                bodies += [{name: value} for name, value in strange.items() if name not in refused]
            if content and answer.status_code not in {404, 422}:
                found.append(f"{answer.status_code} and not 422")
            if found or answer.status_code >= 500:
                wrong[row.method, row.route, ", ".join(extra)[:60]] = found or answer.status_code
    assert wrong == {}


def test_no_form_applies_a_field_that_it_does_not_show(world):
    those, things, _ = world
    client, before, wrong = always_signed_in(those.a), kept(), {}
    extra = {
        name: json.dumps(value) if isinstance(value, (list, dict)) else value
        for name, value in forbidden(those).items()
    }
    full = {
        "name": "mine too", "min": 0, "max": 1, "max_concurrency": 1, "timeout_minutes": 5, "idle_timeout_seconds": 0,
        "queue_limit": 1, "queue_timeout_seconds": 1, "max_starting": 1, "viewport_width": 800, "viewport_height": 600,
        "power": "everything", "expires": "90", "theme": "dark", "to": "ben@example.com", "email": "ben@example.com",
        "level": "view", "role": "member",
    }  # fmt: skip
    for row in mutating():
        if row.path.startswith("/api/"):
            continue
        with undone():
            answer = client.post(path_of(row, things), full | extra | full)
            found = effects(before, kept(), those)
        if found or answer.status_code >= 500:
            wrong[row.route] = found or answer.status_code
    assert wrong == {}


def test_the_account_s_own_forms_make_nobody_stronger(db, client, settings):
    from apps.accounts.models import User

    settings.GRID = replace(settings.GRID, signup="open")
    before = set(User.objects.exclude(is_staff=False, is_superuser=False))
    strong = {"is_staff": "on", "is_superuser": "on", "is_active": "on", "id": "1", "groups": "1"}
    fields = {"email": "new@example.com", "password1": "correct horse battery", "password2": "correct horse battery"}
    client.post("/accounts/signup/", fields | strong)
    assert User.objects.filter(email="new@example.com").exists()
    assert set(User.objects.exclude(is_staff=False, is_superuser=False)) == before
