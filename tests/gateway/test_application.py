"""A claim by upgrade, end to end over a scripted node: let in, joined, closed; and every way of being refused."""

import asyncio
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from pytest_django import Settings

from apps.access.permissions import Scope
from apps.gateway.addresses import browser_id
from apps.pools.models import Pool
from apps.sessions.models import BrowserSession, Connection
from apps.sessions.tickets import mint
from apps.tokens.models import ApiToken
from apps.tokens.services import revoke_token
from tests.factories import people, sessions
from tests.gateway.grid import Grid, echoed, now, with_knobs

pytestmark = pytest.mark.database


@pytest.mark.parametrize(
    "path",
    ["/connect", "/connect/", "/connect/json/version/", "/connect/json", "/api/v1/connect", "/connect?pool=default"],
)
async def test_an_upgrade_claims_a_browser_and_joins_the_client_to_it(grid: Grid, path: str) -> None:
    [session] = await grid.warm()
    async with grid.connect(path) as client:
        assert await echoed(client, '{"id":1}')
        await grid.reaches(session, "running")
        assert session.credential.startswith("tok_")
    await grid.reaches(session, "claimed")
    assert session.end_reason == "client_disconnected"
    row = await Connection.objects.aget(session=session)
    assert row.bytes_up > 0
    assert row.bytes_down > 0


async def test_the_node_gets_its_own_key_and_names_and_nothing_of_the_client_s(grid: Grid) -> None:
    [session] = await grid.warm()
    secrets = {"cookie": "a=b", "x-forwarded-for": "1.2.3.4", "origin": grid.url}
    async with grid.connect(f"/connect?token={grid.token}", headers=secrets) as client:
        await echoed(client, "{}")
    [(name, socket)] = grid.node.sockets.items()
    row = await Connection.objects.aget(session=session)
    assert name == row.public_id
    assert socket.path == f"/browsers/{session.instance_id}/devtools/browser"
    assert socket.headers["x-browsergrid-launch"] == session.launch_wanted
    assert socket.headers["x-browsergrid-gateway"] == row.gateway_boot_id
    assert grid.token not in str(socket.headers)
    assert {"cookie", "origin", "x-forwarded-for", "sec-websocket-extensions"}.isdisjoint(socket.headers)


@pytest.mark.parametrize("way", ["bearer", "key", "query", "userinfo"])
async def test_a_token_is_taken_wherever_a_client_can_put_it(grid: Grid, way: str) -> None:
    await grid.warm()
    headers = {"x-api-key": grid.token} if way == "key" else {}
    path = {"query": f"/connect?token={grid.token}", "userinfo": f"ws://x:{grid.token}@localhost:{grid.port}/connect"}
    async with grid.connect(
        path.get(way, "/connect"), token="" if way == "bearer" else None, headers=headers
    ) as client:
        assert await echoed(client, "{}")


async def test_a_client_killed_without_goodbye_ends_its_session(grid: Grid) -> None:
    [session] = await grid.warm()
    client = await grid.connect("/connect")
    client.transport.abort()
    await grid.reaches(session, "claimed", within=2)
    assert session.end_reason == "client_disconnected"


async def test_with_keep_alive_a_session_outlives_its_client_and_is_found_again(grid: Grid) -> None:
    [session] = await grid.warm()
    async with grid.connect("/connect?keep_alive=true"):
        await grid.reaches(session, "running")
    await grid.reaches(session, "claimed")
    assert session.stop_requested_at is None
    async with grid.connect(f"/sessions/{session.public_id}/connect") as client:
        assert await echoed(client, "{}")


async def test_several_clients_share_a_session_and_the_last_one_ends_it(grid: Grid) -> None:
    session = await grid.claimed()
    path = f"/sessions/{session.public_id}/connect"
    async with grid.connect(path) as first:
        async with grid.connect(path) as second:
            assert await echoed(first, "1")
            assert await echoed(second, "2")
        assert await echoed(first, "3")
        assert (await grid.state(session)).state == "running"
    await grid.reaches(session, "claimed")
    assert session.end_reason == "client_disconnected"
    assert await Connection.objects.filter(session=session, closed_at=None).acount() == 0


@pytest.mark.parametrize("tail", ["", "/", "/devtools/browser/{guid}", "/devtools/browser", "/json/version/"])
async def test_a_ticket_opens_its_session_at_every_form_of_its_address(grid: Grid, tail: str) -> None:
    session = await grid.claimed()
    ticket = await sync_to_async(mint)(session, actor=people.actor_for(grid.user))
    path = f"/sessions/{session.public_id}/connect{tail.format(guid=browser_id(session.pk))}?ticket={ticket}"
    async with grid.connect(path, token=None) as client:
        assert await echoed(client, "{}")


async def test_a_page_is_reached_by_its_own_id(grid: Grid) -> None:
    session = await grid.claimed()
    async with grid.connect(f"/sessions/{session.public_id}/connect/devtools/page/A1B2") as client:
        assert await echoed(client, "{}")
    [socket] = grid.node.sockets.values()
    assert socket.path.endswith("/devtools/page/A1B2")


