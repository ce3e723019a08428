"""The small CDP client against a server that answers out of order, late or never."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator

import pytest
import websockets
from websockets.asyncio.server import ServerConnection

from browser_node.devtools import Devtools, DevtoolsError


async def serve(connection: ServerConnection) -> None:
    held = []
    async for text in connection:
        message = json.loads(text)
        match message["method"]:
            case "hold":
                held.append(message["id"])
            case "release":
                for number in [message["id"], *reversed(held)]:
                    await connection.send(json.dumps({"id": number, "result": {"was": number}}))
            case "refuse":
                await connection.send(json.dumps({"id": message["id"], "error": {"code": -32000, "message": "no"}}))
            case "session":
                await connection.send(json.dumps({"id": message["id"], "result": {"session": message["sessionId"]}}))
            case "large":
                await connection.send(json.dumps({"id": message["id"], "result": {"data": "x" * 5_000_000}}))
            case "tell":
                for number in range(2):
                    event = {"method": "Page.told", "params": {"number": number}, "sessionId": "S"}
                    await connection.send(json.dumps(event))
                await connection.send(json.dumps({"id": message["id"], "result": {}}))
            case "leave":
                return


@pytest.fixture
async def devtools() -> AsyncIterator[Devtools]:
    async with websockets.serve(serve, "127.0.0.1", 0, max_size=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        client = await Devtools.open(socket.create_connection(("127.0.0.1", port)), "/devtools/browser/x")
        yield client
        await client.close()


async def test_replies_find_their_commands_in_any_order(devtools: Devtools) -> None:
    held = [asyncio.create_task(devtools.send("hold")) for _ in range(3)]
    await asyncio.sleep(0)
    await devtools.send("release")
    assert [answer["was"] for answer in await asyncio.gather(*held)] == [1, 2, 3]


async def test_a_refusal_a_silence_and_an_end_are_errors(devtools: Devtools) -> None:
    with pytest.raises(DevtoolsError, match="refuse: no"):
        await devtools.send("refuse")
    with pytest.raises(DevtoolsError, match="no answer within"):
        await devtools.send("hold", seconds=0.05)
    waiting = asyncio.create_task(devtools.send("hold"))
    await asyncio.sleep(0)
    with pytest.raises(DevtoolsError, match="gone"):
        await devtools.send("leave")
    with pytest.raises(DevtoolsError, match="gone"):
        await waiting
    await devtools.wait_closed()
    assert devtools.is_closed
    with pytest.raises(DevtoolsError, match="gone"):
        await devtools.send("hold")


async def test_sessions_and_large_answers(devtools: Devtools) -> None:
    assert await devtools.send("session", session="S") == {"session": "S"}
    assert len((await devtools.send("large"))["data"]) == 5_000_000


async def test_events_are_heard_in_order_until_one_no_longer_listens(devtools: Devtools) -> None:
    heard: list[tuple[str, object, str]] = []
    undo = devtools.listen(lambda method, params, session: heard.append((method, params["number"], session)))
    await devtools.send("tell")
    assert heard == [("Page.told", 0, "S"), ("Page.told", 1, "S")]
    undo()
    await devtools.send("tell")
    assert len(heard) == 2


async def test_a_listener_that_fails_disturbs_nobody(devtools: Devtools) -> None:
    heard: list[str] = []

    def fail(*_: object) -> None:
        raise ValueError

    devtools.listen(fail)
    devtools.listen(lambda method, _params, _session: heard.append(method))
    assert await devtools.send("tell") == {}
    assert heard == ["Page.told"] * 2


async def test_a_server_that_is_none_is_an_error() -> None:
    ours, theirs = socket.socketpair()
    theirs.close()
    with pytest.raises(DevtoolsError, match="no connection"):
        await Devtools.open(ours, "/x")
