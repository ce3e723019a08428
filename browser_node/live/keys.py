"""A key as a person's browser tells it → Chromium's `Input.dispatchKeyEvent`. Pure.

Shortcuts of editing work by commands that go with the key; which, is what Linux has. A Mac's ⌘ counts as Ctrl there.
"""

from typing import Any

ALT, CTRL, META, SHIFT = 1, 2, 4, 8

_COMMANDS = {
    (CTRL, "a"): "selectAll",
    (CTRL, "c"): "copy",
    (CTRL, "x"): "cut",
    (CTRL, "v"): "paste",
    (CTRL | SHIFT, "v"): "pasteAndMatchStyle",
    (CTRL, "z"): "undo",
    (CTRL | SHIFT, "z"): "redo",
    (CTRL, "y"): "redo",
}
_SIDES = {"Left": 1, "Right": 2}
_SIDED = ("Shift", "Control", "Alt", "Meta")


def key_event(
    *, is_down: bool, key: str, code: str, key_code: int, text: str, modifiers: int, is_repeat: bool
) -> dict[str, Any]:
    """The parameters of the command."""
    event: dict[str, Any] = {
        "type": "keyUp",
        "key": key,
        "code": code,
        "windowsVirtualKeyCode": key_code,
        "nativeVirtualKeyCode": key_code,
        "modifiers": modifiers,
        "location": _location(code),
        "isKeypad": code.startswith("Numpad"),
    }
    if not is_down:
        return event
    if key == "Enter":
        text = "\r"
    event |= {"type": "keyDown" if text else "rawKeyDown", "autoRepeat": is_repeat}
    if text:
        event |= {"text": text, "unmodifiedText": text}
    if (command := _command(key, modifiers)) is not None:
        event["commands"] = [command]
    return event


def _command(key: str, modifiers: int) -> str | None:
    if modifiers & META:
        modifiers = modifiers & ~META | CTRL
    return _COMMANDS.get((modifiers, key.lower()))


def _location(code: str) -> int:
    if code.startswith("Numpad"):
        return 3
    for side, number in _SIDES.items():
        if code.endswith(side) and code.removesuffix(side) in _SIDED:
            return number
    return 0
