"""The gateways' ends of one browser: who is asked when a client calls `BrowserGrid.*`, and who is told facts.

Messages are JSON texts; their form stands in docs (node API). A gateway names itself with `X-BrowserGrid-Gateway` on
its side channel and on its clients' upgrades; without that name the newest channel is asked.
"""

import asyncio
import itertools
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from browser_node.cdp import SERVER_ERROR, CdpError
from browser_node.wire import Fact

logger = logging.getLogger(__name__)

ANSWER_SECONDS = 10.0

SendText = Callable[[str], Awaitable[None]]
SendEvent = Callable[[str, str, dict[str, Any]], None]  # connection, event's full name, params


class SideChannel:
    """One gateway's. `hear` takes what it says."""

    def __init__(self, gateway: str, send: SendText, on_event: SendEvent) -> None:
        self.gateway = gateway
        self._send = send
        self._on_event = on_event
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Mapping[str, Any]]] = {}
        self._limits: dict[int, asyncio.Timeout] = {}

    async def ask(self, connection: str, method: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """The result. Raises CdpError."""
        number = next(self._numbers)
        answer: asyncio.Future[Mapping[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        question = {"connection": connection, "request": number, "method": method, "params": params}
        try:
            async with asyncio.timeout(ANSWER_SECONDS) as self._limits[number]:
                await self._send(json.dumps(question))
                return await answer
        except TimeoutError as error:
            raise CdpError(SERVER_ERROR, f"{method} was not answered in time") from error
        except OSError as error:
            raise CdpError(SERVER_ERROR, f"{method} cannot be answered now") from error
        finally:
            self._waiting.pop(number, None)
            self._limits.pop(number, None)

    async def tell(self, fact: Fact) -> None:
        try:
            await self._send(json.dumps({"fact": fact}))
        except OSError:
            logger.debug("a gateway left before it heard %s", fact)

    def hear(self, text: str) -> None:
        """An answer, word that it will take longer, or an event for a client; anything else is dropped."""
        try:
            message = json.loads(text)
        except (ValueError, RecursionError):
            message = None
        if not isinstance(message, dict):
            logger.warning("a gateway said something that is no message")
            return
        params = message.get("params") or {}
        if isinstance(message.get("event"), str) and isinstance(message.get("connection"), str):
            if isinstance(params, dict):
                self._on_event(message["connection"], message["event"], params)
            return
        answer = self._waiting.get(message.get("request", 0))
        if answer is None or answer.done():
            return  # it came too late
        if message.get("is_pending") is True:
            self._limits[message["request"]].reschedule(asyncio.get_running_loop().time() + ANSWER_SECONDS)
            return
        error = message.get("error")
        if isinstance(error, dict):
            code = error.get("code")
            known = code if isinstance(code, int) else SERVER_ERROR
            answer.set_exception(CdpError(known, str(error.get("message", "refused"))))
        else:
            result = message.get("result")
            answer.set_result(result if isinstance(result, dict) else {})

    def end(self) -> None:
        """The gateway is gone: nobody waits for it any longer."""
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(CdpError(SERVER_ERROR, "the gateway is gone"))


class SideChannels:
    """All gateways of one browser."""

    def __init__(self) -> None:
        self._channels: list[SideChannel] = []

    def open(self, channel: SideChannel) -> None:
        self._channels.append(channel)

    def ended(self, channel: SideChannel) -> None:
        self._channels.remove(channel)
        channel.end()

    async def ask(self, gateway: str, connection: str, method: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """Raises CdpError, also when no gateway is there to answer."""
        own = [channel for channel in self._channels if channel.gateway == gateway] or self._channels
        if not own:
            raise CdpError(SERVER_ERROR, f"{method} cannot be answered now")
        return await own[-1].ask(connection, method, params)

    async def tell(self, fact: Fact) -> None:
        await asyncio.gather(*(channel.tell(fact) for channel in list(self._channels)))
