"""`BrowserGrid.*` commands come in over one line a browser and are answered for the connection they came over."""

from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async

from apps.events import bus
from apps.events.models import Event
from apps.gateway import methods
from apps.gateway.methods import BAD_PARAMS, NO_SUCH_METHOD, Call, cdp_method
from apps.sessions.models import Connection
from apps.sessions.tickets import mint
from tests.factories import people
from tests.gateway.grid import Grid, echoed, met, now

pytestmark = pytest.mark.database


async def connection() -> str:
    return (await Connection.objects.alatest("opened_at")).public_id


async def test_the_line_is_open_before_the_first_client_and_shared_by_all(grid: Grid) -> None:
    session = await grid.claimed()
    path = f"/sessions/{session.public_id}/connect"
    async with grid.connect(path) as first, grid.connect(path) as second:
        await echoed(first, "{}")
        await echoed(second, "{}")
        paths = [path.rsplit("/", 2)[1:] for method, path, _ in grid.node.requests if method == "WS"]
        assert [tail[-1] for tail in paths] == ["events", "browser", "browser"]
        assert len(grid.node.channels) == 1

    async def is_over() -> bool:
        return not grid.node.channels

    await met(is_over)


async def test_a_command_is_answered_for_the_session_of_its_connection(grid: Grid) -> None:
    [session] = await grid.warm()
    async with grid.connect("/connect?name=mine&keep_alive=true"):
        answer = await grid.node.command(await connection(), "BrowserGrid.getSession")
    facts = answer["result"]
    assert facts["sessionId"] == session.public_id
    assert (facts["name"], facts["state"], facts["clients"], facts["keepAlive"]) == ("mine", "running", 1, True)
    assert grid.token not in str(facts)


async def test_a_ticket_s_client_may_prolong_its_session(grid: Grid) -> None:
    session = await grid.claimed(timeout=60)
    ticket = await sync_to_async(mint)(session, actor=people.actor_for(grid.user))
    async with grid.connect(f"/sessions/{session.public_id}/connect?ticket={ticket}", token=None):
        answer = await grid.node.command(await connection(), "BrowserGrid.keepAlive", seconds=600)
    assert answer["result"]["expiresAt"]
    assert (await grid.state(session)).expires_at > (await now()) + timedelta(seconds=500)


async def test_a_mark_becomes_an_event(grid: Grid) -> None:
    [session] = await grid.warm()
    async with grid.connect("/connect"):
        assert (await grid.node.command(await connection(), "BrowserGrid.mark", label="checkout"))["result"] == {}
    assert (await Event.objects.aget(session_id=session.pk, type="session.marked")).data["label"] == "checkout"


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("BrowserGrid.nonsense", {}, NO_SUCH_METHOD),
        ("BrowserGrid.pause", {}, NO_SUCH_METHOD),
        ("BrowserGrid.liveURL", {"interactive": 1}, BAD_PARAMS),
        ("BrowserGrid.requestTakeover", {"timeout": "soon"}, BAD_PARAMS),
        ("BrowserGrid.keepAlive", {"seconds": "long"}, BAD_PARAMS),
        ("BrowserGrid.keepAlive", {"seconds": True}, BAD_PARAMS),
        ("BrowserGrid.keepAlive", {"seconds": -1}, BAD_PARAMS),
        ("BrowserGrid.mark", {}, BAD_PARAMS),
        ("BrowserGrid.mark", {"label": " "}, BAD_PARAMS),
    ],
)
async def test_what_cannot_be_done_is_said_in_cdp_s_way(
    grid: Grid, method: str, params: dict[str, object], code: int
) -> None:
    await grid.warm()
    async with grid.connect("/connect"):
        error = (await grid.node.command(await connection(), method, **params))["error"]
    assert error["code"] == code
    assert error["message"]


async def test_a_connection_of_somebody_else_s_gateway_is_not_answered_for(grid: Grid) -> None:
    await grid.warm()
    async with grid.connect("/connect"):
        answer = await grid.node.command("con_00000000000000000000000000", "BrowserGrid.getSession")
    assert answer["error"]["code"] == -32000


async def test_operators_register_commands_of_their_own(grid: Grid, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(methods, "_handlers", dict(methods._handlers))

    @cdp_method("BrowserGrid.hello")
    def hello(call: Call) -> dict[str, str]:
        return {"hello": call.session.public_id, "to": call.actor.credential[:3]}

    [session] = await grid.warm()
    async with grid.connect("/connect"):
        answer = await grid.node.command(await connection(), "BrowserGrid.hello")
    assert answer["result"] == {"hello": session.public_id, "to": "tok"}


async def test_a_line_that_breaks_is_opened_again(grid: Grid) -> None:
    await grid.warm()
    async with grid.connect("/connect") as client:
        await grid.node.channels[0]({"type": "websocket.close", "code": 1011})

        async def is_back() -> bool:
            return (
                len(grid.node.channels) == 1 and sum(path.endswith("/events") for _, path, _ in grid.node.requests) == 2
            )

        await met(is_back)
        assert (await grid.node.command(await connection(), "BrowserGrid.getSession"))["result"]
        assert await echoed(client, "{}")


@pytest.mark.parametrize("text", ["", "no json", "[1]", "[" * 100_000])
async def test_what_is_no_message_leaves_the_line_as_it_is(grid: Grid, text: str) -> None:
    await grid.warm()
    async with grid.connect("/connect"):
        await grid.node.channels[0]({"type": "websocket.send", "text": text})
        assert (await grid.node.command(await connection(), "BrowserGrid.getSession"))["result"]
        assert sum(path.endswith("/events") for _, path, _ in grid.node.requests) == 1


async def test_a_fact_asks_the_reconciler_to_look(grid: Grid, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, object]] = []
    [session] = await grid.warm()
    async with grid.connect("/connect"):
        monkeypatch.setattr(bus, "hint", lambda topic, message=None: told.append((topic, message)))
        await grid.node.channels[0]({"type": "websocket.send", "text": '{"fact": "crashed"}'})
        await grid.node.channels[0]({"type": "websocket.send", "text": "nonsense"})

        async def is_told() -> bool:
            return bool(told)

        await met(is_told)
        assert told == [(bus.Topic.RECONCILE, str(session.pk))]
