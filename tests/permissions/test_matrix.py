"""Every address and every role: what is answered is what the table says, and no address is missing from it."""

import re

import pytest
from django.http import HttpResponse

from apps.core.identifiers import encode, uuid7
from tests.permissions import teams_table
from tests.permissions.roles import NOBODY, SOMEBODY
from tests.permissions.routes import methods_of, routes
from tests.permissions.table import ADMIN, ADMIN_SIGN_IN, OPEN_PATHS, Row
from tests.permissions.world import OPEN, PAGES, PROGRAM, Callers, ask, callers, name_of, undone, world

pytestmark = [pytest.mark.django_db, pytest.mark.database]
__all__ = ["callers", "world"]


def test_every_address_is_in_the_table():
    known = {row.route for row in (*PROGRAM, *PAGES)} | set(OPEN)
    there = {route for route, _ in routes() if not route.startswith(ADMIN)}
    twins = {f"{row.route}/" for row in PROGRAM}
    assert there - known - twins == set(), "addresses without a row"
    assert known - there == set(), "rows without an address"


def test_every_method_of_a_program_address_is_in_the_table():
    for route, pattern in routes():
        if route.startswith("api/v1/") and not route.endswith("/"):
            offered = methods_of(pattern) - {"OPTIONS", "HEAD"}
            assert offered == {row.method for row in PROGRAM if row.route == route}, route


@pytest.mark.parametrize("row", PROGRAM, ids=name_of)
def test_a_program_address_answers_each_role_as_the_table_says(row: Row, world, callers: Callers):
    _, things, _ = world
    clients = callers.programs()
    expected = dict.fromkeys(NOBODY, 401) | dict(zip(SOMEBODY, row.answers, strict=True))
    expected |= {"superuser": expected["staff"], "mate": teams_table.mate(row), "pooled": teams_table.pooled(row)}
    answered = {}
    for role in expected:
        with undone():
            answered[role] = ask(clients[role], row, row.path.format(**things)).status_code
    assert answered == expected


@pytest.mark.parametrize("row", PAGES, ids=name_of)
def test_a_page_answers_each_role_as_the_table_says(row: Row, world, callers: Callers):
    _, things, _ = world
    clients = callers.browsers()
    a, b, staff = row.answers
    expected = {"a": a, "b": b, "mate": teams_table.mate(row), "staff": staff, "superuser": staff}
    answered = {}
    for role, client in clients.items():
        with undone():
            response = ask(client, row, row.path.format(**things))
        if role in expected:
            answered[role] = response.status_code
        else:
            assert response.status_code == 302, role
            assert response["Location"].startswith("/accounts/login/"), role
    assert answered == expected


@pytest.mark.parametrize("route", sorted(OPEN))
def test_an_open_address_has_an_answer_for_everybody(route: str, callers: Callers):
    path = OPEN_PATHS.get(route, f"/{route}")
    everybody = {f"program {role}": client for role, client in callers.programs().items()}
    everybody |= {f"page {role}": client for role, client in callers.browsers().items()}
    for role, client in everybody.items():
        with undone():
            response = client.get(path)
        assert response.status_code < 500 or response.status_code == OPEN[route], role
        if role == "program anonymous":
            assert response.status_code == OPEN[route]


def test_the_administration_lets_in_staff_alone(callers: Callers):
    clients = callers.browsers()
    for route, _pattern in routes():
        if not route.startswith(ADMIN) or route == ADMIN_SIGN_IN:
            continue
        path = "/" + _filled(route)
        for role, client in clients.items():
            with undone():
                response = client.get(path)
            if role in {"staff", "superuser"}:
                assert response.status_code < 500, (path, role)
            else:
                assert response.status_code == 302, (path, role)
                assert response["Location"].startswith("/admin/"), (path, role)  # the sign-in, or what leads there


FOREIGN = [row for row in (*PROGRAM, *PAGES) if row.answers[1] == 404]


@pytest.mark.parametrize("row", FOREIGN, ids=name_of)
def test_what_is_somebody_elses_is_like_what_is_not_there_to_the_byte(row: Row, world, callers: Callers):
    _, things, _ = world
    client = (callers.programs() if row.path.startswith("/api/") else callers.browsers())["b"]
    kinds = {"session": "ses", "warm": "ses", "claim": "clm", "system": "pool", "token": "tok"}
    kinds |= {"pool": "pool", "view": "view", "device": "dev"} | teams_table.KINDS
    nothing = {name: encode(kinds[name], uuid7()) for name in things}
    with undone():
        foreign = ask(client, row, row.path.format(**things))
    with undone():
        absent = ask(client, row, row.path.format(**nothing))
    assert foreign.status_code == absent.status_code == 404
    assert _bytes(foreign, things) == _bytes(absent, nothing)
    assert set(foreign.headers) == set(absent.headers)


def _bytes(response: HttpResponse, things: dict[str, str]) -> bytes:
    """Pages differ by their nonce and CSRF token, and may repeat the address that was asked for."""
    content = re.sub(rb'(nonce=|csrf[^"]*"[^"]*value=|X-CSRFToken[^"]*)"[^"]*"', b"", response.content)
    content = re.sub(rb"&quot;X-CSRFToken&quot;: &quot;\w+&quot;", b"", content)
    for word in things.values():
        content = content.replace(word.encode(), b"")
    return content


def _filled(route: str) -> str:
    path = re.sub(r"<(?:\w+:)?(\w+)>", "x", route)
    path = re.sub(r"\^?\(\?P<\w+>[^)]*\)\$?", "x", path)
    return path.replace("^", "").replace("$", "")
