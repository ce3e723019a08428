"""A bare ASGI application that lets everybody through: the splice without authorisation or database.

BENCH_UPSTREAM is a port on loopback; BENCH_RELAY=1 puts the node's relay between, as in the product's second hop.
"""

import os
from typing import Any

from browser_node.relay import Relay
from splice.garbage import look_seldom
from splice.protocol import SpliceProtocol
from splice.upstream import Upstream

UPSTREAM = Upstream(host="127.0.0.1", port=int(os.environ["BENCH_UPSTREAM"]))
WITH_RELAY = os.environ.get("BENCH_RELAY") == "1"

SpliceProtocol.routes = lambda raw_path, host: True
SpliceProtocol.drain_seconds = 0.0
look_seldom()  # as the product does


async def application(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    message = {"type": "browsergrid.splice", "upstream": UPSTREAM, "path": "/"}
    if WITH_RELAY:
        message["relay"] = Relay("con_bench", None, lambda: (4000, ""))
    await send(message)
    while (await receive())["type"] != "websocket.disconnect":
        pass
