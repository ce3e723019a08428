"""What a connect address means. Pure: host, path and query in, a frozen value out.

    /connect…  /api/v1/connect…                    a claim                  (also the root of connect.<host>)
    /sessions/{id}/connect…  /api/v1/sessions/…    that session
    {secret}.connect.<host>/…                      a session's own root, for clients that drop path and query
    /sessions/{id}/edge/json… stream.webm          a session, read-only     (legacy)
    /sessions/{id}/live                            what its viewers see; a page there is the dashboard's

Tails are matched by suffix: clients append `/json/version/` to whatever they were given, even to the query.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from urllib.parse import unquote
from uuid import UUID, uuid5

_ROOT = re.compile(r"([a-z2-7]{32})\.connect\.(.+)")
_TARGET = re.compile(r"[A-Za-z0-9_-]{1,80}")
_MISPLACED = re.compile(r"((?:/json/version)+/?)$")
_BROWSERS = UUID("0193443a-3e40-7bd4-9f4d-6f1d5ad0f6ab")  # the namespace of our browser ids
_DOCUMENTS = frozenset({"json", "version", "list", "protocol"})


class Kind(Enum):
    CLAIM = "claim"
    SESSION = "session"
    ROOT = "root"  # of a session, by the secret in its host name
    LEGACY = "legacy"
    LIVE = "live"


class Thing(Enum):
    BARE = "bare"
    VERSION = "version"
    LIST = "list"
    PROTOCOL = "protocol"
    BROWSER = "browser"
    PAGE = "page"
    VIEW = "view"
    STREAM = "stream"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Address:
    """`session` is a public id, or the secret of a root. `target` is the id of a page or of our browser."""

    kind: Kind
    thing: Thing
    session: str = ""
    target: str = ""

    @property
    def is_browser_socket(self) -> bool:
        """A WebSocket here is joined to the browser itself, whatever document the tail names."""
        return self.thing not in {Thing.PAGE, Thing.VIEW, Thing.STREAM, Thing.UNKNOWN}


@dataclass(frozen=True)
class Naming:
    """How this installation is addressed: the outside host name (empty: any), and whether connect.<host> is a root."""

    public_host: str = ""
    has_connect_host: bool = False


def parse(naming: Naming, host: str, raw_path: str) -> Address | None:
    """None where the address is none of ours. `host` is a Host header; `raw_path` is still percent-encoded."""
    segments = [segment for segment in unquote(raw_path, errors="replace").split("/") if segment]
    name = host_name(host)
    root = _ROOT.fullmatch(name)
    if root and _is_base(naming, root[2]):
        return _about_session(Kind.ROOT, root[1], segments)
    if segments[:2] == ["api", "v1"]:
        segments = segments[2:]
    if segments[:1] == ["connect"]:
        return _about_claim(segments[1:])
    if segments[:1] == ["sessions"] and len(segments) > 2:
        if segments[2] == "connect":
            return _about_session(Kind.SESSION, segments[1], segments[3:])
        if segments[2:] == ["live"]:
            return Address(Kind.LIVE, Thing.VIEW, segments[1])
        if segments[2:] == ["edge", "stream.webm"]:
            return Address(Kind.LEGACY, Thing.STREAM, segments[1])
        if segments[2] == "edge":
            return _about_session(Kind.LEGACY, segments[1], segments[3:])
    if is_connect_host(naming, name):
        return _about_claim(segments)
    return None


def is_connect_host(naming: Naming, name: str) -> bool:
    return naming.has_connect_host and name.startswith("connect.") and _is_base(naming, name.removeprefix("connect."))


def host_name(host: str) -> str:
    """The name in a Host header, in lower case, without its port."""
    name = host.lower()
    return name if name.endswith("]") else re.sub(r":\d*\Z", "", name)


def put_back(raw_path: str, query: str) -> tuple[str, str]:
    """Move a `/json/version` that a client has appended to the query to the path, where it was meant."""
    tail = _MISPLACED.search(query)
    return (raw_path.rstrip("/") + tail[1], query[: tail.start()]) if tail else (raw_path, query)


def browser_id(session: UUID) -> str:
    """The id of the session's browser in our URLs: constant for the session, whichever browser serves it."""
    return str(uuid5(_BROWSERS, str(session)))


def _is_base(naming: Naming, name: str) -> bool:
    return not naming.public_host or name in {naming.public_host, "localhost"}


def _about_claim(tail: Sequence[str]) -> Address:
    thing = _document(tail)
    return Address(Kind.CLAIM, Thing.VERSION if tail and tail[-1] == "json" and thing is Thing.LIST else thing)


def _about_session(kind: Kind, session: str, tail: Sequence[str]) -> Address:
    match list(tail):
        case ["devtools", "browser"]:
            return Address(kind, Thing.BROWSER, session)
        case ["devtools", "browser", target] if _TARGET.fullmatch(target):
            return Address(kind, Thing.BROWSER, session, target)
        case ["devtools", "page", target] if _TARGET.fullmatch(target):
            return Address(kind, Thing.PAGE, session, target)
    return Address(kind, _document(tail), session)


def _document(tail: Sequence[str]) -> Thing:
    """By the last segment; `json` alone is Chrome's list."""
    if not tail:
        return Thing.BARE
    if tail[0] != "json" or not _DOCUMENTS.issuperset(tail):
        return Thing.UNKNOWN
    return {"json": Thing.LIST, "version": Thing.VERSION, "list": Thing.LIST, "protocol": Thing.PROTOCOL}[tail[-1]]
