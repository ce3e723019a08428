"""Every answer of every address says what browsers may do with it, and who may keep it."""

import re
from typing import Any

import pytest
from django.http.response import HttpResponseBase
from django.test import Client

from tests.factories.people import make_token
from tests.hostile.ground import always_signed_in, mutating, open_paths, path_of, reading, signed_in
from tests.permissions.table import OPEN_PATHS
from tests.permissions.world import OPEN, undone, world

__all__ = ["world"]
pytestmark = pytest.mark.django_db

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
SANDBOX = "/replay/frame/"  # shows recorded pages, which are hostile: no origin, no network, framed by our player alone
SANDBOXED = (
    "sandbox allow-scripts;",
    "default-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
)
POLICY = ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'")


def flaws(answer: HttpResponseBase, *, personal: bool, strict: bool = True) -> list[str]:
    found = [
        f"{name}: {answer.headers.get(name)}" for name, value in ALWAYS.items() if answer.headers.get(name) != value
    ]
    if answer.headers.get("Referrer-Policy") not in {"same-origin", "no-referrer"}:
        found.append("it tells others where one came from")
    policy = answer.headers.get("Content-Security-Policy", "")
    found += [f"CSP lacks {part}" for part in POLICY if part not in policy]
    if strict and "unsafe" in policy:
        found.append("CSP allows what is unsafe")
    if "//" in policy or "*" in policy:
        found.append("CSP allows another origin")
    if personal and not {"no-store", "private"} & set(
        answer.headers.get("Cache-Control", "").replace(" ", "").split(",")
    ):
        found.append(f"Cache-Control: {answer.headers.get('Cache-Control')}")
    for name in ("Server", "X-Powered-By", "Access-Control-Allow-Origin"):
        if name in answer.headers:
            found.append(f"says {name}")
    return found


def sandbox_flaws(answer: HttpResponseBase) -> list[str]:
    """Its one script is named by a nonce; its style sheets are the recorded page's."""
    policy = answer.headers.get("Content-Security-Policy", "")
    found = [f"CSP lacks {part}" for part in SANDBOXED if part not in policy]
    if (
        not re.search(r"script-src 'nonce-[\w-]{16,}';", policy)
        or "allow-same-origin" in policy
        or "unsafe-eval" in policy
    ):
        found.append("CSP lets scripts of others run")
    if "//" in policy or "*" in policy or "connect-src" in policy:
        found.append("CSP allows another origin")
    if answer.headers.get("X-Frame-Options") != "SAMEORIGIN":
        found.append("it may be framed by others")
    return found


@pytest.mark.wide
def test_every_page_and_every_answer_of_the_api_has_them(world: Any):
    those, things, _ = world
    page, program = always_signed_in(those.a), Client(headers={"Authorization": f"Bearer {make_token(those.a)[1]}"})
    wrong = {}
    for row in (*reading(), *mutating()):
        is_api = row.path.startswith("/api/")
        with undone():
            answer = (program if is_api else page).generic(row.method, path_of(row, things))
        found = flaws(answer, personal=True) if row.path != SANDBOX else sandbox_flaws(answer)
        if is_api and answer.headers.get("Cache-Control") != "no-store":
            found.append("an answer of the API may be kept")
        if found:
            wrong[row.method, row.path] = found
    assert wrong == {}


@pytest.mark.parametrize("route", sorted(OPEN))
def test_open_addresses_have_them_too(route: str, make_user: Any):
    path = OPEN_PATHS.get(route, f"/{route}")
    for client in (Client(raise_request_exception=False), signed_in(make_user())):
        answer = client.get(path)
        assert flaws(answer, personal=path.startswith("/accounts/")) == []


@pytest.mark.parametrize("path", open_paths())
def test_refusals_have_them_too(path: str):
    for method in ("GET", "POST", "PUT"):
        answer = Client(raise_request_exception=False, enforce_csrf_checks=True).generic(method, path)
        assert flaws(answer, personal=False, strict=not path.startswith("/admin/")) == []


def test_the_administration_has_a_policy_as_well(make_user: Any):
    answer = signed_in(make_user(superuser=True)).get("/admin/")
    assert flaws(answer, personal=True, strict=False) == []


def test_cookies_are_out_of_scripts_and_of_other_sites_reach(make_user):
    make_user("ann@example.com")
    client = Client()
    client.get("/accounts/login/")
    client.post("/accounts/login/", {"login": "ann@example.com", "password": "correct horse battery"})
    cookie = client.cookies["browsergrid_session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert cookie["domain"] == ""
    assert client.cookies["browsergrid_csrf"]["samesite"] == "Lax"
