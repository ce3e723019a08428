"""From a host and port that a page asked for to an open connection: resolve once, judge every address, connect to a
judged one.

The name is never resolved again between judging and connecting, so a name server that changes its answer gains
nothing. The rules stand in `egress`.
"""

import asyncio
import ipaddress
import socket
from concurrent.futures import ThreadPoolExecutor

from browser_node import addresses
from browser_node.addresses import Address, Kind
from browser_node.egress import Rules, Verdict, is_localhost, normal
from browser_node.wire import UpstreamProxy

BUFFER = 256 * 1024
_RESOLVE_SECONDS = 15.0
_CONNECT_SECONDS = 10.0
_RESOLVERS = 32

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Refused(Exception):
    """The rules close this destination."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.reason)
        self.verdict = verdict


class Unreachable(Exception):
    """The destination is open to the browser, but there was no connection; the message is for people."""


class Resolver:
    """Looks names up on threads of its own: slow name servers hold up neither the loop nor its other threads."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_RESOLVERS, thread_name_prefix="resolve")

    async def judge(self, rules: Rules, host: str, port: int) -> list[tuple[Address, Verdict]]:
        """Every address of the host with its verdict. Raises Unreachable."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(_RESOLVE_SECONDS):
                return await loop.run_in_executor(self._threads, _resolve_and_judge, rules, host, port)
        except TimeoutError as error:
            raise Unreachable(f"The name {host} could not be resolved in time.") from error

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


class Destinations:
    """Opens connections for one browser."""

    def __init__(self, rules: Rules, resolver: Resolver, proxy: UpstreamProxy | None = None) -> None:
        self.proxy = proxy
        self._rules = rules
        self._resolver = resolver

    async def open(self, host: str, port: int) -> Streams:
        """A connection to the host itself. Raises Refused or Unreachable."""
        last: OSError | TimeoutError | None = None
        for address in await self._open_addresses(host, port):
            try:
                async with asyncio.timeout(_CONNECT_SECONDS):
                    return await asyncio.open_connection(str(address), port, limit=BUFFER)
            except (OSError, TimeoutError) as error:
                last = error
        how = "did not answer in time" if isinstance(last, TimeoutError) else "refused the connection"
        raise Unreachable(f"{host}:{port} {how}.")

    async def open_through(self, proxy: UpstreamProxy, host: str, port: int) -> Streams:
        """A connection to the user's own proxy, for a destination beyond it. Raises Refused or Unreachable."""
        near = [
            addresses.classify(address) is not Kind.PUBLIC
            for address in await self._open_addresses(proxy.host, proxy.port)
        ]
        # A name beyond a public proxy is resolved there and leads into the proxy's network. A literal, and any name
        # where the proxy stands in a network of ours, would lead back into it.
        if addresses.parse(host) is not None or is_localhost(normal(host)) or any(near):
            await self._open_addresses(host, port)
        return await self.open(proxy.host, proxy.port)

    async def _open_addresses(self, host: str, port: int) -> list[Address]:
        judged = await self._resolver.judge(self._rules, host, port)
        found = [address for address, verdict in judged if verdict.is_open]
        if not found:
            raise Refused(judged[0][1])
        return found


def _resolve_and_judge(rules: Rules, host: str, port: int) -> list[tuple[Address, Verdict]]:
    found = _resolve(normal(host))
    if not found:
        raise Unreachable(f"The name {host} could not be resolved.")
    return [(address, rules.judge(host, port, address)) for address in found]


def _resolve(host: str) -> list[Address]:
    literal = addresses.parse(host)
    if literal is not None:
        return [literal]
    if is_localhost(host):
        return [ipaddress.IPv4Address("127.0.0.1"), ipaddress.IPv6Address("::1")]
    try:
        entries = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    parsed = (addresses.parse(str(entry[4][0])) for entry in entries)
    return list(dict.fromkeys(address for address in parsed if address is not None))
