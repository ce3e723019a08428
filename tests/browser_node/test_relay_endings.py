"""browser_node.relay: how connections end, and what is said then; events, pings, bounds."""

import asyncio
import json
import os

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from browser_node import relay as relay_module
from browser_node.relay import Relay
from tests.browser_node.relay_parties import (
    CLOSE,
    PING,
    PONG,
    TEXT,
    answer,
    call,
    parties,
    reply,
)
from tests.splice.conftest import event_loop_policy
from tests.splice.harness import Gate, eventually, frame, joined, masked, raw_upstream, serving, websocket_upstream

__all__ = ["event_loop_policy"]
pytestmark = pytest.mark.asyncio


async def test_browser_close_ends_the_use_and_spares_the_browser():
    async with parties() as all_:
        await all_.client.send(masked(call(3, "Browser.close", "S")))
        assert await reply(all_.client) == {"id": 3, "result": {}, "sessionId": "S"}
        first, payload = await all_.client.frame()
        assert (first, payload) == (CLOSE, (1000).to_bytes(2, "big"))
        assert await all_.browser.rest() == b""
        await all_.client.send(masked(payload, first=CLOSE))
        assert await all_.client.rest() == b""
        await eventually(lambda: all_.gate.got("closed"))


@pytest.mark.parametrize(
    ("code", "reason"), [(1000, ""), (4000, "released"), (4001, "revoked"), (4008, "idle"), (1012, "restart")]
)
async def test_a_close_says_its_code_and_reason_to_a_real_client(code, reason):
    relay = Relay("con_1", answer, lambda: (4000, ""))
    async with websocket_upstream() as upstream, serving(gate := Gate(upstream, relay=relay)) as served:
        async with connect(served.url()) as client:
            await client.send("hello")
            assert await client.recv() == "hello"
            relay.close(code, reason)
            relay.close(4999, "only the first counts")
            with pytest.raises(ConnectionClosed) as closed:
                await client.recv()
            assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (code, reason)
        await eventually(lambda: gate.got("disconnect") and not served.state.connections)


async def test_websocket_close_of_the_app_is_spoken_too():
    async with parties() as all_:
        await all_.gate.send({"type": "websocket.close", "code": 4001, "reason": "revoked"})
        assert await all_.client.frame() == (CLOSE, (4001).to_bytes(2, "big") + b"revoked")


async def test_a_close_waits_for_the_end_of_the_message_and_nothing_follows_it():
    message = frame(b"d" * 100_000)
    async with parties() as all_:
        await all_.browser.send(message[:50_000])
        got = await all_.client.read(50_000)
        all_.relay.close(4008, "idle")
        await all_.client.send(masked(call(1, "Page.navigate")))
        await all_.browser.send(message[50_000:])
        got += await all_.client.read(len(message) - 50_000)
        assert got == message
        assert await all_.client.frame() == (CLOSE, (4008).to_bytes(2, "big") + b"idle")
        await all_.client.send(masked(b"", first=CLOSE))
        assert await all_.client.rest() == b""
        assert await all_.browser.rest() == b""


async def test_a_close_inside_a_message_that_does_not_end_cuts_after_a_second(monkeypatch):
    monkeypatch.setattr(relay_module, "MESSAGE_SECONDS", 0.1)
    async with parties() as all_:
        await all_.browser.send(frame(b"d" * 1000)[:500])
        await all_.client.read(500)
        all_.relay.close(4000, "released")
        assert await all_.client.rest() == b""
        await eventually(lambda: not all_.served.state.connections)


async def test_a_client_that_does_not_answer_a_goodbye_is_left(monkeypatch):
    monkeypatch.setattr(relay_module, "GOODBYE_SECONDS", 0.1)
    async with parties() as all_:
        all_.relay.close(4000, "released")
        assert (await all_.client.frame())[0] == CLOSE
        assert await all_.client.rest() == b""
        await eventually(lambda: not all_.served.state.connections)


async def test_a_close_before_the_splice_is_open_is_said_first_thing():
    relay = Relay("con_1", answer, lambda: (4000, ""))
    async with raw_upstream() as upstream, serving(Gate(upstream.address, relay=relay)) as served:
        relay.close(4001, "revoked")
        assert relay.send_event("BrowserGrid.x", {}) is False
        client = await joined(served)
        assert await client.frame() == (CLOSE, (4001).to_bytes(2, "big") + b"revoked")


async def test_a_browser_that_goes_unexpectedly_is_explained():
    async with parties() as all_:
        await all_.browser.send(frame(b"last words"))
        all_.browser.reset()
        frames = [await all_.client.frame()]
        if frames[0][0] == TEXT:
            frames.append(await all_.client.frame())
        assert frames[-1] == (CLOSE, (4000).to_bytes(2, "big") + b"the browser crashed")
        await all_.client.send(masked(b"", first=CLOSE))
        assert await all_.client.rest() == b""
        await eventually(lambda: not all_.served.state.connections)


async def test_a_browser_that_goes_inside_a_message_leaves_a_cut_client():
    async with parties() as all_:
        await all_.browser.send(frame(b"d" * 1000)[:500])
        await all_.client.read(500)
        await all_.browser.close()
        assert await all_.client.rest() == b""


