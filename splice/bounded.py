"""uvicorn's HTTP protocol with limits: what `entrance` gives every connection that is no plain upgrade.

uvicorn's reads a head of any length, for any time, before anybody is asked. Here a head ends within HEAD_LIMIT bytes
(431) and HEAD_SECONDS (cut); what frames a body (chunk sizes, trailers) within FRAMING_LIMIT. Bodies themselves are
the application's to measure.
"""

import asyncio
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from splice.request import HEAD_LIMIT
from splice.response import Response

HEAD_SECONDS = 20.0
FRAMING_LIMIT = 1024 * 1024


class BoundedHttp(HttpToolsProtocol):
    """Counts what is neither body nor yet a whole head."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._is_in_head = True
        self._head = 0  # bytes of the head, as far as it was read
        self._unframed = 0  # bytes of this message that were no body
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in uvicorn
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._has_head()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._unframed += len(data)
        super().data_received(data)
        limit = HEAD_LIMIT if self._is_in_head else FRAMING_LIMIT
        if self._unframed > limit and not self.transport.is_closing():
            self._refuse()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head = 0
        self._is_in_head = True
        self._wait_for_head()

    def on_url(self, url: bytes) -> None:
        self._head += len(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._head += len(name) + len(value) + 4
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        self._has_head()
        if self._head > HEAD_LIMIT:
            raise TooLongError  # httptools stops reading and says so to `data_received`
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unframed -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unframed = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        if self._head > HEAD_LIMIT:
            self._refuse()
        else:
            super().send_400_response(msg)

    def _refuse(self) -> None:
        answer = Response(431, [], b"The request is too long.\n")
        self.transport.write(answer.render(self.server_state.default_headers))
        self.transport.close()

    def _wait_for_head(self) -> None:
        self._has_head()
        self._patience = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _has_head(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _give_up(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()


class TooLongError(Exception):
    """A head beyond HEAD_LIMIT."""