async def test_a_host_root_needs_nothing_but_its_name(grid: Grid) -> None:
    session = await grid.claimed()
    secret = await sync_to_async(mint)(session, actor=people.actor_for(grid.user), is_host_root=True)
    told = await grid.get("/json/version", token=None, host=f"{secret}.connect.localhost:{grid.port}")
    url = told.json()["webSocketDebuggerUrl"]
    assert url == f"ws://{secret}.connect.localhost:{grid.port}/devtools/browser/{browser_id(session.pk)}"
    assert secret not in told.json()["sessionUrl"]
    headers = {"host": f"{secret}.connect.localhost"}
    async with grid.connect(f"/devtools/browser/{browser_id(session.pk)}", token=None, headers=headers) as client:
        assert await echoed(client, "{}")


class TestRefused:
    """Before the 101, as an HTTP status with words, and nothing claimed."""

    @pytest.mark.parametrize("token", ["bg_nonsense", "bg_" + "A" * 38, "", "x" * 3000])
    async def test_a_wrong_token_is_401(self, grid: Grid, token: str) -> None:
        await grid.warm()
        status, problem, headers = await grid.refused("/connect", token=None, headers={"x-api-key": token})
        assert (status, problem["code"]) == (401, "invalid_credential")
        assert headers["www-authenticate"].startswith("Bearer")
        assert headers["content-type"] == "application/problem+json"
        assert await BrowserSession.objects.filter(state="ready").acount() == 1

    async def test_a_cookie_is_no_credential(self, grid: Grid) -> None:
        await grid.warm()
        status, _, _ = await grid.refused("/connect", token=None, headers={"cookie": f"token={grid.token}"})
        assert status == 401

    async def test_a_revoked_an_expired_and_a_suspended_token_are_401(self, grid: Grid) -> None:
        actor = people.actor_for(grid.user)
        row, revoked = await sync_to_async(people.make_token)(grid.user)
        await sync_to_async(revoke_token)(row, actor=actor)
        old, expired = await sync_to_async(people.make_token)(grid.user)
        await ApiToken.objects.filter(pk=old.pk).aupdate(expires_at=await now() - timedelta(seconds=1))
        nobody = await sync_to_async(people.make_user)(active=False)
        _, suspended = await sync_to_async(people.make_token)(nobody)
        for token in (revoked, expired, suspended):
            assert (await grid.refused("/connect", token=token))[0] == 401

    async def test_a_token_without_the_scope_is_403(self, grid: Grid) -> None:
        _, token = await sync_to_async(people.make_token)(grid.user, scopes=[Scope.SESSIONS_READ])
        status, problem, _ = await grid.refused("/connect", token=token)
        assert (status, problem["code"]) == (403, "missing_scope")
        assert "sessions:connect" in problem["detail"]

    async def test_a_ticket_claims_nothing(self, grid: Grid) -> None:
        session = await grid.claimed()
        ticket = await sync_to_async(mint)(session, actor=people.actor_for(grid.user))
        status, problem, _ = await grid.refused(f"/connect?ticket={ticket}", token=None)
        assert (status, problem["code"]) == (403, "no_claim")

    async def test_an_unknown_pool_is_404_and_an_unknown_option_422(self, grid: Grid) -> None:
        assert (await grid.refused("/connect?pool=nowhere"))[0] == 404
        status, problem, _ = await grid.refused("/connect?colour=blue&timeout=x")
        assert (status, problem["code"]) == (422, "invalid_option")
        assert {error["field"] for error in problem["errors"]} == {"colour", "timeout"}

    async def test_somebody_else_s_session_does_not_exist(self, grid: Grid) -> None:
        session = await grid.claimed()
        stranger = await sync_to_async(people.make_user)()
        _, token = await sync_to_async(people.make_token)(stranger)
        theirs = await grid.refused(f"/sessions/{session.public_id}/connect", token=token)
        nothing = await grid.refused("/sessions/ses_00000000000000000000000000/connect", token=token)
        assert theirs[:2] == nothing[:2]
        assert theirs[0] == 404

    async def test_a_ticket_opens_no_other_session(self, grid: Grid) -> None:
        one, other = await grid.claimed(), await grid.claimed()
        ticket = await sync_to_async(mint)(one, actor=people.actor_for(grid.user))
        assert (await grid.refused(f"/sessions/{other.public_id}/connect?ticket={ticket}", token=None))[0] == 404

    async def test_another_browser_s_id_is_404(self, grid: Grid) -> None:
        session, other = await grid.claimed(), await grid.claimed()
        path = f"/sessions/{session.public_id}/connect/devtools/browser/{browser_id(other.pk)}"
        assert (await grid.refused(path))[0] == 404

    async def test_an_ended_session_is_410(self, grid: Grid) -> None:
        session = await grid.claimed()
        await sync_to_async(sessions.end)(session, actor=people.actor_for(grid.user))
        status, problem, _ = await grid.refused(f"/sessions/{session.public_id}/connect")
        assert (status, problem["code"]) == (410, "session_ended")

    async def test_whoever_comes_too_late_gets_410(self, grid: Grid) -> None:
        session = await grid.claimed()
        late = (await now()) - timedelta(seconds=1)
        await BrowserSession.objects.filter(pk=session.pk).aupdate(connect_deadline=late)
        status, problem, _ = await grid.refused(f"/sessions/{session.public_id}/connect")
        assert (status, problem["code"]) == (410, "no_connect")

    async def test_a_full_queue_is_503_with_a_time(self, grid: Grid) -> None:
        await Pool.objects.filter(pk=grid.pool.pk).aupdate(max_concurrency=0, queue_limit=0)
        status, problem, headers = await grid.refused("/connect")
        assert (status, problem["code"]) == (503, "queue_full")
        assert int(headers["retry-after"]) > 0

    async def test_a_person_s_limit_is_429(self, grid: Grid) -> None:
        await Pool.objects.filter(pk=grid.pool.pk).aupdate(per_user_limit=1)
        await grid.claimed()
        status, problem, headers = await grid.refused("/connect")
        assert (status, problem["code"]) == (429, "per_user_limit")
        assert int(headers["retry-after"]) > 0

    async def test_too_many_claims_a_minute_are_429(self, grid: Grid, settings: Settings) -> None:
        with_knobs(settings, claim_rate=2)
        await grid.warm(2)
        for _ in range(2):
            async with grid.connect("/connect"):
                pass
        status, problem, headers = await grid.refused("/connect")
        assert (status, problem["code"]) == (429, "rate_limit")
        assert headers["ratelimit-limit"] == "2"
        assert headers["ratelimit-remaining"] == "0"
        assert 0 < int(headers["retry-after"]) <= 60

    @pytest.mark.parametrize(
        "path", ["/connect", "/connect/json/version", "/sessions/ses_1/connect", "/sessions/ses_1/edge/json"]
    )
    async def test_a_foreign_host_is_400_everywhere(self, grid: Grid, path: str) -> None:
        status, problem, _ = await grid.refused(path, headers={"host": "evil.example"})
        assert (status, problem["code"]) == (400, "invalid_host")
        told = await grid.get(path, host="evil.example")
        assert told.status_code == 400
        assert "evil" not in told.text

    @pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://localhost"])
    async def test_a_foreign_origin_is_403(self, grid: Grid, origin: str) -> None:
        await grid.warm()
        status, problem, _ = await grid.refused("/connect", headers={"origin": origin})
        assert (status, problem["code"]) == (403, "origin")
        assert (await grid.get("/connect/json/version", headers={"origin": origin})).status_code == 403
        assert await BrowserSession.objects.filter(state="ready").acount() == 1

    async def test_the_legacy_address_is_read_only(self, grid: Grid) -> None:
        session = await grid.claimed()
        status, problem, _ = await grid.refused(f"/sessions/{session.public_id}/edge/devtools/browser/x")
        assert (status, problem["code"]) == (426, "read_only")

    @pytest.mark.parametrize("path", ["/connect/nonsense", "/connect/json/new", "/connect/devtools/browser/x"])
    async def test_an_unknown_tail_is_404(self, grid: Grid, path: str) -> None:
        assert (await grid.refused(path))[0] == 404

    async def test_answers_are_not_kept_and_give_no_address_away(self, grid: Grid) -> None:
        _, _, headers = await grid.refused("/connect", token=None)
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-request-id"].startswith("req_")


