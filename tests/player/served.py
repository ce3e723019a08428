"""The player's pages in a real Chromium, without a server: every request is answered here; one that leads elsewhere is
noted and refused."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders
from playwright.sync_api import Page, Route

HOST = "http://localhost"  # a secure context, which WebCodecs need


@dataclass
class Served:
    """`answers` by path: (headers, body)."""

    answers: dict[str, tuple[dict[str, str], bytes]] = field(default_factory=dict)
    outside: list[str] = field(default_factory=list)

    def page(self, path: str, response: Any) -> None:
        """What Django answered, with its policy."""
        kept = ("Content-Type", "Content-Security-Policy", "X-Frame-Options")
        self.answers[path] = ({name: response[name] for name in kept if name in response}, response.content)

    def data(self, path: str, data: Any) -> None:
        self.answers[path] = ({"Content-Type": "application/json"}, json.dumps(data).encode())

    def file(self, path: str, content: bytes, kind: str) -> None:
        self.answers[path] = ({"Content-Type": kind, "Accept-Ranges": "bytes"}, content)

    def attach(self, page: Page) -> None:
        page.context.route("**/*", self.answer)

    def answer(self, route: Route) -> None:
        url = urlsplit(route.request.url)
        if f"{url.scheme}://{url.netloc}" != HOST:
            self.outside.append(route.request.url)
            route.abort()
        elif url.path.startswith("/static/"):
            found = finders.find(url.path.removeprefix("/static/"))
            if found:
                route.fulfill(path=Path(str(found)))
            else:
                route.fulfill(status=404)
        elif url.path in self.answers:
            self._fulfil(route, *self.answers[url.path])
        else:
            self.outside.append(route.request.url)
            route.fulfill(status=404)

    def _fulfil(self, route: Route, headers: dict[str, str], body: bytes) -> None:
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", route.request.headers.get("range", ""))
        if not wanted or "Accept-Ranges" not in headers:
            route.fulfill(headers=headers, body=body)
            return
        first, last = int(wanted[1]), int(wanted[2] or len(body) - 1)
        part = body[first : last + 1]
        said = {**headers, "Content-Range": f"bytes {first}-{first + len(part) - 1}/{len(body)}"}
        route.fulfill(status=206, headers=said, body=part)
