"""Open tabs of a page: a WebSocket to `/live` with somebody's cookie."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from asgiref.sync import sync_to_async
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client

from apps.accounts.models import User
from apps.dashboard.live.routing import websocket_urlpatterns
from apps.events.dispatcher import dispatch

OURS = "http://localhost"
Message = dict[str, Any]


class Tab:
    def __init__(self, socket: WebsocketCommunicator, client: Client) -> None:
        self.socket, self.client = socket, client

    async def ask(self, *topics: str, after: int | None = None) -> None:
        said: Message = {"topics": list(topics)} | ({} if after is None else {"after": after})
        await self.socket.send_json_to(said)

    async def hears(self, within: float = 5.0) -> Message:
        message: Message = await self.socket.receive_json_from(timeout=within)
        return message

    async def closes(self, within: float = 5.0) -> int:
        async with asyncio.timeout(within):
            while True:
                said = await self.socket.receive_output(timeout=within)
                if said["type"] == "websocket.close":
                    return int(said.get("code", 1000))


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def socket_of(cookie: str, origin: str | None = OURS, host: str = "localhost") -> WebsocketCommunicator:
    headers = [(b"host", host.encode())]
    headers += [(b"origin", origin.encode())] if origin is not None else []
    headers += [(b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode())] if cookie else []
    return WebsocketCommunicator(URLRouter(websocket_urlpatterns), "/live", headers=headers)


@asynccontextmanager
async def tab_of(user: User, **how: Any) -> AsyncIterator[Tab]:
    client = await sync_to_async(signed_in)(user)
    socket = socket_of(client.cookies[settings.SESSION_COOKIE_NAME].value, **how)
    is_open, _ = await socket.connect()
    assert is_open
    tab = Tab(socket, client)
    assert (await tab.hears())["is"] == "hello"
    try:
        yield tab
    finally:
        await socket.disconnect()


async def happens(make: Callable[[], Any]) -> Any:
    """Do it, and number its events as the dispatcher would."""

    def run() -> Any:
        made = make()
        dispatch()
        return made

    return await sync_to_async(run)()
