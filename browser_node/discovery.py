"""Chrome's own HTTP documents (/json/version, /json/list, /json/protocol), fetched over a socket into the browser.

A connection each: they are asked for rarely. Chrome answers only to a Host that is localhost or an IP address.
"""

import asyncio
import json
import socket
from dataclasses import dataclass

_ANSWER_SECONDS = 10.0
_MOST_BYTES = 32 * 1024 * 1024
DOCUMENTS = ("version", "list", "protocol")


@dataclass(frozen=True, slots=True)
class Document:
    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Version:
    """What /json/version says."""

    browser: str = ""
    protocol_version: str = ""
    user_agent: str = ""
    v8_version: str = ""
    webkit_version: str = ""
    path: str = ""  # of the browser's WebSocket

    @classmethod
    def parse(cls, body: bytes) -> "Version":
        """Raises ValueError."""
        facts = json.loads(body)
        if not isinstance(facts, dict):
            raise ValueError("not an object")
        url = str(facts.get("webSocketDebuggerUrl", ""))
        return cls(
            browser=str(facts.get("Browser", "")),
            protocol_version=str(facts.get("Protocol-Version", "")),
            user_agent=str(facts.get("User-Agent", "")),
            v8_version=str(facts.get("V8-Version", "")),
            webkit_version=str(facts.get("WebKit-Version", "")),
            path=url[url.index("/devtools/") :],
        )


async def fetch(connected: socket.socket, what: str) -> Document:
    """Closes the socket. Raises OSError (also when the browser does not answer in time) or ValueError."""
    try:
        reader, writer = await asyncio.open_connection(sock=connected)
    except BaseException:
        connected.close()
        raise
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            writer.write(f"GET /json/{what} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
            size = int(headers["content-length"])
            if size > _MOST_BYTES:
                raise ValueError("the answer is too long")
            body = await reader.readexactly(size)
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, KeyError, IndexError) as error:
        raise ValueError("the browser's answer is not HTTP as Chrome speaks it") from error
    finally:
        writer.transport.abort()
    return Document(int(head[0].split(" ")[1]), headers.get("content-type", "application/json"), body)
