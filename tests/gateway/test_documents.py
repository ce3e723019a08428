"""GET at the connect addresses: what claims, what does not, what is told."""

import asyncio

import pytest
from asgiref.sync import sync_to_async
from pytest_django import Settings

from apps.gateway.addresses import browser_id
from apps.sessions.models import BrowserSession
from tests.factories import people, sessions
from tests.gateway.grid import VERSION, Grid, echoed, met, with_knobs

pytestmark = pytest.mark.database

FORMS = [
    "/connect/json",
    "/connect/json/",
    "/connect/json/version",
    "/connect/json/json/version/",
    "/api/v1/connect/json/version",
]


async def in_use() -> int:
    return await BrowserSession.objects.exclude(owner=None).acount()


@pytest.mark.parametrize("path", FORMS)
async def test_a_get_claims_and_tells_a_complete_address(grid: Grid, path: str) -> None:
    [session] = await grid.warm()
    told = await grid.get(f"{path}?token={grid.token}", token=None)
    assert told.status_code == 200, told.text
    facts = told.json()
    assert {name: facts[name] for name in VERSION} == VERSION
    assert facts["sessionId"] == session.public_id
    assert facts["sessionUrl"] == f"{grid.url}/sessions/{session.public_id}/"
    start = f"{grid.ws}/sessions/{session.public_id}/connect/devtools/browser/{browser_id(session.pk)}?ticket="
    assert facts["webSocketDebuggerUrl"].startswith(start)
    assert grid.token not in told.text
    assert told.headers["cache-control"] == "no-store"
    assert told.headers["referrer-policy"] == "no-referrer"
    assert told.headers["ratelimit-limit"] == "120"
    assert (await grid.state(session)).connect_deadline is not None
    async with grid.connect(facts["webSocketDebuggerUrl"], token=None) as client:
        assert await echoed(client, "{}")


async def test_every_get_claims_another_browser(grid: Grid) -> None:
    await grid.warm(2)
    told = [(await grid.get("/connect/json/version")).json()["sessionId"] for _ in range(2)]
    assert len(set(told)) == 2


@pytest.mark.parametrize("way", ["header", "query"])
async def test_a_key_answers_for_the_same_session_until_that_has_ended(grid: Grid, way: str) -> None:
    await grid.warm(2)
    headers = {"idempotency-key": "k1"} if way == "header" else {}
    path = "/connect/json/version" + ("?claim=k1" if way == "query" else "")
    first, second = [await grid.get(path, headers=headers) for _ in range(2)]
    assert first.json()["webSocketDebuggerUrl"] == second.json()["webSocketDebuggerUrl"]
    assert await in_use() == 1
    other = await grid.get(path + ("&" if "?" in path else "?") + "name=x", headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    session = await BrowserSession.objects.aget(owner=grid.user)
    await sync_to_async(sessions.end)(session, actor=people.actor_for(grid.user))
    assert (await grid.get(path, headers=headers)).status_code == 410


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/connect/json/list", 200),
        ("/connect/json/protocol", 200),
        ("/connect", 426),
        ("/connect/", 426),
        ("/connect/x", 404),
    ],
)
async def test_other_documents_never_claim(grid: Grid, path: str, status: int) -> None:
    await grid.warm()
    grid.node.document = {"version": {"major": "1"}}
    told = await grid.get(path)
    assert told.status_code == status
    assert await in_use() == 0
    if path.endswith("list"):
        assert told.json() == []
    if path.endswith("protocol"):
        assert told.json() == {"version": {"major": "1"}}
        assert (await grid.get(path, token=None)).status_code == 401


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
async def test_nothing_but_a_get_is_answered(grid: Grid, method: str) -> None:
    await grid.warm()
    told = await grid.get("/connect/json/version", method=method)
    assert (told.status_code, told.headers["allow"]) == (405, "GET")
    assert await in_use() == 0


async def test_another_site_s_page_claims_nothing(grid: Grid) -> None:
    await grid.warm()
    told = await grid.get(
        f"/connect/json/version?token={grid.token}", token=None, headers={"sec-fetch-site": "cross-site"}
    )
    assert told.status_code == 403
    assert await in_use() == 0


async def test_a_version_appended_to_the_query_is_understood(grid: Grid) -> None:
    await grid.warm()
    assert (await grid.get(f"/connect?token={grid.token}/json/version", token=None)).status_code == 200


