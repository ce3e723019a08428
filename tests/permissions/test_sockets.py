"""The matrix of sockets and streams: every kind of address that upgrades or never ends, and every role.

Sockets are discovered from what the addresses mean (`Kind` and `Thing`) and from the dashboard's own routing; streams
from the views that render one.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from websockets.exceptions import InvalidStatus

from apps.access.permissions import Level, Scope
from apps.accounts.models import User
from apps.api.streams import EventStreamRenderer
from apps.core import clock
from apps.dashboard.live.routing import websocket_urlpatterns
from apps.gateway.addresses import Kind, Thing, browser_id, parse
from apps.gateway.request import naming
from apps.sessions.models import BrowserSession
from apps.sessions.tickets import mint
from apps.tokens.models import ApiToken
from apps.tokens.services import revoke_token
from tests.factories.people import actor_for, make_token, make_user
from tests.factories.pools import make_pool
from tests.factories.teams import make_team, share
from tests.gateway.fake_node import fake_node
from tests.gateway.grid import Grid, running_grid
from tests.permissions.roles import READS
from tests.permissions.routes import routes

pytestmark = pytest.mark.database

OK = 101
# Whoever has no working credential is 401 at the door.
NOBODY = dict.fromkeys(("anonymous", "cookie", "expired", "revoked", "suspended"), 401)
CLAIMS = NOBODY | {"a": OK, "b": OK, "mate": OK, "staff": OK, "superuser": OK}
CLAIMS |= {"reader": 403, "pooled": 404, "ticket": 403}  # the pool of A's own token is not this one
JOINS = NOBODY | {"a": OK, "b": 404, "mate": OK, "staff": OK, "superuser": OK}
JOINS |= {"reader": 403, "pooled": 404, "ticket": OK}
LEGACY = dict.fromkeys(JOINS, 426)  # before anybody is asked who they are
ROOT = dict.fromkeys(JOINS, OK)  # the name itself is the ticket

SOCKETS: dict[tuple[Kind, Thing], tuple[str, dict[str, int]]] = {
    (Kind.CLAIM, Thing.BARE): ("/connect", CLAIMS),
    (Kind.CLAIM, Thing.VERSION): ("/connect/json/version", CLAIMS),
    (Kind.CLAIM, Thing.LIST): ("/connect/json/list", CLAIMS),
    (Kind.CLAIM, Thing.PROTOCOL): ("/connect/json/protocol", CLAIMS),
    (Kind.CLAIM, Thing.UNKNOWN): ("/connect/nothing", dict.fromkeys(CLAIMS, 404)),
    (Kind.SESSION, Thing.BARE): ("/sessions/{session}/connect", JOINS),
    (Kind.SESSION, Thing.VERSION): ("/sessions/{session}/connect/json/version", JOINS),
    (Kind.SESSION, Thing.LIST): ("/api/v1/sessions/{session}/connect/json/list", JOINS),
    (Kind.SESSION, Thing.PROTOCOL): ("/sessions/{session}/connect/json/protocol", JOINS),
    (Kind.SESSION, Thing.BROWSER): ("/sessions/{session}/connect/devtools/browser/{browser}", JOINS),
    (Kind.SESSION, Thing.PAGE): ("/sessions/{session}/connect/devtools/page/A1B2", JOINS),
    (Kind.SESSION, Thing.UNKNOWN): ("/sessions/{session}/connect/nothing", dict.fromkeys(JOINS, 404)),
    (Kind.LEGACY, Thing.BARE): ("/sessions/{session}/edge", LEGACY),
    (Kind.LEGACY, Thing.VERSION): ("/sessions/{session}/edge/json/version", LEGACY),
    (Kind.LEGACY, Thing.LIST): ("/sessions/{session}/edge/json", LEGACY),
    (Kind.LEGACY, Thing.PROTOCOL): ("/sessions/{session}/edge/json/protocol", LEGACY),
    (Kind.LEGACY, Thing.BROWSER): ("/sessions/{session}/edge/devtools/browser/x", LEGACY),
    (Kind.LEGACY, Thing.PAGE): ("/sessions/{session}/edge/devtools/page/x", LEGACY),
    (Kind.LEGACY, Thing.UNKNOWN): ("/sessions/{session}/edge/nothing", LEGACY),
    (Kind.LEGACY, Thing.STREAM): ("/sessions/{session}/edge/stream.webm", LEGACY),
    (Kind.LIVE, Thing.VIEW): (
        "/sessions/{session}/live",
        dict.fromkeys(JOINS, 401),
    ),  # a ticket to connect opens no view
}
# A root is the same address under another name: one thing stands for all.
ROOTED = {(Kind.ROOT, thing) for thing in Thing}
NEVER = {  # no address means these
    *((Kind.CLAIM, thing) for thing in (Thing.BROWSER, Thing.PAGE, Thing.VIEW, Thing.STREAM)),
    *((Kind.SESSION, thing) for thing in (Thing.VIEW, Thing.STREAM)),
    (Kind.LEGACY, Thing.VIEW),
    *((Kind.LIVE, thing) for thing in Thing if thing is not Thing.VIEW),
}


@dataclass(frozen=True)
class World:
    grid: Grid
    session: BrowserSession
    tokens: dict[str, str]
    ticket: str
    root: str


@pytest.fixture
async def world(
    transactional_db: None, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    async with fake_node(tmp_path_factory.mktemp("n")) as node, running_grid(node, tmp_path) as grid:
        yield await sync_to_async(_peopled)(grid)


def _peopled(grid: Grid) -> World:
    a, b, mate = grid.user, make_user(), make_user()
    staff, superuser = make_user(staff=True), make_user(superuser=True)
    session = grid._claimed(keep_alive=True)
    for _ in range(6):
        grid._ready()
    share(session, make_team(a, mate), Level.USE)
    tokens = {name: make_token(user)[1] for name, user in (("b", b), ("mate", mate), ("staff", staff))}
    tokens |= {"a": grid.token, "superuser": make_token(superuser)[1], "reader": make_token(a, scopes=READS)[1]}
    tokens["pooled"] = make_token(a, pools=[make_pool(a).pk])[1]
    row, tokens["revoked"] = make_token(a)
    revoke_token(row, actor=actor_for(a))
    row, tokens["expired"] = make_token(a, expires_at=clock.now() + timedelta(hours=1))
    ApiToken.objects.filter(pk=row.pk).update(expires_at=clock.now() - timedelta(seconds=1))
    gone = make_user()
    tokens["suspended"] = make_token(gone)[1]
    User.objects.filter(pk=gone.pk).update(is_active=False)
    ticket, root = mint(session, actor=actor_for(a)), mint(session, actor=actor_for(a), is_host_root=True)
    return World(grid, session, tokens, ticket, root)


async def status(world: World, path: str, role: str, host: str = "") -> int:
    """Of the upgrade; 101 where it is accepted."""
    headers = {"host": host} if host else {}
    if role == "cookie":
        headers["cookie"] = f"browsergrid_session={world.tokens['a']}"
    target = f"{path}?ticket={world.ticket}" if role == "ticket" else path
    target = f"{path}?pool=default" if role == "pooled" and path.startswith("/connect") else target
    try:
        async with world.grid.connect(target, token=world.tokens.get(role), headers=headers):
            return OK
    except InvalidStatus as error:
        return error.response.status_code


def test_every_meaning_of_an_address_is_in_the_table() -> None:
    every = {(kind, thing) for kind in Kind for thing in Thing}
    assert set(SOCKETS) | ROOTED | NEVER == every
    for (kind, thing), (path, _) in SOCKETS.items():
        found = parse(naming(), "localhost", path.format(session="ses_x", browser="x"))
        assert found is not None
        assert (found.kind, found.thing) == (kind, thing), path


@pytest.mark.parametrize("meaning", SOCKETS, ids=lambda pair: f"{pair[0].value} {pair[1].value}")
async def test_a_socket_answers_each_role_as_the_table_says(meaning: tuple[Kind, Thing], world: World) -> None:
    path, expected = SOCKETS[meaning]
    path = path.format(session=world.session.public_id, browser=browser_id(world.session.pk))
    answered = {role: await status(world, path, role) for role in expected}
    assert answered == expected


async def test_a_root_lets_in_whoever_knows_its_name_and_a_wrong_name_nobody(world: World) -> None:
    port = world.grid.port
    for role, expected in ROOT.items():
        if role != "ticket":
            assert await status(world, "/", role, f"{world.root}.connect.localhost:{port}") == expected, role
    assert await status(world, "/", "a", f"{'a' * 32}.connect.localhost:{port}") == 401


def test_the_sockets_of_people_are_these() -> None:
    """Who may open it is tested in tests/dashboard/live: a page of ours with a signed-in person's cookie."""
    assert [str(pattern.pattern) for pattern in websocket_urlpatterns] == ["live"]


