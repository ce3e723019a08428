"""A small web site on loopback for browsers to visit: a page, a popup, a download, big and slow answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

HOME = b"""<!doctype html><title>Home</title><h1>Home</h1>
<a id=popup href=/other target=_blank rel=opener>popup</a> <a id=download href=/file download>download</a>
<input id=name><button id=go onclick="document.title='Hello '+document.querySelector('#name').value">go</button>"""
FILE = b"0123456789" * 1000


@dataclass(frozen=True)
class Page:
    """One that a test adds: it answers with a body, or leads elsewhere."""

    body: bytes = b""
    kind: str = "text/html"
    location: str = ""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "Site"

    def do_GET(self) -> None:
        if (page := self.server.pages.get(self.path)) is not None:
            self._answer(page.body, page.kind, location=page.location)
        elif self.path == "/file":
            self._answer(FILE, "application/octet-stream", disposition="attachment; filename=numbers.txt")
        elif self.path == "/other":
            self._answer(b"<!doctype html><title>Other</title>other", "text/html")
        else:
            self._answer(HOME, "text/html")

    def _answer(self, body: bytes, kind: str, disposition: str = "", location: str = "") -> None:
        self.send_response(302 if location else 200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if location:
            self.send_header("Location", location)
        if disposition:
            self.send_header("Content-Disposition", disposition)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Site(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pages: dict[str, Page] = {}

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"


@contextmanager
def running_site() -> Iterator[Site]:
    site = Site()
    thread = Thread(target=site.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.shutdown()
        site.server_close()
        thread.join()
