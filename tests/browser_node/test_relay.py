"""browser_node.relay: byte-exact but for what is ours, and we speak only between messages."""

import asyncio
import json
import os
import random

import pytest
import uvloop
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from browser_node import relay as relay_module
from browser_node.cdp import CdpError, not_found
from browser_node.relay import Relay
from tests.splice.harness import Gate, eventually, frame, joined, masked, raw_upstream, serving, websocket_upstream

pytestmark = pytest.mark.asyncio

CONT, TEXT, PING, PONG, CLOSE = 0x80, 0x81, 0x89, 0x8A, 0x88


@pytest.fixture(params=["uvloop", "asyncio"])
def event_loop_policy(request):
    return uvloop.EventLoopPolicy() if request.param == "uvloop" else asyncio.DefaultEventLoopPolicy()


async def answer(connection, message):
    """What a node does with our commands, in these tests."""
    match message["method"]:
        case "BrowserGrid.echo":
            return {"connection": connection, "params": message.get("params", {})}
        case "BrowserGrid.slow":
            await asyncio.sleep(0.05)
            return {"slow": True}
        case "BrowserGrid.refuse":
            raise CdpError(-32000, "not now")
        case "BrowserGrid.broken":
            raise LookupError("on purpose")
    return not_found(message["method"])


class Parties:
    """A client, a browser, and the relay between them."""

    def __init__(self, client, browser, relay, gate, served):
        self.client, self.browser, self.relay, self.gate, self.served = client, browser, relay, gate, served


class parties:  # noqa: N801 - reads as a context manager
    def __init__(self, **options):
        self.options = {"on_command": answer, "farewell": lambda: (4000, "the browser crashed"), **options}

    async def __aenter__(self):
        self.relay = Relay("con_1", **self.options)
        self.up = raw_upstream()
        upstream = await self.up.__aenter__()
        gate = Gate(upstream.address, relay=self.relay)
        self.server = serving(gate)
        served = await self.server.__aenter__()
        client = await joined(served)
        return Parties(client, await upstream.talk(), self.relay, gate, served)

    async def __aexit__(self, *reason):
        await self.server.__aexit__(*reason)
        await self.up.__aexit__(*reason)


def call(number, method, session=None, **params):
    message = {"id": number, "method": method, "params": params}
    if session:
        message["sessionId"] = session
    return json.dumps(message).encode()


async def reply(talk):
    first, payload = await talk.frame()
    assert first == TEXT, (first, payload)
    return json.loads(payload)


async def nothing_more(talk, seconds=0.1):
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(seconds):
            await talk.reader.readexactly(1)


async def test_ordinary_messages_pass_byte_for_byte_both_ways():
    async with parties() as all_:
        for payload in (call(1, "Page.enable"), call(2, "Browser.getVersion"), b"", b"x" * 126, b"y" * 70_000):
            sent = masked(payload)
            await all_.client.send(sent)
            assert await all_.browser.read(len(sent)) == sent
            await all_.browser.send(frame(payload))
            assert await all_.client.frame() == (TEXT, payload)


async def test_our_command_is_answered_with_its_id_and_session_and_the_browser_hears_nothing():
    async with parties() as all_:
        await all_.client.send(masked(call(5, "BrowserGrid.echo", "S1", a=1)))
        assert await reply(all_.client) == {
            "id": 5,
            "result": {"connection": "con_1", "params": {"a": 1}},
            "sessionId": "S1",
        }
        await nothing_more(all_.browser)


@pytest.mark.parametrize(
    ("method", "error"),
    [
        ("BrowserGrid.unknown", {"code": -32601, "message": "'BrowserGrid.unknown' wasn't found"}),
        ("BrowserGrid.refuse", {"code": -32000, "message": "not now"}),
        ("BrowserGrid.broken", {"code": -32000, "message": "Internal error"}),
    ],
)
async def test_a_command_that_fails_is_a_cdp_error(method, error):
    async with parties() as all_:
        await all_.client.send(masked(call(6, method)))
        assert await reply(all_.client) == {"id": 6, "error": error}


