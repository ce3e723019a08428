"""What of an input is kept."""

import math
from typing import Any

import pytest

from browser_node.capture.inputs import kept


@pytest.mark.parametrize(
    ("method", "params", "found"),
    [
        (
            "Input.dispatchMouseEvent",
            {"type": "mousePressed", "x": 1.5, "y": 2, "button": "left", "clickCount": 1, "timestamp": 9},
            {"type": "mousePressed", "x": 1.5, "y": 2, "button": "left", "clickCount": 1},
        ),
        (
            "Input.dispatchKeyEvent",
            {"type": "keyDown", "key": "a", "text": "a", "code": "KeyA"},
            {"type": "keyDown", "key": "character"},
        ),
        ("Input.dispatchKeyEvent", {"type": "char", "text": "a"}, {"type": "char", "key": "character"}),
        ("Input.dispatchKeyEvent", {"type": "keyUp", "key": "Enter"}, {"type": "keyUp", "key": "Enter"}),
        (
            "Input.dispatchKeyEvent",
            {"type": "keyDown", "key": "v", "modifiers": 2},
            {"type": "keyDown", "modifiers": 2, "key": "shortcut"},
        ),
        ("Input.insertText", {"text": "canary"}, {}),
        ("Input.imeSetComposition", {"text": "canary", "selectionStart": 1}, {}),
        (
            "Input.dispatchTouchEvent",
            {"type": "touchStart", "touchPoints": [{"x": 1, "y": 2, "force": 1}, "x"]},
            {"type": "touchStart", "points": [{"x": 1, "y": 2}]},
        ),
        (
            "Input.dispatchDragEvent",
            {"type": "drop", "x": 1, "y": 2, "data": {"items": ["canary"]}},
            {"type": "drop", "x": 1, "y": 2},
        ),
        ("Input.setIgnoreInputEvents", {"ignore": True}, None),
        (
            "Input.dispatchMouseEvent",
            {"type": {"canary": 1}, "x": None, "y": "canary" * 100},
            {"y": ("canary" * 100)[:32]},
        ),
        (
            "Input.dispatchTouchEvent",
            {"type": "touchMove", "touchPoints": [{"x": ["canary"] * 9, "y": 3}, {"x": 10**400, "y": math.nan}]},
            {"type": "touchMove", "points": [{"y": 3}, {}]},
        ),
        ("Input.dispatchMouseEvent", {"x": math.inf, "y": 10**400, "deltaX": math.nan}, {}),
    ],
)
def test_places_are_kept_and_letters_are_not(method: str, params: dict[str, Any], found: dict[str, Any] | None) -> None:
    assert kept(method, params) == found
