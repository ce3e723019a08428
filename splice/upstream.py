"""Where a spliced connection leads: an address, a unix socket, or whoever can give a connected socket.

Nothing here speaks HTTP; `dial` does.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

AnyProtocol = TypeVar("AnyProtocol", bound=asyncio.Protocol)


@dataclass(frozen=True)
class Upstream:
    """Exactly one of: `host` with `port`; `path` of a unix socket; `connect`, which gives a connected socket."""

    host: str = ""
    port: int = 0
    path: str = ""
    connect: Callable[[], Awaitable[socket.socket]] | None = None

    def __post_init__(self) -> None:
        named = [bool(self.host), bool(self.path), self.connect is not None]
        if named.count(True) != 1 or bool(self.host) != bool(self.port):
            raise ValueError("an upstream is host and port, or path, or connect")

    @property
    def host_header(self) -> str:
        """What the upstream is told as Host, unless the application says otherwise.

        Chromium refuses every Host that is neither an IP address nor localhost.
        """
        if not self.host:
            return "127.0.0.1"
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    async def open(self, factory: Callable[[], AnyProtocol]) -> AnyProtocol:
        """Connect; OSError tells what went wrong. Nothing stays open when it is cancelled."""
        loop = asyncio.get_running_loop()
        if self.path:
            return (await loop.create_unix_connection(factory, self.path))[1]
        if self.connect is None:
            return (await loop.create_connection(factory, self.host, self.port))[1]
        sock = await self.connect()
        try:
            sock.setblocking(False)  # noqa: FBT003 - the standard library's signature
            if sock.family == socket.AF_UNIX:
                return (await loop.create_unix_connection(factory, sock=sock))[1]
            return (await loop.create_connection(factory, sock=sock))[1]
        except BaseException:
            sock.close()
            raise