async def test_without_anybody_to_ask_every_command_is_unknown():
    async with parties(on_command=None) as all_:
        await all_.client.send(masked(call(6, "BrowserGrid.echo")))
        assert (await reply(all_.client))["error"]["code"] == -32601


async def test_a_message_that_only_mentions_us_is_the_browsers():
    async with parties() as all_:
        for text in (
            '{"id":1,"method":"Runtime.evaluate","params":{"expression":"\\"BrowserGrid.echo\\""}}',
            '{"id":1,"method":"X.y","params":{"a":"Browser.close","b":["BrowserGrid.x"]}}',
            'no json "BrowserGrid.',
        ):
            sent = masked(text.encode())
            await all_.client.send(sent)
            assert await all_.browser.read(len(sent)) == sent


@pytest.mark.parametrize("piece", [1, 2, 3, 5, 7, 11, 64])
async def test_our_commands_are_found_in_a_stream_that_comes_in_pieces(piece):
    """Between ordinary messages of all sizes; what remains is what the browser must get."""
    chance = random.Random(piece)
    stream, theirs, ours = b"", b"", 0
    for number in range(25):
        payload = call(number, "Runtime.evaluate", expression="x" * chance.choice([0, 60, 200, 3000]))
        if number % 5 == 0:
            stream += masked(call(number, "BrowserGrid.echo", pad="p" * chance.choice([0, 100, 4000])))
            ours += 1
        stream += (sent := masked(payload))
        theirs += sent
    async with parties() as all_:
        reading = asyncio.create_task(all_.browser.read(len(theirs)))
        for position in range(0, len(stream), piece * 40):
            for start in range(position, min(position + piece * 40, len(stream)), piece):
                all_.client.writer.write(stream[start : min(start + piece, position + piece * 40)])
                if chance.random() < 0.1:
                    await asyncio.sleep(0)
            await all_.client.writer.drain()
        assert await reading == theirs
        answers = [await reply(all_.client) for _ in range(ours)]
        assert [each["id"] for each in answers] == [0, 5, 10, 15, 20]


@pytest.mark.parametrize("fragments", [2, 3, 50])
async def test_a_fragmented_command_is_found(fragments):
    payload = call(9, "BrowserGrid.echo", pad="x" * 60_000)
    size = len(payload) // fragments + 1
    pieces = [payload[start : start + size] for start in range(0, len(payload), size)]
    async with parties() as all_:
        for index, piece in enumerate(pieces):
            first = (0x01 if index == 0 else 0x00) | (0x80 if index == len(pieces) - 1 else 0)
            await all_.client.send(masked(piece, first=first))
            await asyncio.sleep(0)
        assert (await reply(all_.client))["id"] == 9
        sent = masked(call(10, "Page.enable"))
        await all_.client.send(sent)
        assert await all_.browser.read(len(sent)) == sent


async def test_a_fragmented_message_that_is_not_ours_arrives_as_it_was_sent_pings_included():
    parts = [masked(b'{"id":1,', first=0x01), masked(b'"method":', first=0x00), masked(b'"Page.enable"}', first=0x80)]
    ping = masked(b"are you there", first=PING)
    async with parties() as all_:
        for part in (parts[0], ping, *parts[1:]):
            await all_.client.send(part)
            await asyncio.sleep(0.01)
        assert await all_.browser.read(len(ping)) == ping
        whole = b"".join(parts)
        assert await all_.browser.read(len(whole)) == whole


async def test_a_message_longer_than_the_bound_passes_unseen_in_one_frame_or_many():
    long = call(1, "BrowserGrid.echo", pad="x" * 70_000)
    half = len(long) // 2
    async with parties() as all_:
        for sent in (
            masked(long),
            masked(long[:half], first=0x01) + masked(long[half:], first=0x80),
            masked(b"x" * 40_000, first=0x01) + masked(b"", first=0x00) + masked(b"y" * 40_000, first=0x80),
            masked(call(3, "BrowserGrid.echo"), first=0x82),  # binary: not CDP
            masked(b"x" * 20_000_000),
        ):
            sending = asyncio.create_task(all_.client.send(sent))
            assert await all_.browser.read(len(sent)) == sent
            await sending
        await all_.client.send(masked(call(7, "BrowserGrid.echo")))
        assert (await reply(all_.client))["id"] == 7