async def test_where_stickiness_is_on_another_network_may_not_use_the_session(grid: Grid, settings: Settings) -> None:
    with_knobs(settings, claim_sticky_ip=True, trusted_proxies=("127.0.0.1", "::1"))
    here, there = {"x-forwarded-for": "203.0.113.9"}, {"x-forwarded-for": "198.51.100.7"}
    [session] = await grid.warm()
    async with grid.connect("/connect?keep_alive=1", headers=here):
        pass
    path = f"/sessions/{session.public_id}/connect"
    async with grid.connect(path, headers={"x-forwarded-for": "203.0.113.200"}):
        pass
    status, problem, _ = await grid.refused(path, headers=there)
    assert (status, problem["code"]) == (403, "other_network")


@pytest.mark.concurrency
async def test_simultaneous_claims_never_share_a_browser(grid: Grid) -> None:
    await grid.warm(4)

    async def claim() -> str | int:
        try:
            async with grid.connect("/connect") as client:
                await echoed(client, "{}")
                [mine] = [name for name, socket in grid.node.sockets.items() if not socket.closed.is_set()][-1:]
                return grid.node.sockets[mine].path
        except Exception as error:  # noqa: BLE001 - any refusal counts
            return getattr(getattr(error, "response", None), "status_code", repr(error))

    await Pool.objects.filter(pk=grid.pool.pk).aupdate(max=4, queue_timeout_seconds=1)
    await asyncio.gather(*(claim() for _ in range(12)))
    used = [row.session_id async for row in Connection.objects.all()]
    assert len(used) == len(set(used)) == 4
