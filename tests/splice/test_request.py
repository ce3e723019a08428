"""splice.request and splice.response: heads in, heads out; pure."""

import pytest

from splice.request import Request, upstream_head
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
