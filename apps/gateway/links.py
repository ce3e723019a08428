"""One client joined to one browser, from the committed row to its closing."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from django.core.exceptions import ObjectDoesNotExist
from django.db import Error as DatabaseError

from apps.access.actor import Actor
from apps.gateway.database import in_database
from apps.gateway.meter import Meter
from apps.nodes.use import Place
from apps.nodes.use import close_connection as ask_node_to_close
from apps.sessions.connections import Traffic, close_connection
from apps.sessions.models import BrowserSession, Connection

logger = logging.getLogger(__name__)

GOODBYE_SECONDS = 1.0  # for the node to close between two messages before the socket is cut
REVOKED, RESTART = 4001, 1012
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0

Cut = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Goodbye:
    """What the client is told when it is us who end its connection."""

    code: int
    reason: str


class Link:
    """`over` is set once the connection has ended; `dismiss` ends it with a word, as far as a word can be said."""

    def __init__(
        self,
        connection: Connection,
        session: BrowserSession,
        actor: Actor,
        place: Place,
        mode: str = "",
        *,
        was_asked_for: bool = False,
    ) -> None:
        self.connection, self.session, self.actor, self.place = connection, session, actor, place
        self.origin = ""  # that the client used
        self.mode = mode  # of a viewer: view or control; empty for a client
        self.was_asked_for = was_asked_for  # who controls, by the automation
        self.id = connection.public_id
        self.meter = Meter(self._asked_to_close)
        self.goodbye: Goodbye | None = None
        self.over = asyncio.Event()
        self.is_open = False
        self.has_failed = False  # the browser's side never answered
        self.cut: Cut | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def traffic(self) -> Traffic:
        return Traffic(self.meter.up, self.meter.down)

    @property
    def used(self) -> int:
        """Bytes that mean use: all of a client's; of a viewer only what it does, not what it sees."""
        return self.meter.up if self.mode else self.meter.up + self.meter.down

    @property
    def is_ours(self) -> bool:
        """We, not the client, are why it ended: the client may come back."""
        if self.goodbye is not None:
            return self.goodbye.code != REVOKED
        return self.has_failed or (self.is_open and self.meter.was_sent_away)

    def dismiss_soon(self, goodbye: Goodbye) -> None:
        self.beside(self.dismiss(goodbye))

    async def dismiss(self, goodbye: Goodbye) -> None:
        """Ask the node to say goodbye between two messages; cut the socket where that takes too long. Once."""
        if self.goodbye is not None:
            return
        self.goodbye = goodbye
        asking = asyncio.to_thread(ask_node_to_close, self.place, self.id, code=goodbye.code, reason=goodbye.reason)
        self.beside(_forgotten(asking))
        try:
            async with asyncio.timeout(GOODBYE_SECONDS):
                await self.over.wait()
        except TimeoutError:
            if self.cut is not None:
                await self.cut()

    async def close_row(self) -> None:
        """Until it is done: a database that is locked or away comes back, and the lease covers our own end."""
        pause = FIRST_PAUSE
        while True:
            try:
                await in_database(close_connection, self.connection, traffic=self.traffic, ours=self.is_ours)
            except ObjectDoesNotExist:
                return  # the session's row is gone, and this one with it
            except DatabaseError as error:
                logger.warning("gateway.close_delayed", extra={"connection": self.id, "reason": type(error).__name__})
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                return

    def _asked_to_close(self, code: int, reason: str) -> None:
        """The server's wish (its drain time is over), or the cut that follows our own goodbye."""
        if self.goodbye is None:
            self.dismiss_soon(Goodbye(code, reason))
        else:
            self.meter.cut()

    def beside(self, work: Awaitable[None]) -> None:
        """Done without anybody waiting for it."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _forgotten(asking: Awaitable[bool]) -> None:
    """The node's answer changes nothing: the cut follows in any case."""
    await asking