@pytest.mark.parametrize("tail", ["connect", "edge"])
async def test_a_session_tells_its_version_and_pages(grid: Grid, tail: str) -> None:
    session = await grid.claimed()
    base = f"/sessions/{session.public_id}/{tail}"
    grid.node.document = [{"id": "A1", "type": "page", "webSocketDebuggerUrl": "ws://127.0.0.1/devtools/page/A1"}]
    version = await grid.get(f"{base}/json/version/")
    assert version.json()["sessionId"] == session.public_id
    for path in ("/json/list", "/json"):
        [page] = (await grid.get(base + path)).json()
        assert page["webSocketDebuggerUrl"].startswith(
            f"{grid.ws}/sessions/{session.public_id}/connect/devtools/page/A1?ticket="
        )
    assert (await grid.get(f"{base}/json/protocol")).status_code == 200
    async with grid.connect(page["webSocketDebuggerUrl"], token=None) as client:
        assert await echoed(client, "{}")


async def test_a_stranger_is_told_nothing_of_a_session(grid: Grid) -> None:
    session = await grid.claimed()
    stranger = await sync_to_async(people.make_user)()
    _, token = await sync_to_async(people.make_token)(stranger)
    assert (await grid.get(f"/sessions/{session.public_id}/connect/json/version", token=token)).status_code == 404
    assert (await grid.get(f"/sessions/{session.public_id}/connect/json/version", token=None)).status_code == 401


async def test_addresses_are_built_from_the_public_origin(grid: Grid, settings: Settings) -> None:
    with_knobs(settings, public_url="https://grid.example")
    await grid.warm()
    facts = (await grid.get("/connect/json/version")).json()
    assert facts["webSocketDebuggerUrl"].startswith("wss://grid.example/sessions/")
    assert facts["sessionUrl"].startswith("https://grid.example/sessions/")


async def test_or_from_what_a_trusted_proxy_says(grid: Grid, settings: Settings) -> None:
    with_knobs(settings, trusted_proxies=("127.0.0.1", "::1"))
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "outside.example"]
    await grid.warm(2)
    forwarded = {"x-forwarded-proto": "https", "x-forwarded-host": "outside.example", "x-forwarded-prefix": "/grid"}
    facts = (await grid.get("/connect/json/version", headers=forwarded)).json()
    assert facts["webSocketDebuggerUrl"].startswith("wss://outside.example/grid/sessions/")
    with_knobs(settings, trusted_proxies=())
    facts = (await grid.get("/connect/json/version", headers=forwarded)).json()
    assert facts["webSocketDebuggerUrl"].startswith(f"{grid.ws}/sessions/")


async def test_a_connect_host_claims_at_its_root_and_keeps_its_name(grid: Grid, settings: Settings) -> None:
    with_knobs(settings, connect_routing="subdomain", public_url="https://grid.example")
    settings.PUBLIC_HOST = "grid.example"
    settings.ALLOWED_HOSTS = ["grid.example", ".connect.grid.example"]
    await grid.warm(2)
    host = "connect.grid.example"
    facts = (await grid.get("/json/version", host=host)).json()
    assert facts["webSocketDebuggerUrl"].startswith("wss://connect.grid.example/sessions/")
    assert facts["sessionUrl"].startswith("https://grid.example/sessions/")
    async with grid.connect("/", headers={"host": host}) as client:
        assert await echoed(client, "{}")


async def test_a_get_holds_until_the_browser_is_usable(grid: Grid) -> None:
    asking = asyncio.ensure_future(grid.get("/connect/json/version"))
    await met(lambda: BrowserSession.objects.filter(owner=grid.user).aexists())
    session = await grid.only_session()
    assert not asking.done()
    await BrowserSession.objects.filter(pk=session.pk).aupdate(node=grid.row)
    await session.arefresh_from_db()
    await sync_to_async(sessions.answer)(session)
    told = await asking
    assert told.json()["sessionId"] == session.public_id


async def test_a_caller_that_leaves_cancels_what_it_waits_for(grid: Grid) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await grid.get("/connect/json/version")
    await met(lambda: BrowserSession.objects.filter(owner=grid.user, end_reason="client_disconnected").aexists())
