"""Requests byte by byte, for what no HTTP library would send: foreign hosts, oversize heads, refused upgrades.

No meaning is given to an answer here; that is the tests' business.
"""

import json
import re
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

SECONDS = 60.0
UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The stable word of a problem; empty where it is none."""
        if not self.headers.get("content-type", "").startswith("application/problem+json"):
            return ""
        told = self.json()
        assert told["status"] == self.status
        assert told["title"]
        assert told["detail"]
        return str(told["code"])

    def fixed(self) -> tuple[int, dict[str, str], bytes]:
        """All that does not differ from one answer to the next by its nature."""
        changing = {"date", "x-request-id", "ratelimit-remaining", "ratelimit-reset"}
        return self.status, {name: value for name, value in self.headers.items() if name not in changing}, self.body


def head(path: str, headers: Mapping[str, str] | Iterable[tuple[str, str]], method: str = "GET") -> bytes:
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in pairs)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def send(port: int, request: bytes, *, source: str = "127.0.0.1") -> socket.socket:
    """The connection, with the request on its way. `source` is the caller's own address."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=SECONDS, source_address=(source, 0))
    connection.sendall(request)
    return connection


def ask(port: int, request: bytes, *, source: str = "127.0.0.1") -> Reply:
    """The answer to one request on a connection of its own."""
    with send(port, request, source=source) as connection:
        return read(connection)


def read(connection: socket.socket) -> Reply:
    """One answer: to the end of its head, then by its length, else until the connection ends."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(connection)
    top, _, body = data.partition(b"\r\n\r\n")
    first, *lines = top.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    status = int(first.split(" ")[1])
    if "content-length" in headers:
        while len(body) < int(headers["content-length"]):
            body += _more(connection)
    elif headers.get("transfer-encoding") == "chunked":
        while not body.endswith(b"0\r\n\r\n"):
            body += _more(connection)
        body = b"".join(re.findall(rb"[0-9a-f]+\r\n(.*?)\r\n", body, re.S))
    elif status != 101:
        while chunk := connection.recv(65536):
            body += chunk
    return Reply(status, headers, body)


def _more(connection: socket.socket) -> bytes:
    chunk = connection.recv(65536)
    if not chunk:
        raise ConnectionError("The server closed the connection within its answer.")
    return chunk
