"""What all connections of one uvicorn server share."""

import asyncio
from typing import Any

from uvicorn.config import Config
from uvicorn.server import ServerState

from splice.deadlines import Deadlines


class Server:
    """What uvicorn gives to each protocol it makes, and what we keep beside it."""

    __slots__ = ("app_state", "config", "deadlines", "drain_seconds", "is_stopping", "loop", "state")

    def __init__(
        self,
        config: Config,
        state: ServerState,
        app_state: dict[str, Any],
        loop: asyncio.AbstractEventLoop,
        drain_seconds: float,
    ) -> None:
        self.config, self.state, self.app_state, self.loop = config, state, app_state, loop
        self.drain_seconds = drain_seconds  # how long open splices outlive a request to stop
        self.deadlines = Deadlines(loop)
        self.is_stopping = False  # an upgrade that still comes in over a kept-alive connection gets a 503

    @classmethod
    def of(
        cls,
        config: Config,
        state: ServerState,
        app_state: dict[str, Any],
        loop: asyncio.AbstractEventLoop | None,
        drain_seconds: float,
    ) -> "Server":
        """The one of `state`, which carries it: uvicorn makes one state for a server, and gives it to each protocol."""
        carried = vars(state)
        if "splice" not in carried:
            carried["splice"] = cls(config, state, app_state, loop or asyncio.get_running_loop(), drain_seconds)
        server: Server = carried["splice"]
        return server