STREAMS = {
    "api/v1/events": dict.fromkeys(("a", "b", "mate", "staff", "superuser", "reader", "pooled"), 200),
    "api/v1/sessions/<str:id>/events": {
        "a": 200, "b": 404, "mate": 200, "staff": 200, "superuser": 200, "reader": 200, "pooled": 404,
    },
}  # fmt: skip
STREAMS["api/v1/sessions/<str:id>/logs"] = STREAMS["api/v1/sessions/<str:id>/events"]


def test_every_stream_is_in_the_table() -> None:
    found = {
        route
        for route, pattern in routes()
        if EventStreamRenderer in getattr(getattr(pattern.callback, "cls", None), "renderer_classes", ())
        and not route.endswith("/")
    }
    assert found == set(STREAMS)


@pytest.mark.django_db
@pytest.mark.parametrize("route", STREAMS)
def test_a_stream_answers_each_role_as_the_table_says(route: str) -> None:
    from tests.factories.sessions import make_claimed_session

    a, b, mate = make_user(), make_user(), make_user()
    session = make_claimed_session(a)
    share(session, make_team(a, mate), Level.VIEW)
    secrets = {"a": make_token(a)[1], "b": make_token(b)[1], "mate": make_token(mate)[1]}
    secrets |= {"staff": make_token(make_user(staff=True))[1], "superuser": make_token(make_user(superuser=True))[1]}
    secrets |= {"reader": make_token(a, scopes=READS)[1], "pooled": make_token(a, pools=[make_pool(a).pk])[1]}
    expected = STREAMS[route] | {"anonymous": 401, "connector": 403}
    secrets["connector"] = make_token(a, scopes=[Scope.SESSIONS_CONNECT])[1]
    answered = {}
    for role in expected:
        headers = {"Accept": "text/event-stream"}
        if role in secrets:
            headers["Authorization"] = f"Bearer {secrets[role]}"
        path = "/" + route.replace("<str:id>", session.public_id)
        answered[role] = Client(headers=headers).get(path).status_code
    assert answered == expected
