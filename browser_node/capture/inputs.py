"""What clients and people do to pages: where the mouse was and that something was typed, never what.

`kept` decides what of a command is kept; a field that stands in no table here is not.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

from browser_node.capture.spool import now_ms
from browser_node.devtools import DevtoolsError
from browser_node.page import Page, Watcher
from browser_node.pages import Pages

_MOVE_SECONDS = 0.016  # between two kept moves of the mouse
_SIZE_SECONDS = 1.0  # after which the page is asked for its size again

_SIZE_MAY_BE_NEW = ("Page.frameResized", "Page.domContentEventFired")
_MOUSE = ("type", "x", "y", "button", "buttons", "clickCount", "deltaX", "deltaY", "modifiers", "pointerType")
_FIELDS = {
    "Input.dispatchMouseEvent": _MOUSE,
    "Input.emulateTouchFromMouseEvent": _MOUSE,
    "Input.dispatchDragEvent": ("type", "x", "y", "modifiers"),
    "Input.synthesizeTapGesture": ("x", "y", "tapCount"),
    "Input.synthesizeScrollGesture": ("x", "y", "xDistance", "yDistance"),
    "Input.synthesizePinchGesture": ("x", "y", "scaleFactor"),
    "Input.dispatchKeyEvent": ("type", "modifiers"),
    "Input.dispatchTouchEvent": ("type", "modifiers"),
    "Input.insertText": (),
    "Input.imeSetComposition": (),
}
_NAMED_KEYS = frozenset(
    (
        *("Enter", "Tab", "Backspace", "Delete", "Insert", "Escape", "Home", "End", "PageUp", "PageDown"),
        *("ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "ContextMenu"),
        *("Shift", "Control", "Alt", "Meta", "CapsLock"),
        *(f"F{number}" for number in range(1, 13)),
    )
)
_SHORTCUT = 1 | 2 | 4  # Alt, Control, Meta
_MOST_NUMBER = 1e9


def kept(method: str, params: Mapping[str, Any]) -> dict[str, Any] | None:
    """The parameters without what was typed; None for a command that does nothing to a page."""
    fields = _FIELDS.get(method)
    if fields is None:
        return None
    found = _plain(params, fields)
    if method == "Input.dispatchKeyEvent":
        found["key"] = _kind_of_key(params)
    elif method == "Input.dispatchTouchEvent":
        points = params.get("touchPoints")
        found["points"] = [
            _plain(point, ("x", "y"))
            for point in (points if isinstance(points, list) else [])[:10]
            if isinstance(point, Mapping)
        ]
    return found


class InputLog(Watcher):
    """Tells lines `{t, page, by, method, params, w, h}`: `by` is client or person, w and h the page's CSS size then.

    Attends for as long as the browser lives; while nobody holds its pages there is nothing to tell.
    """

    def __init__(self, pages: Pages, tell: Callable[[dict[str, Any]], None]) -> None:
        self._pages = pages
        self._tell = tell
        self._sizes: dict[Page, tuple[int, int]] = {}
        self._looked: dict[Page, float] = {}
        self._moved_at = 0.0
        self._looks: set[asyncio.Task[None]] = set()

    async def attached(self, page: Page) -> None:
        self._look(page)

    def gone(self, page: Page) -> None:
        self._sizes.pop(page, None)
        self._looked.pop(page, None)

    def event(self, page: Page, method: str, params: dict[str, Any]) -> None:
        if method in _SIZE_MAY_BE_NEW:
            self._look(page)

    def acted(self, page: Page, method: str, params: dict[str, Any]) -> None:
        self._put(page, "person", method, params)

    def client_acted(self, target: str, method: str, params: Mapping[str, Any]) -> None:
        """A client's command passed; `target` is empty where its page is not known, which is then the active one."""
        page = self._pages.find(target) if target else self._pages.active
        if page is not None:
            self._pages.activate(page.target)
            self._put(page, "client", method, params)

    def _put(self, page: Page, by: str, method: str, params: Mapping[str, Any]) -> None:
        found = kept(method, params)
        if found is None or self._is_one_move_of_many(found):
            return
        if time.monotonic() - self._looked.get(page, 0.0) > _SIZE_SECONDS:
            self._look(page)
        width, height = (page.width, page.height) if page.width else self._sizes.get(page, (0, 0))
        place = {"t": now_ms(), "page": page.target, "by": by, "w": width, "h": height}
        self._tell({**place, "method": method, "params": found})

    def _is_one_move_of_many(self, found: Mapping[str, Any]) -> bool:
        if found.get("type") != "mouseMoved":
            return False
        now = time.monotonic()
        is_one = now - self._moved_at < _MOVE_SECONDS
        if not is_one:
            self._moved_at = now
        return is_one

    def _look(self, page: Page) -> None:
        self._looked[page] = time.monotonic()
        task = asyncio.get_running_loop().create_task(self._measure(page))
        self._looks.add(task)
        task.add_done_callback(self._looks.discard)

    async def _measure(self, page: Page) -> None:
        try:
            viewport = (await self._pages.send(page, "Page.getLayoutMetrics"))["cssVisualViewport"]
            self._sizes[page] = round(viewport["clientWidth"]), round(viewport["clientHeight"])
        except (DevtoolsError, KeyError):
            return  # it is gone, or about to be


def _plain(said: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Words and numbers as they may be, so that a line is never long; Chromium refuses all others, too."""
    found: dict[str, Any] = {}
    for name in names:
        value = said.get(name)
        if isinstance(value, str):
            found[name] = value[:32]
        elif isinstance(value, int | float) and abs(value) <= _MOST_NUMBER:  # which infinity and NaN are not
            found[name] = value
    return found


def _kind_of_key(params: Mapping[str, Any]) -> str:
    key = params.get("key")
    if key in _NAMED_KEYS:
        return str(key)
    modifiers = params.get("modifiers")
    return "shortcut" if isinstance(modifiers, int) and modifiers & _SHORTCUT else "character"
