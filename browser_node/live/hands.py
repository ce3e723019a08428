"""What a person's hands do to a page, as a live view says it: mouse, wheel, keys, text, touch.

Sent in order and never waited for: a click that opens a dialog is answered only when the dialog is. Moves of the mouse
that come faster than the page takes them are left out, except the last.
"""

import asyncio

from browser_node.live.keys import key_event
from browser_node.live.messages import Message, Refused, modifiers, number, one_of, place, text
from browser_node.page import Page
from browser_node.pages import Pages

MOST_TEXT = 1_000_000
MOST_POINTS = 10
SETTLED_SECONDS = 1.0

_BUTTONS = ("left", "middle", "right", "back", "forward")  # as a MouseEvent numbers them
_DRAGS = {1: "left", 2: "right", 4: "middle"}  # what a move drags with, by the buttons that are down
_MOUSE = {"move": "mouseMoved", "down": "mousePressed", "up": "mouseReleased"}
_TOUCH = {"start": "touchStart", "move": "touchMove", "end": "touchEnd", "cancel": "touchCancel"}
_UP_OR_DOWN = {"up": "up", "down": "down"}


class Hands:
    """One person's. Each of `deeds` takes a page and a message of its name, and raises Refused."""

    def __init__(self, pages: Pages) -> None:
        self.deeds = {
            "mouse": self._mouse,
            "wheel": self._wheel,
            "key": self._key,
            "text": self._text,
            "compose": self._compose,
            "touch": self._touch,
        }
        self._pages = pages
        self._front: Page | None = None
        self._acts: set[asyncio.Task[None]] = set()  # that the page has not dealt with yet
        self._moving: asyncio.Task[None] | None = None
        self._next_move: tuple[Page, Message] | None = None

    async def settled(self) -> None:
        """The page has dealt with all that was done so far, or hangs."""
        if self._acts:
            await asyncio.wait(self._acts, timeout=SETTLED_SECONDS)

    def _mouse(self, page: Page, message: Message) -> None:
        kind = one_of(message, "kind", _MOUSE)
        buttons = int(number(message, "buttons"))
        button = _button(message) if kind != "mouseMoved" else _DRAGS.get(buttons, "none")
        event: Message = {"type": kind, **place(message), "button": button, "buttons": buttons, "pointerType": "mouse"}
        if kind != "mouseMoved":
            event["clickCount"] = max(1, int(number(message, "clicks", 1)))
            self._act(page, "Input.dispatchMouseEvent", event)
        elif self._moving is not None and not self._moving.done():
            self._next_move = page, event
        else:
            self._move(page, event)

    def _wheel(self, page: Page, message: Message) -> None:
        turn = {"deltaX": number(message, "dx"), "deltaY": number(message, "dy")}
        self._act(page, "Input.dispatchMouseEvent", {"type": "mouseWheel", **place(message), **turn})

    def _key(self, page: Page, message: Message) -> None:
        event = key_event(
            is_down=one_of(message, "kind", _UP_OR_DOWN) == "down",
            key=text(message, "key", 32),
            code=text(message, "code", 32),
            key_code=int(number(message, "keyCode")),
            text=text(message, "text", 32),
            modifiers=modifiers(message),
            is_repeat=message.get("repeat") is True,
        )
        self._act(page, "Input.dispatchKeyEvent", event)

    def _text(self, page: Page, message: Message) -> None:
        self._act(page, "Input.insertText", {"text": text(message, "text", MOST_TEXT)})

    def _compose(self, page: Page, message: Message) -> None:
        """What an input method shows before it is done; an empty one takes it back."""
        composed = text(message, "text", MOST_TEXT)
        end = len(composed.encode("utf-16-le")) // 2
        selected = {"text": composed, "selectionStart": end, "selectionEnd": end}
        self._act(page, "Input.imeSetComposition", selected)

    def _touch(self, page: Page, message: Message) -> None:
        points = message.get("points")
        if not isinstance(points, list) or len(points) > MOST_POINTS:
            raise Refused(f"points must be a list of at most {MOST_POINTS} places.")
        touched = [
            {"x": number(point, "x"), "y": number(point, "y"), "id": int(number(point, "id", position))}
            for position, point in enumerate(points)
            if isinstance(point, dict)
        ]
        event = {"type": one_of(message, "kind", _TOUCH), "touchPoints": touched, "modifiers": modifiers(message)}
        self._act(page, "Input.dispatchTouchEvent", event)

    def _move(self, page: Page, event: Message) -> None:
        self._moving = self._act(page, "Input.dispatchMouseEvent", event)
        self._moving.add_done_callback(self._moved)

    def _moved(self, _: "asyncio.Task[None]") -> None:
        if self._next_move is not None:
            (page, event), self._next_move = self._next_move, None
            self._move(page, event)

    def _act(self, page: Page, method: str, params: Message) -> "asyncio.Task[None]":
        if self._next_move is not None:
            (moved, move), self._next_move = self._next_move, None
            self._pages.act(moved, "Input.dispatchMouseEvent", move)
        if self._front is not page:
            self._front = page
            self._pages.post(page, "Page.bringToFront")
        act = self._pages.act(page, method, params)
        self._acts.add(act)
        act.add_done_callback(self._acts.discard)
        return act


def _button(message: Message) -> str:
    """By name, or by its number in a MouseEvent."""
    button = message.get("button", "none")
    if isinstance(button, int):
        return _BUTTONS[button] if 0 <= button < len(_BUTTONS) else "none"
    return button if button in _BUTTONS else "none"
