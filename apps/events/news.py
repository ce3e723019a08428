"""Waiting for news inside an asyncio process: woken by the bus, and in any case when the time is up.

One subscription per process, shared by every waiter; without Redis all of them fall back to their time-outs.
"""

import asyncio
import json
import logging
import threading
from typing import Any

import redis.asyncio
from django.conf import settings
from redis.exceptions import RedisError

from apps.events.bus import Topic

logger = logging.getLogger(__name__)

closing = threading.Event()  # we were asked to end: streams, which never end by themselves, stop within a second


class News:
    """`async with` is not needed: the first `wait` starts the subscription on the running loop."""

    def __init__(self, *topics: Topic) -> None:
        self.topics = topics
        self._changed: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None

    async def wait(self, seconds: float) -> bool:
        """True when something was said before the time was up."""
        loop = asyncio.get_running_loop()
        if self._task is None or self._task.done() or self._task.get_loop() is not loop:
            self._changed = loop.create_future()
            self._task = loop.create_task(self._listen())
        if self._changed is None or self._changed.done():
            self._changed = loop.create_future()
        try:
            await asyncio.wait_for(asyncio.shield(self._changed), seconds)
        except TimeoutError:
            return False
        return True

    async def _listen(self) -> None:
        pause = 0.2
        while True:
            try:
                client: Any = redis.asyncio.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1)
                async with client, client.pubsub() as channel:
                    await channel.subscribe(*self.topics)
                    pause = 0.2
                    async for message in channel.listen():
                        if message["type"] == "message":
                            self.on_message(message["channel"].decode(), json.loads(message["data"]))
            except RedisError as error:
                logger.info("news.unreachable", extra={"reason": type(error).__name__})
            await asyncio.sleep(pause)  # the bus is away: ask again, ever more slowly
            pause = min(pause * 2, 5.0)

    def on_message(self, topic: str, message: Any) -> None:
        if self._changed is not None and not self._changed.done():
            self._changed.set_result(None)
