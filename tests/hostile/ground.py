"""Ada's things and everybody's routes, as the table of permissions has them; what is asked is undone."""

import re

from django.test import Client

from tests.permissions.table import PAGES, PROGRAM, Row

BACKEND = "django.contrib.auth.backends.ModelBackend"


def mutating() -> list[Row]:
    """The rows that change something, one for each method and route; those of Ada's own things come first."""
    found: dict[tuple[str, str], Row] = {}
    for row in (*PROGRAM, *PAGES):
        if row.method != "GET":
            best = found.get((row.method, row.route))
            if best is None or (best.answers[0] >= 400 > row.answers[0]):
                found[row.method, row.route] = row
    return list(found.values())


def reading() -> list[Row]:
    return [row for row in (*PROGRAM, *PAGES) if row.method == "GET"]


def named(row: Row) -> str:
    return f"{row.method} {row.path}"


def path_of(row: Row, things: dict[str, str]) -> str:
    return row.path.format(**things)


def open_paths() -> list[str]:
    """Addresses without an id that stand for the rest: pages, the API, the account's, the administration, files."""
    return [
        "/", "/sessions/", "/api/v1/sessions", "/api/v1/nothing", "/api/schema/", "/api/docs/", "/accounts/login/",
        "/admin/", "/healthz", "/metrics", "/static/dashboard/css/reset.css", "/nothing/at/all",
    ]  # fmt: skip


def signed_in(user: object, *, strict: bool = False) -> Client:
    client = Client(raise_request_exception=False, enforce_csrf_checks=strict)
    client.force_login(user, backend=BACKEND)  # type: ignore[arg-type]
    return client


def template_of(path: str) -> str:
    """A path of the OpenAPI document for a route of the resolver."""
    return re.sub(r"<\w+:(\w+)>", r"{\1}", f"/{path}")
