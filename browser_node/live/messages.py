"""What a live view says, read strictly: it comes from a page in somebody's browser. Pure."""

import math
from typing import Any

Message = dict[str, Any]


class Refused(Exception):
    """What a person asked for is malformed or cannot be done; the message is for them."""


def number(message: Message, name: str, default: float = 0.0, *, most: float = 1e6) -> float:
    value = message.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or abs(value) > most:
        raise Refused(f"{name} must be a number.")
    return value


def text(message: Message, name: str, most: int) -> str:
    value = message.get(name) or ""
    if not isinstance(value, str) or len(value) > most:
        raise Refused(f"{name} must be a text of at most {most} characters.")
    return value


def texts(message: Message, name: str, most: int) -> list[str]:
    value = message.get(name)
    if not isinstance(value, list) or len(value) > most or not all(isinstance(each, str) for each in value):
        raise Refused(f"{name} must be a list of at most {most} texts.")
    return value


def one_of(message: Message, name: str, known: dict[str, str]) -> str:
    """What that word stands for."""
    value = message.get(name)
    if not isinstance(value, str) or value not in known:
        raise Refused(f"{name} must be one of {', '.join(known)}.")
    return known[value]


def modifiers(message: Message) -> int:
    return int(number(message, "modifiers")) & 15


def place(message: Message) -> Message:
    return {"x": number(message, "x"), "y": number(message, "y"), "modifiers": modifiers(message)}
