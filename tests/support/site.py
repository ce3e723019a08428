"""A small web site on loopback for browsers to visit: a page, a popup, a download, big and slow answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

HOME = b"""<!doctype html><title>Home</title><h1>Home</h1>
<a id=popup href=/other target=_blank rel=opener>popup</a> <a id=download href=/file download>download</a>
<input id=name><button id=go onclick="document.title='Hello '+document.querySelector('#name').value">go</button>"""
FILE = b"0123456789" * 1000


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/file":
            self._answer(FILE, "application/octet-stream", disposition="attachment; filename=numbers.txt")
        elif self.path == "/other":
            self._answer(b"<!doctype html><title>Other</title>other", "text/html")
        else:
            self._answer(HOME, "text/html")

    def _answer(self, body: bytes, kind: str, disposition: str = "") -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if disposition:
            self.send_header("Content-Disposition", disposition)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Site(ThreadingHTTPServer):
    daemon_threads = True

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"


@contextmanager
def running_site() -> Iterator[Site]:
    site = Site(("127.0.0.1", 0), _Handler)
    thread = Thread(target=site.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.shutdown()
        site.server_close()
        thread.join()
