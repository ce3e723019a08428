"""A loopback service that nothing may reach: it counts who connects, and answers as an open web service would."""

import contextlib
import socket
import threading
from types import TracebackType

_ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 6\r\n"
    b"Connection: close\r\n\r\ncanary"
)


class Canary:
    """A context manager; `hits` are the first bytes of each connection."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.hits: list[bytes] = []
        self.answer = _ANSWER
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, 0), family=family)
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def __enter__(self) -> "Canary":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(2)
                with contextlib.suppress(OSError):
                    self.hits.append(connection.recv(4096))
                    connection.sendall(self.answer)
