"""A client's input waits while a person's hands are on the browser, and everything else passes."""

import asyncio

import pytest

from browser_node import hold
from browser_node.hold import InputHold
from tests.browser_node.relay_parties import call, nothing_more, parties, reply
from tests.splice.conftest import event_loop_policy
from tests.splice.harness import masked

__all__ = ["event_loop_policy"]
pytestmark = pytest.mark.asyncio


async def heard(talk):
    return (await reply(talk))["id"]


async def test_input_waits_and_the_rest_passes():
    async with parties() as people:
        people.relay.holds_inputs = True
        await people.client.send(masked(call(1, "Input.dispatchMouseEvent", type="mousePressed")))
        await people.client.send(masked(call(2, "Page.reload")))
        assert await heard(people.browser) == 2
        await people.client.send(masked(call(3, "Input.insertText", text="x")))
        await nothing_more(people.browser)
        people.relay.let_inputs_go()
        assert [await heard(people.browser) for _ in range(2)] == [1, 3]
        await people.client.send(masked(call(4, "Input.insertText", text="y")))
        assert await heard(people.browser) == 4


async def test_a_client_that_sends_more_and_more_is_not_read():
    async with parties() as people:
        people.relay.holds_inputs = True
        for number in range(400):
            await people.client.send(masked(call(number, "Input.insertText", text="x")))
        await nothing_more(people.browser)
        assert people.relay.client.holds
        people.relay.let_inputs_go()
        assert [await heard(people.browser) for _ in range(400)] == list(range(400))
        assert not people.relay.client.holds


async def test_a_command_of_ours_that_speaks_of_input_is_answered():
    async with parties() as people:
        people.relay.holds_inputs = True
        await people.client.send(masked(call(1, "BrowserGrid.echo", label='"Input.insertText"')))
        assert await heard(people.client) == 1


async def test_what_is_put_in_the_place_of_a_message_that_waited_goes_once():
    async with parties(rewrite=lambda payload: payload.replace(b"theirs", b"ours")) as people:
        people.relay.holds_inputs = True
        where = {"behavior": "allow", "downloadPath": "theirs", "note": '"Input.insertText"'}
        await people.client.send(masked(call(1, "Browser.setDownloadBehavior", **where)))
        await nothing_more(people.browser)
        people.relay.let_inputs_go()
        assert (await reply(people.browser))["params"]["downloadPath"] == "ours"
        await people.client.send(masked(call(2, "BrowserGrid.echo")))
        assert await heard(people.client) == 2
        await nothing_more(people.browser)


class FakeRelay:
    holds_inputs = False

    def let_inputs_go(self) -> None:
        self.holds_inputs = False


async def test_it_is_over_with_the_last_hand() -> None:
    held, relay, late = InputHold(), FakeRelay(), FakeRelay()
    held.joined(relay)
    held.take()
    held.take()
    held.joined(late)
    assert relay.holds_inputs
    assert late.holds_inputs
    held.rest(is_lost=False)
    assert relay.holds_inputs
    held.rest(is_lost=False)
    assert not relay.holds_inputs
    assert not late.holds_inputs


async def test_a_person_whose_connection_broke_has_time_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hold, "GONE_SECONDS", 0.05)
    held, relay = InputHold(), FakeRelay()
    held.joined(relay)
    held.take()
    held.rest(is_lost=True)
    held.take()
    await asyncio.sleep(0.1)
    assert relay.holds_inputs
    held.rest(is_lost=True)
    assert relay.holds_inputs
    await asyncio.sleep(0.1)
    assert not relay.holds_inputs
