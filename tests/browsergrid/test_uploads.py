"""Longer bodies, for those whom we know, where files are taken."""

from dataclasses import replace

import pytest
from django.conf import settings as configured
from django.test import Client

from apps.sessions.viewing import make_view
from browsergrid.uploads import MARGIN, longest_body
from tests.factories.people import actor_for, make_token, make_user
from tests.factories.sessions import make_claimed_session

pytestmark = pytest.mark.django_db(transaction=True)
USUAL = configured.DATA_UPLOAD_MAX_MEMORY_SIZE
LARGE = 10 * USUAL
FILES = "/api/v1/sessions/ses_x/files"


@pytest.fixture(autouse=True)
def _large(settings) -> None:
    settings.GRID = replace(settings.GRID, file_bytes=LARGE)


def scope(path: str = FILES, method: str = "POST", query: str = "", **headers: str) -> dict:
    sent = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"method": method, "path": path, "query_string": query.encode(), "headers": sent}


def signed_in() -> str:
    client = Client()
    client.force_login(make_user(), backend="django.contrib.auth.backends.ModelBackend")
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


@pytest.fixture
def secret() -> str:
    return make_token(make_user())[1]


@pytest.mark.parametrize("path", [FILES, f"{FILES}/", "/sessions/ses_x/files/upload/"])
async def test_a_token_may_send_a_file(secret: str, path: str):
    assert await longest_body(scope(path, authorization=f"Bearer {secret}")) == LARGE + MARGIN
    assert await longest_body(scope(path, x_api_key=secret)) == LARGE + MARGIN
    assert await longest_body(scope(path, query=f"token={secret}")) == LARGE + MARGIN


@pytest.fixture
def cookie() -> str:
    return signed_in()


async def test_a_signed_in_person_may(cookie: str):
    assert await longest_body(scope(cookie=cookie)) == LARGE + MARGIN


@pytest.fixture
def ticket() -> str:
    user = make_user()
    return make_view(make_claimed_session(user), actor=actor_for(user), interactive=True)[1]


async def test_whoever_has_control_may_where_a_page_asks_for_a_file(ticket: str):
    path = "/sessions/ses_x/live/files/"
    assert await longest_body(scope(path, x_browsergrid_ticket=ticket)) == LARGE + MARGIN
    assert await longest_body(scope(path, x_browsergrid_ticket="tkt_nobodys")) == USUAL


@pytest.mark.parametrize(
    "headers", [{}, {"authorization": "Bearer bg_x"}, {"cookie": "browsergrid_session=x"}, {"cookie": "\x00=;;"}]
)
async def test_strangers_may_not(headers: dict[str, str]):
    assert await longest_body(scope(**headers)) == USUAL


@pytest.mark.parametrize(
    ("path", "method"),
    [("/api/v1/sessions", "POST"), (FILES, "PUT"), (f"{FILES}/fil_x", "POST"), (f"/x{FILES}", "POST")],
)
async def test_nothing_else_is_longer(secret: str, path: str, method: str):
    assert await longest_body(scope(path, method, authorization=f"Bearer {secret}")) == USUAL
