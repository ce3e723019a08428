"""Questions and answers between clients and gateways."""

import asyncio
import json
from typing import Any

import pytest

from browser_node import side_channel
from browser_node.cdp import SERVER_ERROR, CdpError
from browser_node.side_channel import SideChannel, SideChannels
from browser_node.wire import Fact


class Gateway:
    """Hears what the node says, and says what the test wants."""

    def __init__(self, name: str = "") -> None:
        self.heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.events: list[tuple[str, str, dict[str, Any]]] = []
        self.is_gone = False
        self.channel = SideChannel(name, self.send, lambda *event: self.events.append(event))

    async def send(self, text: str) -> None:
        if self.is_gone:
            raise ConnectionResetError
        self.heard.put_nowait(json.loads(text))

    def say(self, **message: Any) -> None:
        self.channel.hear(json.dumps(message))


@pytest.fixture
def channels() -> SideChannels:
    return SideChannels()


async def test_answers_find_their_questions_in_any_order(channels: SideChannels) -> None:
    gateway = Gateway()
    channels.open(gateway.channel)
    asking = [asyncio.create_task(channels.ask("", f"con_{n}", "BrowserGrid.x", {"n": n})) for n in range(5)]
    questions = [await gateway.heard.get() for _ in asking]
    for question in reversed(questions):
        gateway.say(request=question["request"], result={"was": question["params"]["n"]})
    assert [answer["was"] for answer in await asyncio.gather(*asking)] == [0, 1, 2, 3, 4]


async def test_an_error_of_the_gateway_is_the_clients(channels: SideChannels) -> None:
    gateway = Gateway()
    channels.open(gateway.channel)
    asking = asyncio.create_task(channels.ask("", "con_1", "BrowserGrid.x", {}))
    question = await gateway.heard.get()
    gateway.say(request=question["request"], error={"code": -32601, "message": "no"})
    with pytest.raises(CdpError) as error:
        await asking
    assert (error.value.code, error.value.message) == (-32601, "no")


async def test_no_gateway_no_answer_and_a_lost_gateway_are_errors(
    channels: SideChannels, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CdpError) as error:
        await channels.ask("", "con_1", "BrowserGrid.x", {})
    assert error.value.code == SERVER_ERROR
    monkeypatch.setattr(side_channel, "ANSWER_SECONDS", 0.05)
    gateway = Gateway()
    channels.open(gateway.channel)
    with pytest.raises(CdpError, match="not answered in time"):
        await channels.ask("", "con_1", "BrowserGrid.x", {})
    await gateway.heard.get()
    monkeypatch.setattr(side_channel, "ANSWER_SECONDS", 10)
    asking = asyncio.create_task(channels.ask("", "con_1", "BrowserGrid.x", {}))
    await gateway.heard.get()
    channels.ended(gateway.channel)
    with pytest.raises(CdpError, match="gone"):
        await asking


async def test_the_gateway_of_the_connection_is_asked_and_all_are_told(channels: SideChannels) -> None:
    one, two = Gateway("one"), Gateway("two")
    channels.open(one.channel)
    channels.open(two.channel)
    asking = asyncio.create_task(channels.ask("one", "con_1", "BrowserGrid.x", {}))
    question = await one.heard.get()
    assert two.heard.empty()
    one.say(request=question["request"], result={})
    await asking
    two.is_gone = True
    await channels.tell(Fact.CRASHED)
    assert await one.heard.get() == {"fact": "crashed"}


async def test_events_are_passed_on_and_nonsense_is_dropped() -> None:
    gateway = Gateway()
    gateway.say(connection="con_1", event="BrowserGrid.takeoverStarted", params={"by": "x"})
    gateway.say(connection="con_1", event="BrowserGrid.takeoverFinished")
    for text in ("", "[]", "1", "{}", '{"request": 99, "result": {}}', '{"connection": 1, "event": "x"}', "[" * 99_999):
        gateway.channel.hear(text)
    assert gateway.events == [
        ("con_1", "BrowserGrid.takeoverStarted", {"by": "x"}),
        ("con_1", "BrowserGrid.takeoverFinished", {}),
    ]
