"""What one client says to its browser: method names, how long each took, and what was refused; never the arguments.

It sees no more of an answer than its first bytes, so what a command is answered stays unknown.
"""

import json
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from browser_node.capture import redaction

_MOST_PENDING = 4096
_MOST_ERROR = 300
_MOST_SESSIONS = 1024

_ID = re.compile(rb'"id"\s*:\s*(\d{1,15})\s*[,}]')
_METHOD = re.compile(rb'"method"\s*:\s*"([A-Za-z]{1,40}\.[A-Za-z]{1,60})"')
_ANSWER = re.compile(rb'\{"id":(\d{1,15}),"(result|error)":')
_ERROR = re.compile(rb'"message":"((?:[^"\\]|\\.){0,400})')
_ATTACHED = re.compile(
    rb'\{"method":"Target\.attachedToTarget","params":\{"sessionId":"([0-9A-F]{32})","targetInfo":\{"targetId":"([0-9A-F]{32})"'
)
_SESSION = re.compile(rb'"sessionId":"([0-9A-F]{32})"')
_TAIL = 128  # bytes at a message's end in which Puppeteer puts its id

OnCommand = Callable[[dict[str, Any], int], None]  # a line, and about its size
OnInput = Callable[[str, str, Mapping[str, Any]], None]  # target (empty: not known), method, params


class Commands:
    """A listener of one client's relay; `target` is the page of a client that is connected to one page alone."""

    def __init__(self, connection: str, target: str, on_command: OnCommand, on_input: OnInput) -> None:
        self._connection = connection
        self._target = target
        self._on_command = on_command
        self._on_input = on_input
        self._pending: dict[int, tuple[str, float, str]] = {}
        self._targets: dict[str, str] = {}  # by session

    def said(self, payload: bytes) -> None:
        method = _METHOD.search(payload)
        if method is None:
            return
        name = method[1].decode()
        if name.startswith("Input."):
            self._act(name, payload)
        number = _number(payload)
        if number is None:
            return
        if len(self._pending) >= _MOST_PENDING:
            self._pending.pop(next(iter(self._pending)))
        wanted = _attached_target(payload) if name == "Target.attachToTarget" else ""
        self._pending[number] = name, time.time(), wanted

    def answered(self, beginning: bytes) -> None:
        answer = _ANSWER.match(beginning)
        if answer is not None:
            self._tell(int(answer[1]), beginning, is_error=answer[2] == b"error")
        elif (attached := _ATTACHED.match(beginning)) is not None:
            self._learn(attached[1].decode(), attached[2].decode())

    def tell_ours(self, method: str, began: float, error: str = "") -> None:
        """A command that we answered ourselves."""
        self._put(method, began, error)

    def _tell(self, number: int, beginning: bytes, *, is_error: bool) -> None:
        name, began, wanted = self._pending.pop(number, ("", 0.0, ""))
        if not name:
            return
        session = _SESSION.search(beginning) if wanted else None
        if session is not None:
            self._learn(session[1].decode(), wanted)
        error = ""
        if is_error:
            words = _ERROR.search(beginning)
            error = redaction.text(_unescaped(words[1]), _MOST_ERROR) if words else "refused"
        self._put(name, began, error)

    def _put(self, name: str, began: float, error: str) -> None:
        took = round((time.time() - began) * 1000, 1)
        record = {"t": int(began * 1000), "connection": self._connection, "method": name, "ms": took, "error": error}
        self._on_command(record, 130 + len(error))

    def _act(self, name: str, payload: bytes) -> None:
        try:
            message = json.loads(payload)
            params = message.get("params") or {}
            target = self._target or self._targets.get(message.get("sessionId", ""), "")
        except (ValueError, RecursionError, AttributeError, TypeError):
            return  # cut short, or no command
        if isinstance(params, Mapping):
            self._on_input(target, name, params)

    def _learn(self, session: str, target: str) -> None:
        if len(self._targets) >= _MOST_SESSIONS:
            self._targets.pop(next(iter(self._targets)))
        self._targets[session] = target


def _number(payload: bytes) -> int | None:
    """A command's id; it stands in front or at the end, and never among the arguments."""
    front = _ID.match(payload, 1)
    if front is not None:
        return int(front[1])
    found = _ID.findall(payload, max(0, len(payload) - _TAIL))
    return int(found[-1]) if found else None


def _unescaped(text: bytes) -> str:
    try:
        return str(json.loads(b'"' + text + b'"'))
    except ValueError:  # cut within an escape
        return text.decode(errors="replace")


def _attached_target(payload: bytes) -> str:
    try:
        return str(json.loads(payload)["params"]["targetId"])
    except (ValueError, RecursionError, KeyError, TypeError):
        return ""
