"""Which messages of a client are ours to answer, and what our own messages look like.

Pure: bytes in, values and bytes out. Everything else a client says is Chromium's, byte for byte.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# A message is parsed only when it contains the first; it is ours only by its method.
OURS = b'"Browser'
INPUT = b'"Input.'

DOWNLOADS = b'setDownloadBehavior"'

DOMAIN = "BrowserGrid."
CLOSE = "Browser.close"

METHOD_NOT_FOUND = -32601
SERVER_ERROR = -32000


class CdpError(Exception):
    """What a client is told instead of a result."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Command:
    """A client's call of one of our methods; `message` is the whole of it, as parsed."""

    id: int
    method: str
    params: Mapping[str, Any]
    session: str | None
    message: dict[str, Any]

    @property
    def is_close(self) -> bool:
        """Whether the client is done with the browser: its use ends, the browser lives on."""
        return self.method == CLOSE


def parse(payload: bytes) -> Command | None:
    """The command in a message that is ours; None for all that is Chromium's, also where it is no JSON."""
    if b'"BrowserGrid.' not in payload and b'"Browser.close"' not in payload:
        return None
    try:
        message = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    if not isinstance(message, dict):
        return None
    method, number = message.get("method"), message.get("id")
    if not isinstance(method, str) or not isinstance(number, int):
        return None
    if method != CLOSE and not method.startswith(DOMAIN):
        return None
    params, session = message.get("params"), message.get("sessionId")
    return Command(
        id=number,
        method=method,
        params=params if isinstance(params, dict) else {},
        session=session if isinstance(session, str) else None,
        message=message,
    )


def with_downloads_to(path: str, payload: bytes) -> bytes:
    """A client's word on where downloads go, with our place in it: its own is a directory of another machine."""
    try:
        message = json.loads(payload)
        params = message["params"]
        is_it = message["method"] in ("Browser.setDownloadBehavior", "Page.setDownloadBehavior")
        allows = params.get("behavior") in ("allow", "allowAndName")
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return payload  # Chromium's to refuse
    if not (is_it and allows):
        return payload
    params |= {"behavior": "allowAndName", "downloadPath": path}
    return json.dumps(message, separators=(",", ":")).encode()


def not_found(method: str) -> CdpError:
    """Chromium's own words for a method that does not exist."""
    return CdpError(METHOD_NOT_FOUND, f"'{method}' wasn't found")


def result(command: Command, value: Mapping[str, Any]) -> bytes:
    """The answer to a command."""
    return _encode({"id": command.id, "result": value}, command.session)


def error(command: Command, problem: CdpError) -> bytes:
    """The refusal of a command."""
    return _encode({"id": command.id, "error": {"code": problem.code, "message": problem.message}}, command.session)


def event(method: str, params: Mapping[str, Any], session: str | None) -> bytes:
    """An event of ours."""
    return _encode({"method": method, "params": params}, session)


def _encode(message: dict[str, Any], session: str | None) -> bytes:
    if session is not None:
        message["sessionId"] = session
    return json.dumps(message, separators=(",", ":")).encode()
