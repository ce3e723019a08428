"""splice.events: in order, nothing lost by a cancelled reader."""

import asyncio

import pytest

from splice.events import Events

pytestmark = pytest.mark.asyncio


async def test_messages_come_in_order_and_wait_for_their_reader():
    events = Events(asyncio.get_running_loop())
    events.put({"type": "a"})
    reading = asyncio.gather(events.get(), events.get())
    await asyncio.sleep(0)
    events.put({"type": "b"})
    assert await reading == [{"type": "a"}, {"type": "b"}]


async def test_a_cancelled_reader_takes_nothing_away():
    events = Events(asyncio.get_running_loop())
    first, second = asyncio.ensure_future(events.get()), asyncio.ensure_future(events.get())
    await asyncio.sleep(0)
    events.put({"type": "a"})
    first.cancel()
    async with asyncio.timeout(1):
        assert await second == {"type": "a"}
    assert not events.waiters
