"""`/live`: one socket for each tab. The page says what it shows and how far it knows; it hears what changed since.

    page → server   {"topics": ["session", "pool_…"], "after": 1234}     again whenever either changes
    server → page   {"is": "hello", "now": "…"}                          once
                    {"is": "change", "position": 1235, "type": "session.claimed", "session": "ses_…", "pool": …}
                    also of what the page shows and its person may see no longer: its parts are gone when asked for
                    {"is": "toast", "position": 1235, "level": "error", "message": "…", …}
                    {"is": "reload", "position": 1500}                   too much was missed: ask for every part anew
                    {"is": "beat", "position": 1500}                     each ten seconds: alive, and this is how far

Closed with 4001 when the person is signed out or suspended, 1012 when the server goes, 1009 for more than a mebibyte.
"""

import asyncio
import json
import logging
from contextlib import suppress
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from asgiref.sync import sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer  # type: ignore[import-untyped]
from django.db import DatabaseError

from apps.access.actor import Actor
from apps.dashboard.asking import actor_for
from apps.dashboard.live.door import comes_from_us, visitor_of
from apps.dashboard.live.losses import Shown
from apps.dashboard.live.reading import read
from apps.dashboard.live.wants import NotUnderstood, Wants, parse
from apps.dashboard.live.watch import Tab, watch_here
from apps.events.news import closing

logger = logging.getLogger(__name__)

BEAT_SECONDS = 10.0  # keeps proxies from closing, and tells the page that we live
REST_SECONDS = 0.05  # however much happens, it is told in batches this far apart
AGAIN_SECONDS = 1.0
MOST_BYTES = 1024 * 1024
MOST_TABS = 100  # of one person, in one process
SIGNED_OUT, GOING, TOO_BIG, NOT_UNDERSTOOD, BROKEN = 4001, 1012, 1009, 1003, 1011


class LiveConsumer(AsyncWebsocketConsumer):  # type: ignore[misc] # channels is untyped
    channel_layer_alias = ""  # nothing of ours goes through the channel layer: a tab lives on without Redis

    tab: Tab | None = None
    _pumping: asyncio.Task[None] | None = None
    _position: int | None = None
    _said = 0.0

    async def connect(self) -> None:
        visitor = None
        if comes_from_us(self.scope):
            visitor = await sync_to_async(visitor_of, thread_sensitive=False)(self.scope)
        watch = watch_here()
        if visitor is None or watch.tabs_of(visitor) >= MOST_TABS or closing.is_set():
            await self.close()  # before it is accepted: a plain 403
            return
        self._actor: Actor = actor_for(visitor.user)
        self._wants, self._shown = Wants(), Shown()
        await self.accept()
        await self._say({"is": "hello", "now": datetime.now(UTC).isoformat()})
        self.tab = watch.join(visitor)
        self._pumping = asyncio.get_running_loop().create_task(self._pump(self.tab))

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.tab is None:
            return
        if len(text_data or bytes_data or "") > MOST_BYTES:
            await self.close(TOO_BIG)
            return
        try:
            self._wants = parse(text_data)
        except NotUnderstood:
            await self.close(NOT_UNDERSTOOD)
            return
        if self._wants.after is not None:
            self._position = self._wants.after
        self.tab.woken.set()

    async def disconnect(self, code: int) -> None:
        if self.tab is not None:
            watch_here().leave(self.tab)
        if self._pumping is not None:
            self._pumping.cancel()

    async def _pump(self, tab: Tab) -> None:
        try:
            while not (tab.is_signed_out or closing.is_set()):
                tab.woken.clear()
                await self._tell(tab)
                if monotonic() - self._said >= BEAT_SECONDS:
                    await self._say({"is": "beat", "position": self._position})
                await asyncio.sleep(REST_SECONDS)
                with suppress(TimeoutError):
                    await asyncio.wait_for(tab.woken.wait(), BEAT_SECONDS)
            await self.close(SIGNED_OUT if tab.is_signed_out else GOING)
        except (OSError, RuntimeError) as error:  # the other end has gone while we spoke
            logger.info("live.lost", extra={"reason": type(error).__name__})
        except Exception:
            logger.exception("live.failed")
            await self.close(BROKEN)

    async def _tell(self, tab: Tab) -> None:
        """What the page said meanwhile wins over what was read for its former wants."""
        wants, position = self._wants, self._position
        try:
            told = await read(self._actor, wants, position, self._shown)
        except DatabaseError as error:
            logger.info("live.database_away", extra={"reason": type(error).__name__})
            await asyncio.sleep(AGAIN_SECONDS)
            tab.woken.set()
            return
        if self._wants is not wants:
            return
        self._position, self._shown = told.position, told.shown
        for message in told.messages:
            await self._say(message)

    async def _say(self, message: dict[str, Any]) -> None:
        self._said = monotonic()
        await self.send(text_data=json.dumps(message))