async def test_a_browsers_own_close_frame_is_not_doubled():
    async with parties() as all_:
        await all_.browser.send(frame((1001).to_bytes(2, "big"), first=CLOSE))
        await all_.browser.close()
        assert await all_.client.frame() == (CLOSE, (1001).to_bytes(2, "big"))
        assert await all_.client.rest() == b""


async def test_a_clients_close_passes_to_the_browser_and_its_answer_back():
    async with websocket_upstream() as upstream:
        relay = Relay("con_1", answer, lambda: (4000, ""))
        async with serving(gate := Gate(upstream, relay=relay)) as served:
            async with connect(served.url()) as client:
                await client.close(1000, "bye")
                assert client.close_code == 1000
            await eventually(lambda: gate.got("disconnect") and not served.state.connections)


async def test_an_event_stands_on_the_session_that_last_called_us():
    async with parties() as all_:
        assert all_.relay.send_event("BrowserGrid.takeoverStarted", {"by": "x"})
        assert await reply(all_.client) == {"method": "BrowserGrid.takeoverStarted", "params": {"by": "x"}}
        await all_.client.send(masked(call(1, "BrowserGrid.echo", "S9")))
        await reply(all_.client)
        all_.relay.send_event("BrowserGrid.takeoverFinished", {})
        assert (await reply(all_.client))["sessionId"] == "S9"


async def test_input_is_counted_and_passes():
    calls = []
    async with parties(on_activity=lambda: calls.append(1)) as all_:
        for payload in (call(1, "Input.dispatchMouseEvent", x=1), call(2, "Page.enable"), call(3, "Input.insertText")):
            sent = masked(payload)
            await all_.client.send(sent)
            assert await all_.browser.read(len(sent)) == sent
        assert len(calls) == all_.relay.inputs == 2


async def test_pings_pass_to_a_live_browser_and_are_answered_for_a_frozen_one():
    woken = []
    async with parties(on_activity=lambda: woken.append(1)) as all_:
        ping = masked(b"one", first=PING)
        await all_.client.send(ping)
        assert await all_.browser.read(len(ping)) == ping
        all_.relay.frozen = True
        await all_.client.send(masked(b"two", first=PING))
        assert await all_.client.frame() == (PONG, b"two")
        assert not woken
        message = masked(call(1, "Page.enable"))
        await all_.client.send(message)
        assert await all_.browser.read(len(message)) == message
        assert woken
        await all_.client.send(masked((4321).to_bytes(2, "big"), first=CLOSE))
        assert await all_.client.frame() == (CLOSE, (4321).to_bytes(2, "big"))
        assert await all_.client.rest() == b""


async def test_a_client_that_asks_and_does_not_listen_is_not_asked_on():
    big = "r" * 30_000
    async with parties() as all_:
        all_.client.writer.transport.pause_reading()
        question = masked(call(1, "BrowserGrid.echo", pad=big))
        asking = asyncio.create_task(all_.client.send(question * 1500))
        await eventually(lambda: all_.relay.client.holds, what="back-pressure towards the asker")
        assert all_.relay._queued < 3_000_000
        assert all_.relay.client.transport.get_write_buffer_size() < 3_000_000
        all_.client.writer.transport.resume_reading()
        for _ in range(1500):
            assert (await reply(all_.client))["id"] == 1
        await asking
        assert not all_.relay.client.holds


async def test_events_for_a_client_that_does_not_listen_are_dropped_at_a_bound():
    async with parties() as all_:
        all_.client.writer.transport.pause_reading()
        params = {"pad": "e" * 100_000}
        for _ in range(500):
            if not all_.relay.send_event("BrowserGrid.heartbeat", params):
                break
            await asyncio.sleep(0)
        else:
            pytest.fail("nothing was dropped")
        assert all_.relay._queued < 1_500_000


async def test_commands_end_with_their_connection():
    cancelled = asyncio.Event()

    async def forever(connection, message):
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    async with parties(on_command=forever) as all_:
        await all_.client.send(masked(call(1, "BrowserGrid.echo")))
        await eventually(lambda: all_.relay._commands)
        all_.client.reset()
        async with asyncio.timeout(2):
            await cancelled.wait()


async def test_bytes_and_opening_are_known():
    async with parties() as all_:
        sent = masked(b"x" * 1000)
        await all_.client.send(sent)
        await all_.browser.read(len(sent))
        await all_.browser.send(frame(b"y" * 10))
        await all_.client.frame()
        assert (all_.relay.bytes_up, all_.relay.bytes_down) == (len(sent), 12)
        assert all_.relay.opened_at > 0


async def test_two_hops_as_in_the_product_keep_messages_codes_and_answers():
    """client → gateway's plain splice → the node's splice with a relay → the browser."""
    relay = Relay("con_1", answer, lambda: (4000, "gone"))
    async with (
        websocket_upstream() as browser,
        serving(Gate(browser, relay=relay)) as node,
        serving(Gate(type(browser)(host=node.host, port=node.port), path="/s")) as gateway,
        connect(gateway.url(), max_size=None) as client,
    ):
        text = os.urandom(2_500_000).hex()
        await client.send(text)
        assert await client.recv() == text
        await client.send(call(4, "BrowserGrid.slow").decode())
        assert json.loads(await client.recv()) == {"id": 4, "result": {"slow": True}}
        relay.close(4001, "credential revoked")
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4001, "credential revoked")
