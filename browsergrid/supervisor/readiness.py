"""Asking a child whether it is ready: one question, one answer in words."""

import asyncio
from collections.abc import Awaitable, Callable

from redis import asyncio as redis
from redis.exceptions import RedisError

from browsergrid.supervisor.plan import HttpProbe, Probe, RedisProbe

_ANSWER_SECONDS = 5.0
_BODY_BYTES = 4096

Ask = Callable[[Probe], Awaitable[str]]


async def ask(probe: Probe) -> str:
    """Empty when ready; else why not."""
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            return await (_redis(probe) if isinstance(probe, RedisProbe) else _http(probe))
    except TimeoutError:
        return "no answer"
    except (OSError, RedisError) as error:
        return str(error) or type(error).__name__


async def _redis(probe: RedisProbe) -> str:
    client = redis.from_url(probe.url)
    try:
        await client.execute_command("PING")  # type: ignore[no-untyped-call]
    finally:
        await client.aclose()
    return ""


async def _http(probe: HttpProbe) -> str:
    if probe.address.startswith("unix:"):
        reader, writer = await asyncio.open_unix_connection(probe.address.removeprefix("unix:"))
    else:
        host, _, port = probe.address.rpartition(":")
        reader, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    try:
        headers = (("Host", "localhost"), ("Connection", "close"), *probe.headers)
        lines = [f"GET {probe.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers), "", ""]
        writer.write("\r\n".join(lines).encode())
        answer = (await reader.read(_BODY_BYTES)).decode(errors="replace")
    finally:
        writer.close()
    head, _, body = answer.partition("\r\n\r\n")
    status_line = head.partition("\r\n")[0]
    if status_line.split(" ")[1:2] == ["200"]:
        return ""
    return f"{status_line or 'closed without an answer'} {body.strip()}".strip()
