import asyncio

import pytest

from browsergrid.supervisor.plan import HttpProbe, RedisProbe
from browsergrid.supervisor.readiness import ask


def answering(answer: bytes, heard: list[bytes]):
    async def answer_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        writer.close()

    return answer_one


@pytest.mark.parametrize(
    ("answer", "why_not"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\nfine", ""),
        (
            b"HTTP/1.1 503 Service Unavailable\r\nX: y\r\n\r\nno reconciler",
            "HTTP/1.1 503 Service Unavailable no reconciler",
        ),
        (b"", "closed without an answer"),
    ],
)
async def test_only_200_is_ready_and_the_rest_says_why(tmp_path, answer, why_not):
    heard: list[bytes] = []
    path = tmp_path / "socket"
    async with await asyncio.start_unix_server(answering(answer, heard), path):
        probe = HttpProbe(f"unix:{path}", "/readyz", (("Authorization", "Bearer key"),))
        assert await ask(probe) == why_not
    assert heard[0].startswith(b"GET /readyz HTTP/1.1\r\n")
    assert b"Authorization: Bearer key\r\n" in heard[0]


async def test_nobody_there_is_an_answer_too(tmp_path):
    assert "No such file" in await ask(HttpProbe(f"unix:{tmp_path / 'none'}", "/"))
    assert await ask(RedisProbe(f"unix://{tmp_path / 'none'}")) != ""


async def test_a_tcp_address_is_asked_too():
    heard: list[bytes] = []
    server = await asyncio.start_server(answering(b"HTTP/1.1 200 OK\r\n\r\n", heard), "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        assert await ask(HttpProbe(f"127.0.0.1:{port}", "/readyz")) == ""
