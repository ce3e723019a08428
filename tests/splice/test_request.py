"""splice.request and splice.response: heads in, heads out; pure."""

import random

import httptools
import pytest

from splice.request import HEAD_LIMIT, Request, plain_upgrade, upstream_head
from splice.response import Response, parse_head
from splice.upstream import Upstream

HEAD = (
    b"GET /connect/a%2Fb?token=x&y=1 HTTP/1.1\r\nhost: h\r\nsec-websocket-key: k\r\nsec-websocket-version: 13\r\n"
    b"sec-websocket-protocol: a, b\r\nsec-websocket-protocol: c\r\nempty: \r\n\r\n"
)


def test_a_head_is_read_into_its_parts():
    request = Request.parse(HEAD)
    assert (request.method, request.raw_path, request.query) == (b"GET", b"/connect/a%2Fb", b"token=x&y=1")
    assert request.path == "/connect/a/b"
    assert request.subprotocols == ["a", "b", "c"]
    assert request.values(b"empty") == [b""]


PLAIN = (
    b"GET /connect/a?token=x HTTP/1.1\r\nHost: h\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n"
    b"Sec-WebSocket-Key: k\r\nSec-WebSocket-Version: 13\r\nEmpty:\r\nPadded: \t a b\r\n\r\n"
)


def test_a_plain_upgrade_is_read_as_uvicorn_would_hand_it_over():
    request = plain_upgrade(PLAIN)
    assert request is not None
    assert (request.method, request.raw_path, request.query) == (b"GET", b"/connect/a", b"token=x")
    assert request.headers[:2] == [(b"host", b"h"), (b"upgrade", b"WebSocket")]
    assert request.headers[-2:] == [(b"empty", b""), (b"padded", b"a b")]
    request.check()


@pytest.mark.parametrize(
    ("plain", "odd"),
    [
        (b"GET ", b"POST "),
        (b"GET ", b"GET  "),
        (b"/connect/a", b"http://h/connect/a"),
        (b"/connect/a", b"/connect#a"),
        (b"/connect/a", b"/connect/\xc3\xa9"),
        (b"HTTP/1.1", b"HTTP/1.0"),
        (b"Host: h", b"Host : h"),
        (b"Host: h", b" Host: h"),
        (b"Host: h", b"Host: h\r\n folded"),
        (b"Host: h", b"Host: h\r\nhost: other"),
        (b"Host: h", b"Host: h\nX: y"),
        (b"Host: h", b"Host: h\rX: y"),
        (b"Host: h", b"Host: h\0"),
        (b"Host: h", b"Host: h "),
        (b"Host: h", b": h"),
        (b"Host: h", b"Content-Length: 0"),
        (b"Host: h", b"Transfer-Encoding: chunked"),
        (b"Host: h", b"Expect: 100-continue"),
        (b"WebSocket", b"h2c"),
        (b"keep-alive, Upgrade", b"keep-alive"),
        (b"Sec-WebSocket-Key", b"Other"),
        (b"13", b"8"),
        (b"\r\n\r\n", b"\r\n"),
        (b"\r\n\r\n", b"\r\n\r\nmore"),
        (b"\r\n", b"\n"),
        (b"Host: h", b"Host: " + b"h" * HEAD_LIMIT),
    ],
)
def test_whatever_else_is_left_to_uvicorns_own_parser(plain, odd):
    assert plain in PLAIN
    assert plain_upgrade(PLAIN.replace(plain, odd)) is None


class Read:
    """What uvicorn's parser makes of a head."""

    def __init__(self, data):
        self.url, self.headers = b"", []
        self.parser = httptools.HttpRequestParser(self)
        with pytest.raises(httptools.HttpParserUpgrade):
            self.parser.feed_data(data)

    def on_url(self, url):
        self.url += url

    def on_header(self, name, value):
        self.headers.append((name.lower(), value))


def test_what_is_taken_as_plain_is_what_uvicorns_parser_reads():
    chance, taken = random.Random(11), 0
    for _ in range(20_000):
        head = bytearray(PLAIN)
        for _ in range(chance.choice([1, 1, 1, 2, 3])):
            place = chance.randrange(len(head))
            head[place : place + chance.randrange(3)] = chance.choice([b"", b" ", b"\t", b"\r\n", b":", b"x", b"\xff"])
        if request := plain_upgrade(bytes(head)):
            read = Read(bytes(head))
            query = b"?" + request.query if b"?" in read.url else b""
            assert (request.raw_path + query, request.headers) == (read.url, read.headers)
            taken += 1
    assert taken > 1000


def test_the_apps_host_replaces_ours_and_its_headers_replace_the_clients():
    head = upstream_head(
        Request.parse(HEAD), path="/", host="ours", headers=[(b"Host", b"theirs"), (b"Sec-WebSocket-Key", b"new")]
    )
    lines = head.split(b"\r\n")
    assert b"host: theirs" in lines
    assert b"host: ours" not in lines
    assert b"sec-websocket-key: new" in lines
    assert b"sec-websocket-key: k" not in lines
    assert head.endswith(b"\r\n\r\n")


@pytest.mark.parametrize("header", [(b"a b", b"x"), (b"a", b"x\r\nb: y"), (b"", b"x"), (b"a", b"\0")])
def test_a_header_that_could_smuggle_another_is_refused(header):
    with pytest.raises(ValueError, match="forbidden"):
        upstream_head(Request.parse(HEAD), path="/", host="h", headers=[header])


def test_a_refusal_has_its_length_its_text_and_ends_the_connection():
    rendered = Response(404, [(b"Connection", b"keep-alive"), (b"Content-Length", b"9")], b"no").render(
        [(b"server", b"x")]
    )
    head, _, body = rendered.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == b"HTTP/1.1 404 Not Found"
    assert sorted(lines[1:]) == [
        b"connection: close",
        b"content-length: 2",
        b"content-type: text/plain; charset=utf-8",
        b"server: x",
    ]
    assert body == b"no"


def test_an_unknown_status_has_no_text():
    assert Response(599).render().startswith(b"HTTP/1.1 599 \r\n")


def test_an_answer_is_read_whatever_the_spacing():
    answer = parse_head(b"HTTP/1.1 503 Service Unavailable\r\nRetry-After:5\r\nX: a:b ")
    assert answer == Response(503, [(b"retry-after", b"5"), (b"x", b"a:b")])


@pytest.mark.parametrize("wrong", [{}, {"host": "h"}, {"port": 1}, {"host": "h", "port": 1, "path": "/x"}])
def test_an_upstream_is_in_exactly_one_place(wrong):
    with pytest.raises(ValueError, match="upstream"):
        Upstream(**wrong)
