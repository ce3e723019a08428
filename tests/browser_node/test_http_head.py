"""Heads of HTTP messages; malformed ones are in test_forward, as the proxy answers them."""

import pytest

from browser_node.http_head import (
    BadHead,
    absolute_target,
    body_length,
    parse_request,
    parse_response,
    tunnel_target,
)


def request(first: str, *headers: str) -> bytes:
    return "\r\n".join([first, *headers]).encode() + b"\r\n\r\n"


def test_a_head_is_written_as_it_was_read() -> None:
    data = request("GET http://x/ HTTP/1.1", "Host: x", "X-Empty:", "A: b: c")
    assert parse_request(data).write() == data.replace(b"X-Empty:", b"X-Empty: ")
    answer = b"HTTP/1.1 200\r\nA: b\r\n\r\n"
    assert parse_response(answer).write() == answer


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("http://x/", ("x", 80, "/")),
        ("http://x", ("x", 80, "/")),
        ("http://x?a=1", ("x", 80, "/?a=1")),
        ("http://x:8080/a?b=http://y/", ("x", 8080, "/a?b=http://y/")),
        ("http://[::1]:3000/a", ("::1", 3000, "/a")),
        ("http://[::1]/", ("::1", 80, "/")),
    ],
)
def test_absolute_targets(url: str, target: tuple[str, int, str]) -> None:
    assert absolute_target(parse_request(request(f"GET {url} HTTP/1.1"))) == target


def test_tunnel_targets() -> None:
    assert tunnel_target(parse_request(request("CONNECT x.example:443 HTTP/1.1"))) == ("x.example", 443)
    assert tunnel_target(parse_request(request("CONNECT [2001:db8::1]:443 HTTP/1.1"))) == ("2001:db8::1", 443)
    with pytest.raises(BadHead):
        tunnel_target(parse_request(request("CONNECT x@y:443 HTTP/1.1")))


def test_the_length_of_a_body() -> None:
    assert body_length(parse_request(request("GET / HTTP/1.1"))) == 0
    assert body_length(parse_request(request("GET / HTTP/1.1", "content-length: 7"))) == 7
    assert body_length(parse_request(request("GET / HTTP/1.1", "Transfer-Encoding: Chunked"))) is None


def test_what_concerns_one_hop_does_not_travel() -> None:
    head = parse_request(
        request(
            "GET http://x/ HTTP/1.1", "Connection: X-One, close", "X-One: 1", "Keep-Alive: 5", "TE: trailers", "A: b"
        )
    )
    assert head.for_one_request((b"B", b"c")).headers == ((b"A", b"b"), (b"B", b"c"), (b"Connection", b"close"))
