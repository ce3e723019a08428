"""The one ASGI application: connect addresses to the gateway, people's sockets to the dashboard, the rest to Django.

Served by `uvicorn browsergrid.asgi:application --http splice.entrance:Entrance --ws splice.protocol:SpliceProtocol
--loop uvloop`; under daphne (`-v 0`: its own access lines carry the query) the gateway relays messages instead of
splicing.
"""

import os
import signal
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from types import FrameType
from typing import Any, cast

from channels.routing import URLRouter  # type: ignore[import-untyped]
from django.core.asgi import get_asgi_application
from django.urls import re_path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "browsergrid.settings.development")
django_application = get_asgi_application()

from django.conf import settings  # noqa: E402 - Django must be set up first

from apps.dashboard.live.routing import websocket_urlpatterns  # noqa: E402
from apps.events.news import closing  # noqa: E402
from apps.gateway.application import Gateway, lifespan  # noqa: E402
from browsergrid.bodies import measured  # noqa: E402
from browsergrid.charsets import Utf8Request  # noqa: E402
from browsergrid.settings import grid  # noqa: E402
from browsergrid.threads import Threads  # noqa: E402
from splice.garbage import look_seldom  # noqa: E402
from splice.protocol import SpliceProtocol  # noqa: E402

DRAIN_MARGIN_SECONDS = 3.0  # between our goodbyes and the server's hard stop, for rows to be closed

Message = MutableMapping[str, Any]  # the values are the ASGI specification's
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

django_application.request_class = Utf8Request
gateway = Gateway(grid.run_dir())
threads = Threads()
SpliceProtocol.routes = staticmethod(gateway.splices)
SpliceProtocol.drain_seconds = max(settings.GRID.drain_seconds - DRAIN_MARGIN_SECONDS, 0.0)


async def application(scope: Message, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await _live(receive, send)
    elif gateway.takes(scope):
        await gateway(scope, receive, send)
    elif scope["type"] == "websocket":
        await sockets(scope, receive, send)
    else:
        async with threads.lend():
            await measured(cast(Any, django_application), scope, receive, send)


async def _live(receive: Receive, send: Send) -> None:
    await receive()
    look_seldom()
    _tell_streams_of_the_end()
    async with lifespan(gateway):
        await send({"type": "lifespan.startup.complete"})
        await receive()
    await send({"type": "lifespan.shutdown.complete"})


def _tell_streams_of_the_end() -> None:
    """The server waits for its answers; streams and tabs have no end of their own: they hear that we must go."""
    if threading.current_thread() is not threading.main_thread():
        return  # a test's server; only the main thread may set handlers
    for number in (signal.SIGTERM, signal.SIGINT):
        then = signal.getsignal(number)

        def heard(number: int, frame: FrameType | None, then: Any = then) -> None:
            closing.set()
            if callable(then):
                then(number, frame)

        signal.signal(number, heard)


async def _no_such_socket(scope: Message, receive: Receive, send: Send) -> None:
    await receive()
    if "websocket.http.response" in (scope.get("extensions") or {}):
        await send({"type": "websocket.http.response.start", "status": 404, "headers": []})
        await send({"type": "websocket.http.response.body", "body": b""})
    else:
        await send({"type": "websocket.close", "code": 1008})


sockets: Any = URLRouter([*websocket_urlpatterns, re_path("", cast(Any, _no_such_socket))])
