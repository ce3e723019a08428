"""The client's own part: addresses, errors. What the calls do is in test_app."""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from browser_node.client import NodeClient, NodeRefused, NodeUnreachable


class Handler(http.server.BaseHTTPRequestHandler):
    answers = (
        ("/health", 503, b'{"code": "closing", "detail": "soon gone"}'),
        ("/metrics", 200, b"x 1\n"),
        ("/browsers", 500, b"<html>broken</html>"),
    )

    def do_GET(self) -> None:
        status, body = next((status, body) for path, status, body in self.answers if self.path.startswith(path))
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def address() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_refusal_carries_status_code_and_words(address: str) -> None:
    with NodeClient(address, "key") as client:
        with pytest.raises(NodeRefused) as refusal:
            client.health()
        assert (refusal.value.status, refusal.value.code, refusal.value.detail) == (503, "closing", "soon gone")
        with pytest.raises(NodeRefused) as refusal:
            client.browsers()
        assert (refusal.value.status, refusal.value.code) == (500, "refused")


def test_an_address_may_be_a_url(address: str) -> None:
    with NodeClient(f"http://{address}", "key") as client:
        assert client.metrics() == "x 1\n"


@pytest.mark.parametrize("address", ["unix:/nonexistent/node.sock", "127.0.0.1:1"])
def test_a_node_that_is_not_there_is_unreachable(address: str) -> None:
    with NodeClient(address, "key") as client, pytest.raises(NodeUnreachable):
        client.health()


def test_the_environments_proxy_is_not_used(address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with NodeClient(address, "key") as client:
        assert client.metrics() == "x 1\n"
