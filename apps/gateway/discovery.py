"""Chrome's JSON documents with our addresses in them. Pure: facts in, values out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID

from apps.access.outside import DEFAULT_PORTS, Origin
from apps.gateway.addresses import browser_id

VERSION_FIELDS = ("Browser", "Protocol-Version", "User-Agent", "V8-Version", "WebKit-Version")
FRONTEND = "devtools://devtools/bundled/inspector.html"
_PAGE_PATH = re.compile(r"/devtools/page/([A-Za-z0-9_-]+)")
_CONNECT_HOST = re.compile(r"(?:[a-z2-7]{32}\.)?connect\.(.+)")


@dataclass(frozen=True)
class Doors:
    """The WebSocket addresses of one session for one caller. Without a ticket the base itself lets in."""

    base: str
    session: UUID
    ticket: str = ""

    @property
    def browser(self) -> str:
        return self._with_ticket(f"{self.base}/devtools/browser/{browser_id(self.session)}")

    def page(self, target: str) -> str:
        return self._with_ticket(f"{self.base}/devtools/page/{target}")

    def _with_ticket(self, url: str) -> str:
        return f"{url}?ticket={self.ticket}" if self.ticket else url


def version(facts: Mapping[str, str], public_id: str, page: str, doors: Doors) -> dict[str, Any]:
    """Chrome's version object as it was at ready, and where to go from here."""
    told: dict[str, Any] = {name: facts.get(name, "") for name in VERSION_FIELDS}
    return told | {
        "webSocketDebuggerUrl": doors.browser,
        "devtoolsFrontendUrl": frontend(doors.browser),
        "sessionId": public_id,
        "sessionUrl": page,
        "liveUrl": page,
    }


def targets(found: Any, doors: Doors) -> list[dict[str, Any]]:
    """The browser's own list; of its addresses none stays."""
    return [_with_our_addresses(each, doors) for each in found if isinstance(each, Mapping)]


def frontend(websocket_url: str) -> str:
    """Chrome's bundled inspector on that socket; to be opened in the reader's own Chrome."""
    scheme, _, rest = websocket_url.partition("://")
    return f"{FRONTEND}?{scheme}={quote(rest, safe='/:')}"


def home(origin: Origin) -> Origin:
    """Where the pages for people are: not on a connect host, and never under a name that is a secret."""
    inner = _CONNECT_HOST.fullmatch(origin.host)
    return origin.on(inner[1]) if inner else origin


def with_port(origin: Origin, port: int) -> Origin:
    """With the port on which we were reached, where the caller left it out (Selenium does)."""
    has_port = urlsplit(f"//{origin.netloc}").port is not None
    if has_port or not port or port == DEFAULT_PORTS.get(origin.scheme):
        return origin
    return Origin(origin.scheme, f"{origin.netloc}:{port}", origin.prefix)


def _with_our_addresses(target: Mapping[str, Any], doors: Doors) -> dict[str, Any]:
    told = dict(target)
    theirs = urlsplit(str(told.pop("webSocketDebuggerUrl", ""))).path
    told.pop("devtoolsFrontendUrl", None)
    told.pop("devtoolsFrontendUrlCompat", None)
    page = _PAGE_PATH.fullmatch(theirs)
    if page is not None:
        told["webSocketDebuggerUrl"] = doors.page(page[1])
        told["devtoolsFrontendUrl"] = frontend(told["webSocketDebuggerUrl"])
    return told
