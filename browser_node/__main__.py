"""`python -m browser_node`: read the configuration, look whether this machine can run browsers, serve."""

import asyncio
import ctypes
import logging
import os
import signal
import socket
import sys
from pathlib import Path
from types import FrameType

import uvicorn

from browser_node import journal
from browser_node.app import CannotRun, lay_ground, make_app
from browser_node.config import ConfigurationError, Listen, read_config
from browser_node.directories import DirectoryError
from splice.garbage import look_seldom
from splice.protocol import SpliceProtocol

logger = logging.getLogger(__name__)

_SET_DEATH_SIGNAL = 1
_SHUTDOWN_SECONDS = 8
_KEEP_ALIVE_SECONDS = 30
_BACKLOG = 2048


def main() -> int:
    try:
        config = read_config()
    except ConfigurationError as error:
        sys.stderr.write(f"browser node: {error}\n")
        return 2
    journal.configure(config.log_format)
    if config.die_with_parent and not _die_with_parent():
        return 0
    try:
        ground = asyncio.run(lay_ground(config))
    except (CannotRun, DirectoryError) as error:
        sys.stderr.write(f"browser node: {error}\n")
        return 3
    if not ground.walled:
        logger.warning("browsers run WITHOUT a sandbox, as BROWSERGRID_ALLOW_NO_SANDBOX=1 says")
    for number in (signal.SIGTERM, signal.SIGINT):
        # Uvicorn has its own while it serves, and raises the signal again when everything is closed.
        signal.signal(number, lambda *_: None)
    app = make_app(ground)
    server = Server(
        uvicorn.Config(
            app,
            ws=SpliceProtocol,
            ws_per_message_deflate=False,  # frames of a live view are compressed already
            loop="uvloop",
            http="httptools",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            server_header=False,
        )
    )
    look_seldom()
    with _listen(config.listen) as listener:
        server.run(sockets=[listener])
    if config.listen.path:
        Path(config.listen.path).unlink(missing_ok=True)
    return 0 if server.started else 1


class Server(uvicorn.Server):
    """Does not wait for requests that wait for us."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.config.app.state.end_waits()  # type: ignore[union-attr] # the application itself, as main gives it
        super().handle_exit(sig, frame)


def _listen(listen: Listen) -> socket.socket:
    """A unix socket that nobody but us may open, or a TCP one."""
    if not listen.path:
        family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
        return socket.create_server((listen.host, listen.port), family=family, backlog=_BACKLOG)
    Path(listen.path).unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listener.bind(listen.path)
    finally:
        os.umask(before)
    listener.listen(_BACKLOG)
    return listener


def _die_with_parent() -> bool:
    """False when the parent is gone already."""
    parent = os.getppid()
    ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    return os.getppid() == parent and parent != 1


if __name__ == "__main__":
    sys.exit(main())
