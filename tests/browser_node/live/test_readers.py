"""Those who read a video of a browser that gives none."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import cast

from browser_node.casts import Casts
from browser_node.devtools import DevtoolsError
from browser_node.live.stream import Reader, VideoStream
from browser_node.page import Watcher
from browser_node.pages import Pages


class Unreachable:
    active = None

    @contextlib.asynccontextmanager
    async def held(self, watcher: Watcher) -> AsyncIterator[None]:
        raise DevtoolsError("gone")
        yield


async def read(reader: Reader) -> list[bytes]:
    async with asyncio.timeout(5):
        return [part async for part in reader.parts()]


async def test_whoever_comes_while_one_who_got_nothing_is_still_there_is_told_too() -> None:
    stream = VideoStream(cast(Pages, Unreachable()), cast(Casts, None))
    async with stream.read() as first:
        assert await read(first) == []
        async with stream.read() as second:
            assert await read(second) == []
