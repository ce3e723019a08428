"""A client, a browser and the relay between them: what the relay's tests are played with."""

import asyncio
import json

import pytest

from browser_node.cdp import CdpError, not_found
from browser_node.relay import Relay
from tests.splice.harness import Gate, joined, raw_upstream, serving

CONT, TEXT, PING, PONG, CLOSE = 0x80, 0x81, 0x89, 0x8A, 0x88


async def answer(connection, message):
    """What a node does with our commands, in these tests."""
    match message["method"]:
        case "BrowserGrid.echo":
            return {"connection": connection, "params": message.get("params", {})}
        case "BrowserGrid.slow":
            await asyncio.sleep(0.05)
            return {"slow": True}
        case "BrowserGrid.refuse":
            raise CdpError(-32000, "not now")
        case "BrowserGrid.broken":
            raise LookupError("on purpose")
    return not_found(message["method"])


class Parties:
    """A client, a browser, and the relay between them."""

    def __init__(self, client, browser, relay, gate, served):
        self.client, self.browser, self.relay, self.gate, self.served = client, browser, relay, gate, served


class parties:  # noqa: N801 - reads as a context manager
    def __init__(self, **options):
        self.options = {"on_command": answer, "farewell": lambda: (4000, "the browser crashed"), **options}

    async def __aenter__(self):
        self.relay = Relay("con_1", **self.options)
        self.up = raw_upstream()
        upstream = await self.up.__aenter__()
        gate = Gate(upstream.address, relay=self.relay)
        self.server = serving(gate)
        served = await self.server.__aenter__()
        client = await joined(served)
        return Parties(client, await upstream.talk(), self.relay, gate, served)

    async def __aexit__(self, *reason):
        await self.server.__aexit__(*reason)
        await self.up.__aexit__(*reason)


def call(number, method, session=None, **params):
    message = {"id": number, "method": method, "params": params}
    if session:
        message["sessionId"] = session
    return json.dumps(message).encode()


async def reply(talk):
    first, payload = await talk.frame()
    assert first == TEXT, (first, payload)
    return json.loads(payload)


async def nothing_more(talk, seconds=0.1):
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(seconds):
            await talk.reader.readexactly(1)
