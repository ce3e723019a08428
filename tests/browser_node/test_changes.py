"""Waiting for a change."""

import asyncio

from browser_node.changes import Changes


async def test_who_waits_is_woken_by_a_change() -> None:
    changes = Changes()
    waiting = [asyncio.create_task(changes.wait(changes.version, 5)) for _ in range(3)]
    await asyncio.sleep(0)
    changes.touch()
    assert await asyncio.gather(*waiting) == [True, True, True]


async def test_a_change_in_between_is_not_missed() -> None:
    changes = Changes()
    seen = changes.version
    changes.touch()
    assert await changes.wait(seen, 0)


async def test_waiting_has_an_end() -> None:
    changes = Changes()
    assert not await changes.wait(changes.version, 0.01)
    changes.touch()
    assert not await changes.wait(changes.version, 0.01)
