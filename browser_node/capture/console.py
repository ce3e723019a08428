"""What pages say on their consoles, what they throw and nobody catches, and what Chromium complains of."""

import asyncio
import functools
import json
import time
from typing import Any

from browser_node.capture import redaction
from browser_node.capture.spool import Spool
from browser_node.page import Page, Watcher
from browser_node.pages import Pages
from browser_node.wire_capture import Stream

_MOST_ARGUMENTS = 32
_LEVELS = {"warning": "warning", "error": "error", "assert": "error", "debug": "debug", "verbose": "debug"}
_SILENT = ("startGroup", "startGroupCollapsed", "endGroup", "clear", "profile", "profileEnd")


class ConsoleLog(Watcher):
    """Lines `{t, page, level, text, url, line, column}`; levels are debug, info, warning and error."""

    wants_frames = True

    def __init__(self, pages: Pages, spool: Spool) -> None:
        self._pages = pages
        self._spool = spool
        self._since = time.time() * 1000

    async def attached(self, page: Page) -> None:
        await self._prepare(page, page.session)

    async def frame_attached(self, page: Page, session: str) -> None:
        await self._prepare(page, session)

    def event(self, page: Page, method: str, params: dict[str, Any]) -> None:
        match method:
            case "Runtime.consoleAPICalled" if params["type"] not in _SILENT:
                self._called(page, params)
            case "Runtime.exceptionThrown":
                self._thrown(page, params)
            case "Log.entryAdded":
                self._complained(page, params["entry"])

    def frame_event(self, page: Page, session: str, method: str, params: dict[str, Any]) -> None:
        self.event(page, method, params)

    async def _prepare(self, page: Page, session: str) -> None:
        send = functools.partial(self._pages.send, page, session=session)
        await asyncio.gather(send("Runtime.enable"), send("Log.enable"))

    def _called(self, page: Page, params: dict[str, Any]) -> None:
        words = " ".join(_spoken(argument) for argument in params["args"][:_MOST_ARGUMENTS])
        frames = params.get("stackTrace", {}).get("callFrames") or [{}]
        place = frames[0].get("url", ""), frames[0].get("lineNumber"), frames[0].get("columnNumber")
        self._put(page, params["timestamp"], _LEVELS.get(params["type"], "info"), words, place)

    def _thrown(self, page: Page, params: dict[str, Any]) -> None:
        details = params["exceptionDetails"]
        words = details.get("exception", {}).get("description") or details.get("text", "")
        place = details.get("url", ""), details.get("lineNumber"), details.get("columnNumber")
        self._put(page, params["timestamp"], "error", words, place)

    def _complained(self, page: Page, entry: dict[str, Any]) -> None:
        place = entry.get("url", ""), entry.get("lineNumber"), None
        self._put(page, entry["timestamp"], _LEVELS.get(entry["level"], "info"), entry["text"], place)

    def _put(self, page: Page, at: float, level: str, words: str, place: tuple[str, int | None, int | None]) -> None:
        if at < self._since:
            return  # Chromium tells whoever comes what was said before; that is not asked for here
        url, line, column = place
        text = redaction.text(words)
        record = {"t": int(at), "page": page.target, "level": level, "text": text, "url": redaction.address(url)}
        # Chromium counts from 0, people from 1.
        numbers = {"line": None if line is None else line + 1, "column": None if column is None else column + 1}
        self._spool.append(Stream.CONSOLE, record | numbers, len(text) + len(url) + 150)


def _spoken(argument: dict[str, Any]) -> str:
    """An argument of a console call, as short as Chromium's own console shows it closed."""
    if "value" in argument:
        value = argument["value"]
        return value if isinstance(value, str) else json.dumps(value)
    if "unserializableValue" in argument:
        return str(argument["unserializableValue"])
    preview = argument.get("preview")
    if preview and argument.get("subtype") != "error":
        return _preview(preview)
    return str(argument.get("description", argument.get("type", "")))


def _preview(preview: dict[str, Any]) -> str:
    shown = [each.get("value", "") for each in preview.get("properties", [])]
    more = ", …" if preview.get("overflow") else ""
    if preview.get("subtype") == "array":
        return f"[{', '.join(shown)}{more}]"
    named = (f"{each['name']}: {value}" for each, value in zip(preview.get("properties", []), shown, strict=True))
    return f"{{{', '.join(named)}{more}}}"
