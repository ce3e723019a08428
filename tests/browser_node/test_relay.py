"""browser_node.relay: byte-exact but for what is ours, and we speak only between messages."""

import asyncio
import json
import random

import pytest

from browser_node.relay import Relay
from tests.browser_node.relay_parties import (
    PING,
    TEXT,
    answer,
    call,
    nothing_more,
    parties,
    reply,
)
from tests.splice.conftest import event_loop_policy
from tests.splice.harness import Gate, frame, joined, masked, raw_upstream, serving

__all__ = ["event_loop_policy"]
pytestmark = pytest.mark.asyncio


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
