"""Every address and every role: what is answered is what the table says, and no address is missing from it."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from apps.core.identifiers import encode, uuid7
from apps.saved_views.services import save_view
from tests.factories import pools, sessions
from tests.factories.people import actor_for, make_token, signed_in_device
from tests.permissions import table, teams_table
from tests.permissions.roles import NOBODY, SOMEBODY, People, browsers, people, programs, team_things
from tests.permissions.table import ADMIN, ADMIN_SIGN_IN, OPEN_PATHS, Row

pytestmark = [pytest.mark.django_db, pytest.mark.database]
PROGRAM = [*table.PROGRAM, *teams_table.PROGRAM]
PAGES = [*table.PAGES, *teams_table.PAGES]
OPEN = table.OPEN | teams_table.OPEN


def routes(
    patterns: list[URLPattern | URLResolver] | None = None, before: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        here = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, here)
        else:
            yield here, pattern


def test_every_address_is_in_the_table():
    known = {row.route for row in (*PROGRAM, *PAGES)} | set(OPEN)
    there = {route for route, _ in routes() if not route.startswith(ADMIN)}
    twins = {f"{row.route}/" for row in PROGRAM}
    assert there - known - twins == set(), "addresses without a row"
    assert known - there == set(), "rows without an address"


def test_every_method_of_a_program_address_is_in_the_table():
    for route, pattern in routes():
        view = getattr(pattern.callback, "cls", None)
        if not route.startswith("api/v1/") or view is None or route.endswith("/"):
            continue
        offered = {name.upper() for name in view.http_method_names if hasattr(view, name)} - {"OPTIONS", "HEAD"}
        assert offered == {row.method for row in PROGRAM if row.route == route}, route


@pytest.fixture
def world() -> tuple[People, dict[str, str], object]:
    """A's things and the system's, and the people."""
    those = people()
    default = pools.ensure_default_pool()
    session = sessions.make_claimed_session(those.a, keep_alive=True)
    warm = sessions.make_ready_session()
    claim = sessions.make_queued_claim(those.a)
    pool = pools.make_pool(those.a)
    things = {
        "session": session.public_id,
        "warm": warm.public_id,
        "claim": claim.public_id,
        "pool": pool.public_id,
        "system": default.public_id,
        "token": make_token(those.a, name="of A")[0].public_id,
        "device": signed_in_device(those.a).public_id,
        "view": save_view(actor=actor_for(those.a), name="of A", query="state=live").public_id,
    }
    return those, things | team_things(those, session, pool), session


@contextmanager
def undone() -> Iterator[None]:
    """One role's doing is not the next one's world."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def ask(client: Client, row: Row, path: str) -> HttpResponse:
    if row.method == "GET":
        return client.get(path)
    if row in PAGES:
        return client.post(path, {"anything": "x"})
    return client.generic(row.method, path, json.dumps(row.body or {}), content_type="application/json")


def name_of(row: Row) -> str:
    return f"{row.method} {row.path}{' system' if row.body and 'is_system' in row.body else ''}"


@pytest.mark.parametrize("row", PROGRAM, ids=name_of)
def test_a_program_address_answers_each_role_as_the_table_says(row: Row, world):
    those, things, session = world
    clients = programs(those, session)
    expected = dict.fromkeys(NOBODY, 401) | dict(zip(SOMEBODY, row.answers, strict=True))
    expected |= {"superuser": expected["staff"], "mate": teams_table.mate(row), "pooled": teams_table.pooled(row)}
    answered = {}
    for role in expected:
        with undone():
            answered[role] = ask(clients[role], row, row.path.format(**things)).status_code
    assert answered == expected


@pytest.mark.parametrize("row", PAGES, ids=name_of)
def test_a_page_answers_each_role_as_the_table_says(row: Row, world):
    those, things, _ = world
    clients = browsers(those)
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
def test_an_open_address_has_an_answer_for_everybody(route: str, world):
    those, _, session = world
    path = OPEN_PATHS.get(route, f"/{route}")
    callers = {f"program {role}": client for role, client in programs(those, session).items()}
    callers |= {f"page {role}": client for role, client in browsers(those).items()}
    for role, client in callers.items():
        with undone():
            response = client.get(path)
        assert response.status_code < 500 or response.status_code == OPEN[route], role
        if role == "program anonymous":
            assert response.status_code == OPEN[route]


def test_the_administration_lets_in_staff_alone(world):
    those, _, _ = world
    clients = browsers(those)
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
def test_what_is_somebody_elses_is_like_what_is_not_there_to_the_byte(row: Row, world):
    those, things, session = world
    is_program = row.path.startswith("/api/")
    client = (programs(those, session) if is_program else browsers(those))["b"]
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
