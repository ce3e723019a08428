"""One line to each browser that has clients here: commands that its node cannot answer come in, answers go out."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.db import Error as DatabaseError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from apps.events import bus
from apps.gateway import live_methods, recording_methods  # noqa: F401 - register their commands
from apps.gateway.database import in_database, in_database_and_node
from apps.gateway.links import Link
from apps.gateway.methods import FAILED, CdpProblem, Pending, answer
from apps.gateway.upstreams import upstream_of
from apps.nodes.use import Place

logger = logging.getLogger(__name__)

OPEN_SECONDS = 3.0
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
LOOK_SECONDS = 0.5  # between two looks at what takes its time
LARGEST = 1024 * 1024

FindLink = Callable[[str], Link | None]


class SideChannels:
    """`hold` before the first upgrade is forwarded; `release` after the last connection has ended."""

    def __init__(self, find_link: FindLink) -> None:
        self._find_link = find_link
        self._open: dict[str, SideChannel] = {}

    async def hold(self, link: Link, gateway: str) -> None:
        """Returns when the line is open, or cannot be opened now; it is tried again in the background."""
        channel = self._open.get(link.place.instance_id)
        if channel is None:
            channel = SideChannel(link.place, gateway, self._find_link)
            self._open[link.place.instance_id] = channel
        channel.users.add(link.id)
        await channel.ready()

    def is_held(self, link: Link) -> bool:
        """Whether somebody here is joined to that browser already."""
        return link.place.instance_id in self._open

    def release(self, link: Link) -> None:
        channel = self._open.get(link.place.instance_id)
        if channel is None:
            return
        channel.users.discard(link.id)
        if not channel.users:
            del self._open[link.place.instance_id]
            channel.stop()

    def stop(self) -> None:
        for channel in self._open.values():
            channel.stop()
        self._open.clear()


class SideChannel:
    """Reconnects by itself until it is stopped."""

    def __init__(self, place: Place, gateway: str, find_link: FindLink) -> None:
        self.place, self.gateway = place, gateway
        self.users: set[str] = set()
        self._find_link = find_link
        self._tried = asyncio.Event()
        self._answers: set[asyncio.Task[None]] = set()
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def ready(self) -> None:
        await self._tried.wait()

    def stop(self) -> None:
        self._task.cancel()

    async def _run(self) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                async with self._connect() as connection:
                    self._tried.set()
                    pause = FIRST_PAUSE
                    async for text in connection:
                        self._hear(connection, text)
            except (OSError, TimeoutError, WebSocketException) as error:
                logger.info("gateway.side_channel_lost", extra={"reason": type(error).__name__})
            finally:
                self._tried.set()
            await asyncio.sleep(pause)  # the browser's node is away or refuses: ask again, ever more slowly
            pause = min(pause * 2, LONGEST_PAUSE)

    def _connect(self) -> connect:
        upstream = upstream_of(self.place.address)
        where: dict[str, Any] = {"unix": True, "path": upstream.path} if upstream.path else {}
        return connect(
            f"ws://{upstream.host_header}{self.place.path}/events",
            additional_headers={**self.place.headers(), "x-browsergrid-gateway": self.gateway},
            open_timeout=OPEN_SECONDS,
            close_timeout=1.0,
            max_size=LARGEST,
            compression=None,
            proxy=None,
            user_agent_header=None,
            **where,
        )

    def _hear(self, connection: ClientConnection, text: str | bytes) -> None:
        try:
            message = json.loads(text)
        except (ValueError, RecursionError):
            return
        if isinstance(message, dict) and isinstance(message.get("fact"), str):
            self._background(self._tell(message["fact"]))
        elif isinstance(message, dict) and "request" in message:
            self._background(self._answer(connection, message))

    async def _tell(self, fact: str) -> None:
        """A fact moves no state here: the reconciler is asked to look."""
        logger.info("gateway.fact", extra={"fact": fact, "browser": self.place.instance_id})
        session_key = self.place.instance_id.rpartition("-")[0]
        await asyncio.to_thread(bus.hint, bus.Topic.RECONCILE, session_key)

    async def _answer(self, connection: ClientConnection, message: dict[str, Any]) -> None:
        reply: dict[str, Any] = {"request": message["request"]}
        try:
            link = self._find_link(str(message.get("connection")))
            if link is None:
                raise CdpProblem(FAILED, "This connection is gone.")
            params = message.get("params")
            known = params if isinstance(params, dict) else {}
            method = str(message.get("method"))
            told = await in_database_and_node(answer, method, link.actor, link.session.pk, known, link.origin)
            while isinstance(told, Pending):
                await connection.send(json.dumps({"request": message["request"], "is_pending": True}))
                told = await self._look_again(connection, link, told)
            reply["result"] = told
        except CdpProblem as error:
            reply["error"] = {"code": error.code, "message": str(error)}
        except (DatabaseError, OSError, WebSocketException):
            reply["error"] = {"code": FAILED, "message": "This cannot be answered now. Try again."}
        try:
            await connection.send(json.dumps(reply))
        except (OSError, WebSocketException):
            logger.info("gateway.answer_lost", extra={"browser": self.place.instance_id})

    async def _look_again(
        self, connection: ClientConnection, link: Link, pending: Pending
    ) -> Mapping[str, Any] | Pending:
        """After a pause, with the client told what has happened meanwhile. Raises CdpProblem once it is gone."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS):
                await link.over.wait()
                raise CdpProblem(FAILED, "This connection is gone.")
        told = await in_database(pending.look)
        for name, params in told.events if isinstance(told, Pending) else ():
            event = {"connection": link.id, "event": name, "params": params}
            await connection.send(json.dumps(event))
        return told

    def _background(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)
