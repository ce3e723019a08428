"""A key as a person's browser tells it, as Chromium wants it."""

import pytest

from browser_node.live.keys import CTRL, META, SHIFT, key_event


def pressed(key: str, code: str = "", *, text: str = "", modifiers: int = 0) -> dict[str, object]:
    return key_event(is_down=True, key=key, code=code, key_code=65, text=text, modifiers=modifiers, is_repeat=False)


def test_a_key_that_types_says_what() -> None:
    event = pressed("é", "KeyE", text="é")
    assert (event["type"], event["text"], event["key"], event["code"]) == ("keyDown", "é", "é", "KeyE")


def test_a_key_that_types_nothing_is_raw() -> None:
    assert pressed("Escape", "Escape")["type"] == "rawKeyDown"
    assert "text" not in pressed("Escape", "Escape")


def test_enter_types_a_carriage_return() -> None:
    assert pressed("Enter", "Enter")["text"] == "\r"


def test_a_key_that_is_let_go_types_nothing() -> None:
    event = key_event(is_down=False, key="a", code="KeyA", key_code=65, text="a", modifiers=0, is_repeat=False)
    assert event["type"] == "keyUp"
    assert "text" not in event


@pytest.mark.parametrize(
    ("key", "modifiers", "command"),
    [
        ("a", CTRL, "selectAll"),
        ("A", META, "selectAll"),
        ("x", CTRL, "cut"),
        ("z", CTRL, "undo"),
        ("Z", CTRL | SHIFT, "redo"),
        ("y", CTRL, "redo"),
    ],
)
def test_shortcuts_of_editing_come_with_their_command(key: str, modifiers: int, command: str) -> None:
    assert pressed(key, modifiers=modifiers)["commands"] == [command]


@pytest.mark.parametrize(("key", "modifiers"), [("a", 0), ("a", SHIFT), ("k", CTRL), ("a", CTRL | SHIFT)])
def test_other_keys_come_without(key: str, modifiers: int) -> None:
    assert "commands" not in pressed(key, modifiers=modifiers)


@pytest.mark.parametrize(
    ("code", "location"), [("ShiftLeft", 1), ("ControlRight", 2), ("Numpad5", 3), ("ArrowLeft", 0)]
)
def test_which_of_two_like_keys_it_was_is_told(code: str, location: int) -> None:
    assert pressed("x", code)["location"] == location
