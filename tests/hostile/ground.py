"""Ada's things and everybody's routes, as the table of permissions has them; what is asked is undone."""

import copy
import re
from functools import cache
from typing import Any

from django.test import Client

from tests.permissions.routes import methods_of, routes
from tests.permissions.table import OPEN_PATHS, Row
from tests.permissions.world import OPEN, PAGES, PROGRAM

BACKEND = "django.contrib.auth.backends.ModelBackend"
LOOKS = {"GET", "HEAD", "OPTIONS", "TRACE"}
NOWHERE = "api/"


@cache
def mutating() -> tuple[Row, ...]:
    """A row for each method and route that may change something, as the views themselves say: none is forgotten.

    The table's, those of Ada's own things first. Of pages that are not ours (an account's) it has the look alone: the
    same path stands for what is sent there. The administration has tests of its own.
    """
    found: dict[tuple[str, str], Row] = {}
    for row in (*PROGRAM, *PAGES):
        if row.method != "GET":
            best = found.get((row.method, row.route))
            if best is None or (best.answers[0] >= 400 > row.answers[0]):
                found[row.method, row.route] = row
    paths = {row.route: row.path for row in PAGES} | {route: OPEN_PATHS.get(route, f"/{route}") for route in OPEN}
    beside = {f"{row.route}/" for row in PROGRAM} | {NOWHERE}
    for route, pattern in routes():
        if route in paths and route not in beside:  # what is in no table at all fails the matrix
            for method in methods_of(pattern) - LOOKS:
                if (method, route) not in found:
                    found[method, route] = Row(route, paths[route], method, ())
    return tuple(found.values())


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


class _Steadfast(Client):
    """What is asked is undone, and so is what the answer says of cookies: no row signs out for the next one."""

    def request(self, **request: Any) -> Any:
        kept = copy.deepcopy(self.cookies)
        try:
            return super().request(**request)
        finally:
            self.cookies = kept


def always_signed_in(user: object, *, strict: bool = False) -> Client:
    """For sweeps through all rows, each within `undone`."""
    client = _Steadfast(raise_request_exception=False, enforce_csrf_checks=strict)
    client.force_login(user, backend=BACKEND)  # type: ignore[arg-type]
    return client


def template_of(path: str) -> str:
    """A path of the OpenAPI document for a route of the resolver."""
    return re.sub(r"<\w+:(\w+)>", r"{\1}", f"/{path}")