async def test_many_messages_in_one_packet_lose_only_ours():
    theirs = [masked(call(number, "Page.enable")) for number in range(10)]
    ours = [masked(call(100 + number, "BrowserGrid.echo")) for number in range(10)]
    async with parties() as all_:
        await all_.client.send(b"".join(a + b for a, b in zip(theirs, ours, strict=True)))
        expected = b"".join(theirs)
        assert await all_.browser.read(len(expected)) == expected
        assert [(await reply(all_.client))["id"] for _ in ours] == list(range(100, 110))


async def test_an_answer_waits_for_the_end_of_the_browsers_message():
    message = frame(b"d" * 3_000_000)
    async with parties() as all_:
        await all_.browser.send(message[:1_500_000])
        await all_.client.send(masked(call(1, "BrowserGrid.echo")))
        got = await all_.client.read(1_500_000)
        await nothing_more(all_.client)
        await all_.browser.send(message[1_500_000:] + frame(b"next"))
        got += await all_.client.read(1_500_010)
        assert got == message
        following = [await all_.client.frame(), await all_.client.frame()]
        assert sorted(payload[:4] for _, payload in following) == [b"next", b'{"id']


async def test_an_answer_waits_for_the_last_fragment():
    async with parties() as all_:
        await all_.browser.send(frame(b"one ", first=0x01))
        assert await all_.client.frame() == (0x01, b"one ")
        await all_.client.send(masked(call(1, "BrowserGrid.echo")))
        await all_.browser.send(frame(b"p", first=PING) + frame(b"two ", first=0x00))
        assert await all_.client.frame() == (PING, b"p")
        assert await all_.client.frame() == (0x00, b"two ")
        await nothing_more(all_.client)
        await all_.browser.send(frame(b"three", first=0x80))
        assert await all_.client.frame() == (0x80, b"three")
        assert (await reply(all_.client))["id"] == 1


async def test_answers_find_their_place_in_a_stream_that_never_pauses():
    """Frames that straddle every read: a place is found inside a read, not only at its end."""
    chance = random.Random(3)
    messages = [chance.randbytes(chance.choice([1, 125, 126, 900, 66_000])) for _ in range(400)]

    async with parties() as all_:

        async def pour():
            stream = b"".join(frame(message, first=0x82) for message in messages)
            for start in range(0, len(stream), 50_001):
                await all_.browser.send(stream[start : start + 50_001])

        async def ask():
            for number in range(40):
                await all_.client.send(masked(call(number, "BrowserGrid.echo")))
                await asyncio.sleep(0.001)

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(pour())
            tasks.create_task(ask())
            got = [await all_.client.frame() for _ in range(len(messages) + 40)]
    assert [payload for first, payload in got if first == 0x82] == messages
    assert sorted(json.loads(payload)["id"] for first, payload in got if first == TEXT) == list(range(40))


async def test_headers_cut_anywhere_do_not_lose_the_boundary():
    async with parties() as all_:
        for size in (10, 200, 70_000):
            whole = frame(b"z" * size)
            for cut in (1, 2, 3, 9):
                await all_.browser.send(whole[:cut])
                await all_.client.send(masked(call(cut, "BrowserGrid.echo")))
                await asyncio.sleep(0.02)
                await all_.browser.send(whole[cut:])
                assert await all_.client.frame() == (TEXT, b"z" * size)
                assert (await reply(all_.client))["id"] == cut


async def test_bytes_that_come_with_the_101_are_followed():
    relay = Relay("con_1", answer, lambda: (4000, ""))
    message = frame(b"m" * 1000)
    answer_101 = b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + message[:500]
    async with raw_upstream(answer=answer_101) as upstream, serving(Gate(upstream.address, relay=relay)) as served:
        client = await joined(served)
        await client.send(masked(call(1, "BrowserGrid.echo")))
        got = await client.read(500)
        await nothing_more(client)
        await (await upstream.talk()).send(message[500:])
        assert got + await client.read(len(message) - 500) == message
        assert (await reply(client))["id"] == 1


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
