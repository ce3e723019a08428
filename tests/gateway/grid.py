"""A gateway on a real uvicorn with rows behind it, and what tests do to it."""

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from asgiref.sync import sync_to_async
from django.db import connections
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from apps.accounts.models import User
from apps.core import clock
from apps.gateway.application import Gateway, lifespan
from apps.nodes.models import Node
from apps.nodes.services import ensure_node
from apps.pools.models import Pool
from apps.sessions.models import BrowserSession
from splice.entrance import Entrance
from splice.protocol import SpliceProtocol
from tests.factories import people, pools, sessions
from tests.gateway.fake_node import FakeNode
from tests.splice.harness import QuietServer, end, eventually

VERSION = {
    "Browser": "Chrome/156.0.7700.0",
    "Protocol-Version": "1.3",
    "User-Agent": "Mozilla/5.0",
    "V8-Version": "15.6",
    "WebKit-Version": "537.36",
}


@dataclass
class Grid:
    """One gateway with one node, one person and the default pool."""

    gateway: Gateway
    node: FakeNode
    user: User
    token: str
    pool: Pool
    row: Node
    port: int
    server: uvicorn.Server

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def ws(self) -> str:
        return f"ws://localhost:{self.port}"

    async def warm(self, browsers: int = 1, **fields: Any) -> list[BrowserSession]:
        return [await sync_to_async(self._ready)(**fields) for _ in range(browsers)]

    async def claimed(self, **options: Any) -> BrowserSession:
        return await sync_to_async(self._claimed)(**options)

    async def get(self, path: str, *, token: str | None = "", host: str = "", **options: Any) -> httpx.Response:
        """With the person's token in a header; `token=None`: without any."""
        headers = dict(options.pop("headers", {}))
        if token is not None:
            headers["authorization"] = f"Bearer {token or self.token}"
        if host:
            headers["host"] = host
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            return await client.request(options.pop("method", "GET"), f"{self.url}{path}", headers=headers, **options)

    def connect(self, path: str, *, token: str | None = "", **options: Any) -> connect:
        """`path` is an address here or a whole URL."""
        headers = dict(options.pop("headers", {}))
        if token is not None:
            headers["authorization"] = f"Bearer {token or self.token}"
        host = headers.pop("host", "")
        base = f"ws://{host}" if host else self.ws
        url = path if "://" in path else f"{base}{path}"
        where = {"host": "127.0.0.1", "port": self.port}
        return connect(url, additional_headers=headers, compression=None, proxy=None, **where, **options)

    async def refused(self, path: str, **options: Any) -> tuple[int, dict[str, Any], Any]:
        """Status, problem and headers of an upgrade that is refused."""
        try:
            async with self.connect(path, **options):
                raise AssertionError("the upgrade was accepted")
        except InvalidStatus as error:
            is_problem = error.response.headers.get("content-type") == "application/problem+json"
            problem = json.loads(bytes(error.response.body or b"{}")) if is_problem else {}
            return error.response.status_code, problem, error.response.headers

    async def state(self, session: BrowserSession) -> BrowserSession:
        await session.arefresh_from_db()
        return session

    async def reaches(self, session: BrowserSession, state: str, within: float = 5.0) -> BrowserSession:
        deadline = asyncio.get_running_loop().time() + within
        while (await self.state(session)).state != state:
            assert asyncio.get_running_loop().time() < deadline, f"{session.state} instead of {state}"
            await asyncio.sleep(0.01)
        return session

    async def only_session(self) -> BrowserSession:
        return await BrowserSession.objects.filter(owner=self.user).alatest("claimed_at")

    def _ready(self, **fields: Any) -> BrowserSession:
        session = sessions.make_ready_session(self.pool, prepared=True)
        BrowserSession.objects.filter(pk=session.pk).update(node=self.row, version=VERSION, **fields)
        session.refresh_from_db()
        return session

    def _claimed(self, **options: Any) -> BrowserSession:
        session = sessions.make_claimed_session(self.user, self.pool, **options)
        BrowserSession.objects.filter(pk=session.pk).update(node=self.row, version=VERSION)
        session.refresh_from_db()
        return session


@asynccontextmanager
async def running_grid(
    node: FakeNode, directory: Path, *, splices: bool = True, drain: float = 5.0
) -> AsyncIterator[Grid]:
    gateway = Gateway(directory)
    routes = gateway.splices if splices else (lambda raw_path, host: False)
    protocol = type("Protocol", (SpliceProtocol,), {"routes": staticmethod(routes), "drain_seconds": drain})
    config = uvicorn.Config(
        gateway, port=0, lifespan="off", http=Entrance, ws=protocol, log_config=None, proxy_headers=False
    )
    server = QuietServer(config)
    user = await sync_to_async(people.make_user)()
    _, token = await sync_to_async(people.make_token)(user)
    pool = await sync_to_async(pools.ensure_default_pool)()
    row = await sync_to_async(ensure_node)("local", provider="fake", address=node.address)
    await Node.objects.filter(pk=row.pk).aupdate(browsers=100)  # ended sessions give room back
    async with lifespan(gateway):
        task = asyncio.create_task(server.serve())
        await eventually(lambda: server.started or task.done())
        port = server.servers[0].sockets[0].getsockname()[1]
        try:
            yield Grid(gateway, node, user, token, pool, row, port, server)
        finally:
            await end(server, task)
    await sync_to_async(connections.close_all)()  # of the thread in which a test's own queries ran


async def echoed(client: ClientConnection, text: str) -> bool:
    await client.send(text)
    async with asyncio.timeout(5):
        return await client.recv() == text


def with_knobs(settings: Any, **knobs: Any) -> None:
    settings.GRID = dataclasses.replace(settings.GRID, **knobs)


async def met(ask: Callable[[], Awaitable[bool]], *, within: float = 5.0) -> None:
    """Until the answer is yes."""
    deadline = asyncio.get_running_loop().time() + within
    while not await ask():
        assert asyncio.get_running_loop().time() < deadline, "it did not come about"
        await asyncio.sleep(0.02)


async def now() -> datetime:
    """The grid's time, which PostgreSQL tells."""
    return await sync_to_async(clock.now)()
