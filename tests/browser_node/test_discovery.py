"""Chrome's documents from sockets that say what the test wants."""

import asyncio
import json
import socket

import pytest

from browser_node.discovery import Version, fetch


async def answered(data: bytes) -> bytes:
    """The body that is read from these bytes."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.sendall(data)
    theirs.shutdown(socket.SHUT_WR)
    try:
        return (await fetch(ours, "version")).body
    finally:
        assert b"Host: 127.0.0.1\r\n" in theirs.recv(1000)
        theirs.close()


async def test_a_document_is_read_to_its_length() -> None:
    body = await answered(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length:2\r\n\r\n{}more")
    assert body == b"{}"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"garbage",
        b"HTTP/1.1 200 OK\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n{}",
        b"x" * 200_000,
    ],
)
async def test_what_is_no_answer_is_an_error(data: bytes) -> None:
    with pytest.raises((ValueError, OSError)):
        async with asyncio.timeout(5):
            await answered(data)


def test_the_version_is_taken_apart() -> None:
    facts = {
        "Browser": "Chrome/156.0.1.1",
        "Protocol-Version": "1.3",
        "User-Agent": "UA",
        "V8-Version": "15",
        "WebKit-Version": "537",
        "webSocketDebuggerUrl": "ws://127.0.0.1/devtools/browser/abc",
    }
    version = Version.parse(json.dumps(facts).encode())
    assert (version.browser, version.path) == ("Chrome/156.0.1.1", "/devtools/browser/abc")


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{}", b'{"webSocketDebuggerUrl": "ws://x"}', b"\xff"])
def test_a_version_that_is_none_is_an_error(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any of them
        Version.parse(body)
