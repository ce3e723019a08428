"""What every open tab of this process must know, asked once for all: how far events have come, who is still signed in.

Woken by the bus; without it the table is read every second. So a tab where nothing happens costs no query of its own.
"""

import asyncio
import logging
from collections.abc import Collection
from dataclasses import dataclass, field
from time import monotonic
from weakref import WeakKeyDictionary

from asgiref.sync import sync_to_async
from django.db import DatabaseError, close_old_connections

from apps.accounts.cookie_sessions import stored
from apps.accounts.queries import active_people, live_sessions
from apps.dashboard.live.door import Visitor
from apps.events.bus import Topic
from apps.events.news import News, closing
from apps.events.queries import last_position

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0  # without news the tables are read this often
CHECK_SECONDS = 0.5  # who is signed in is asked at most this often
REST_SECONDS = 0.05  # however much happens, tabs are told no more often than this


@dataclass(eq=False)
class Tab:
    """`woken` is set when there may be something to tell, or when the tab must go."""

    visitor: Visitor
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    is_signed_out: bool = False


class Watch:
    """One for each event loop. Its task lives while there are tabs."""

    def __init__(self) -> None:
        self.tabs: set[Tab] = set()
        self._news = News(Topic.NEWS, Topic.REVOKED)
        self._task: asyncio.Task[None] | None = None
        self._position = -1
        self._checked = 0.0

    def join(self, visitor: Visitor) -> Tab:
        tab = Tab(visitor)
        self.tabs.add(tab)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())
        return tab

    def leave(self, tab: Tab) -> None:
        self.tabs.discard(tab)

    def tabs_of(self, visitor: Visitor) -> int:
        return sum(tab.visitor.user.pk == visitor.user.pk for tab in self.tabs)

    async def _run(self) -> None:
        while self.tabs:
            is_told = await self._news.wait(LOOK_SECONDS)
            if closing.is_set():
                for tab in self.tabs:
                    tab.woken.set()
            try:
                await self._look(is_told=is_told)
            except DatabaseError as error:
                logger.info("live.database_away", extra={"reason": type(error).__name__})
            await asyncio.sleep(REST_SECONDS)

    async def _look(self, *, is_told: bool) -> None:
        """Tabs are woken by news, and by a mere hint too: what is withdrawn need not be an event."""
        tabs = frozenset(self.tabs)
        is_due = monotonic() - self._checked >= CHECK_SECONDS
        position, gone = await _sight([tab.visitor for tab in tabs] if is_due else [])
        if is_due:
            self._checked = monotonic()
        has_news, self._position = position != self._position, position
        for tab in tabs:
            tab.is_signed_out = tab.is_signed_out or tab.visitor.cookie in gone
            if has_news or is_told or tab.is_signed_out:
                tab.woken.set()


_watches: WeakKeyDictionary[asyncio.AbstractEventLoop, Watch] = WeakKeyDictionary()


def watch_here() -> Watch:
    """The running loop's."""
    return _watches.setdefault(asyncio.get_running_loop(), Watch())


@sync_to_async(thread_sensitive=False)
def _sight(visitors: Collection[Visitor]) -> tuple[int, set[str]]:
    """The last position, and the cookies that sign nobody in any longer. The thread gives its connection back."""
    try:
        return last_position(), signed_out(visitors)
    finally:
        close_old_connections()


def signed_out(visitors: Collection[Visitor]) -> set[str]:
    """Cookies among these whose session is gone or over, whose person is suspended or has another password."""
    if not visitors:
        return set()
    names = {visitor.cookie: stored(visitor.cookie) for visitor in visitors}
    there = live_sessions(names.values())
    fingerprints = {user.pk: user.get_session_auth_hash() for user in active_people(v.user.pk for v in visitors)}
    return {
        visitor.cookie
        for visitor in visitors
        if names[visitor.cookie] not in there or fingerprints.get(visitor.user.pk) != visitor.fingerprint
    }
