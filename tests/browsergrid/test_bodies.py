"""Bodies that are too long for Django."""

import json

import pytest
from django.conf import settings

from browsergrid.bodies import measured

LIMIT = settings.DATA_UPLOAD_MAX_MEMORY_SIZE


class Exchange:
    """A request in pieces, and what was answered."""

    def __init__(self, *pieces: bytes, said_length: int | None = None) -> None:
        headers = [] if said_length is None else [(b"content-length", str(said_length).encode())]
        self.scope = {"type": "http", "headers": headers}
        self.pieces = list(pieces)
        self.sent: list[dict] = []
        self.seen = 0

    async def receive(self) -> dict:
        piece = self.pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(self.pieces)}

    async def send(self, message: dict) -> None:
        self.sent.append(message)

    async def application(self, scope, receive, send) -> None:
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            self.seen += len(message["body"])
            if not message["more_body"]:
                await send({"type": "http.response.start", "status": 200, "headers": []})
                return

    async def run(self) -> int:
        await measured(self.application, self.scope, self.receive, self.send)
        return int(self.sent[0]["status"])


@pytest.mark.parametrize("said", [None, LIMIT])
async def test_a_body_up_to_the_limit_passes(said):
    exchange = Exchange(b"a" * (LIMIT - 1), b"a", said_length=said)
    assert await exchange.run() == 200
    assert exchange.seen == LIMIT


async def test_one_that_says_it_is_longer_is_not_even_read():
    exchange = Exchange(b"a", said_length=LIMIT + 1)
    assert await exchange.run() == 413
    assert exchange.seen == 0
    assert json.loads(exchange.sent[1]["body"])["code"] == "too_large"


@pytest.mark.parametrize("said", [None, 1])
async def test_one_that_does_not_say_so_is_counted(said):
    exchange = Exchange(b"a" * LIMIT, b"a", b"b", said_length=said)
    assert await exchange.run() == 413
    assert exchange.seen == LIMIT
    assert len(exchange.sent) == 2
