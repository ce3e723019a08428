"""The forwarding proxy of one browser, served on the listener inside the browser's network: the only way out.

CONNECT becomes a tunnel; a plain http request becomes one request on one connection. Whether a destination is open
stands in `egress`, resolving and connecting in `destination`.
"""

import asyncio
import base64
import logging
import socket
from http import HTTPStatus

from browser_node import http_head, refusal
from browser_node.destination import BUFFER, Destinations, Refused, Streams, Unreachable
from browser_node.egress import bracketed
from browser_node.http_head import BadHead, Head
from browser_node.wire import UpstreamProxy

logger = logging.getLogger(__name__)

_HEAD_SECONDS = 60.0
_ANSWER_SECONDS = 300.0
_LINGER_SECONDS = 30.0
_READ_ON_SECONDS = 2.0
_MOST_CONNECTIONS = 1024
_CHUNK = 128 * 1024


class Forwarder:
    """Start with `serve`; `close` cuts every connection."""

    def __init__(self, name: str, destinations: Destinations) -> None:
        self.bytes_out = 0
        self.bytes_in = 0
        self.refused = 0
        self._name = name
        self._destinations = destinations
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self, listener: socket.socket) -> None:
        listener.setblocking(False)  # noqa: FBT003 - the standard library's signature
        self._server = await asyncio.start_server(self._accept, sock=listener, limit=BUFFER)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._tasks) >= _MOST_CONNECTIONS:
            writer.transport.abort()
            return
        task = asyncio.get_running_loop().create_task(self._handle(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        browser = (reader, writer)
        try:
            async with asyncio.timeout(_HEAD_SECONDS):
                data = await reader.readuntil(b"\r\n\r\n")
            head = http_head.parse_request(data)
            if head.first[0] == b"CONNECT":
                await self._tunnel(browser, *http_head.tunnel_target(head))
            else:
                await self._request(browser, head)
        except Refused as refused:
            self.refused += 1
            logger.info("refused", extra={"browser": self._name, "detail": refused.verdict.reason})
            title = "This address is closed to browsers"
            verdict = refused.verdict
            await _say(browser, refusal.answer(HTTPStatus.FORBIDDEN, title, verdict.reason, verdict.remedy))
        except Unreachable as error:
            title = "This site cannot be reached"
            await _say(browser, refusal.answer(HTTPStatus.BAD_GATEWAY, title, str(error)))
        except BadHead as error:
            title = "This request cannot be forwarded"
            await _say(browser, refusal.answer(HTTPStatus.BAD_REQUEST, title, f"Because {error}."))
        except asyncio.LimitOverrunError:
            title = "The head of this request is too large"
            await _say(browser, refusal.answer(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, title, ""))
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            logger.debug("a connection broke", extra={"browser": self._name})
        finally:
            writer.transport.abort() if writer.transport.get_write_buffer_size() else writer.close()

    async def _tunnel(self, browser: Streams, host: str, port: int) -> None:
        proxy = self._destinations.proxy
        if proxy is None:
            upstream = await self._destinations.open(host, port)
        else:
            upstream = await self._tunnel_through(proxy, host, port)
        try:
            browser[1].write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await self._join(browser, upstream)
        finally:
            upstream[1].transport.abort()

    async def _tunnel_through(self, proxy: UpstreamProxy, host: str, port: int) -> Streams:
        reader, writer = await self._destinations.open_through(proxy, host, port)
        place = f"{bracketed(host)}:{port}".encode()
        head = Head((b"CONNECT", place, b"HTTP/1.1"), ((b"Host", place), *_credentials(proxy)))
        try:
            writer.write(head.write())
            answer = await _read_response(reader)
            if answer.first[1] != b"200":
                raise Unreachable(f"The upstream proxy answered {_status(answer)}.")
        except BaseException:
            writer.transport.abort()
            raise
        return reader, writer

    async def _request(self, browser: Streams, head: Head) -> None:
        host, port, rest = http_head.absolute_target(head)
        length = http_head.body_length(head)
        proxy = self._destinations.proxy
        if proxy is None:
            upstream = await self._destinations.open(host, port)
            head = Head((head.first[0], rest.encode(), b"HTTP/1.1"), head.headers).for_one_request()
        else:
            upstream = await self._destinations.open_through(proxy, host, port)
            head = head.for_one_request(*_credentials(proxy))
        reader, writer = upstream
        sending = None
        try:
            writer.write(head.write())
            sending = asyncio.get_running_loop().create_task(self._send_body(browser[0], writer, length))
            await self._pass_response(reader, browser[1])
        finally:
            if sending is not None:
                sending.cancel()
                await asyncio.gather(sending, return_exceptions=True)
            writer.transport.abort()

    async def _send_body(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, length: int | None) -> None:
        """The body and no byte more; then wait for the browser to go, which cuts the connection."""
        try:
            if length is None:
                await self._send_chunks(reader, writer)
            else:
                await self._send_bytes(reader, writer, length)
            while await reader.read(_CHUNK):
                pass  # a second request on this connection: it was told that there is none, and gets no answer
        except (OSError, asyncio.IncompleteReadError, BadHead, asyncio.LimitOverrunError):
            logger.debug("a request broke off", extra={"browser": self._name})
        writer.transport.abort()

    async def _send_chunks(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            line = await reader.readuntil(b"\r\n")
            try:
                size = int(line.partition(b";")[0].strip(), 16)
            except ValueError as error:
                raise BadHead("a chunk is malformed") from error
            writer.write(line)
            if size:
                await self._send_bytes(reader, writer, size + 2)
                continue
            while (trailer := await reader.readuntil(b"\r\n")) != b"\r\n":
                writer.write(trailer)
            writer.write(b"\r\n")
            return

    async def _send_bytes(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, count: int) -> None:
        while count:
            data = await reader.read(min(count, _CHUNK))
            if not data:
                raise asyncio.IncompleteReadError(b"", count)
            count -= len(data)
            self.bytes_out += len(data)
            writer.write(data)
            await writer.drain()

    async def _pass_response(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await _read_response(reader)
            while head.first[1].startswith(b"1"):
                writer.write(head.write())
                head = await _read_response(reader)
        except (asyncio.IncompleteReadError, OSError, TimeoutError) as error:
            raise Unreachable("The site closed the connection without an answer.") from error
        except (BadHead, asyncio.LimitOverrunError) as error:
            raise Unreachable("The site answered with something that is not HTTP.") from error
        if head.first[1] == b"407":
            raise Unreachable(f"The upstream proxy answered {_status(head)}.")
        writer.write(head.for_one_request().write())
        while data := await reader.read(_CHUNK):
            self.bytes_in += len(data)
            writer.write(data)
            await writer.drain()
        await _flush(writer)

    async def _join(self, browser: Streams, upstream: Streams) -> None:
        """Both ways until both have ended; a side that lingers after the other's end is cut."""
        out = asyncio.create_task(self._pump(browser[0], upstream[1], outwards=True))
        back = asyncio.create_task(self._pump(upstream[0], browser[1], outwards=False))
        try:
            ended, _ = await asyncio.wait((out, back), return_when=asyncio.FIRST_COMPLETED)
            if not any(pump.exception() for pump in ended):
                await asyncio.wait((out, back), timeout=_LINGER_SECONDS)
            await _flush(browser[1])
        finally:
            out.cancel()
            back.cancel()
            await asyncio.gather(out, back, return_exceptions=True)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, outwards: bool) -> None:
        while data := await reader.read(_CHUNK):
            if outwards:
                self.bytes_out += len(data)
            else:
                self.bytes_in += len(data)
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()


def _credentials(proxy: UpstreamProxy) -> tuple[tuple[bytes, bytes], ...]:
    if not proxy.username:
        return ()
    token = base64.b64encode(f"{proxy.username}:{proxy.password}".encode())
    return ((b"Proxy-Authorization", b"Basic " + token),)


async def _read_response(reader: asyncio.StreamReader) -> Head:
    async with asyncio.timeout(_ANSWER_SECONDS):
        return http_head.parse_response(await reader.readuntil(b"\r\n\r\n"))


async def _say(browser: Streams, answer: bytes) -> None:
    """And read on for a moment: closing with unread bytes would reset the connection and lose the answer."""
    reader, writer = browser
    try:
        writer.write(answer)
        await _flush(writer)
        writer.write_eof()
        async with asyncio.timeout(_READ_ON_SECONDS):
            while await reader.read(_CHUNK):
                continue
    except (OSError, TimeoutError):
        logger.debug("the browser left before its answer, or has not left after it")


async def _flush(writer: asyncio.StreamWriter) -> None:
    """Until everything has left this process, so that a close loses nothing."""
    async with asyncio.timeout(_LINGER_SECONDS):
        writer.transport.set_write_buffer_limits(0)
        await writer.drain()


def _status(head: Head) -> str:
    return (head.first[1] + b" " + head.first[2]).decode("latin-1").strip()
