"""Reading the fields of a JSON object strictly: the right type and range, or an error that names the field."""

import re
from collections.abc import Mapping
from typing import Any


class InvalidSpec(ValueError):
    """A value that breaks the wire format; `field` names it as the sender wrote it."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(f"{field}: {detail}")
        self.field = field
        self.detail = detail


def read_object(data: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise InvalidSpec(name, "must be an object")
    return data


def present(data: Mapping[str, Any], name: str) -> Any:
    """Left out and null mean the same."""
    value = data.get(name)
    return {} if value is None else value


def read_text(data: Mapping[str, Any], name: str, default: str | None = None, limit: int = 256) -> str:
    value = data.get(name)
    if value is None:
        value = default
    if not isinstance(value, str) or (default is None and not value):
        raise InvalidSpec(name, "must be a text")
    if len(value) > limit:
        raise InvalidSpec(name, f"must have at most {limit} characters")
    return value


def read_texts(data: Mapping[str, Any], name: str, limit: int) -> tuple[str, ...]:
    value = data.get(name)
    if value is None:
        return ()
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) and len(item) <= limit for item in value):
        raise InvalidSpec(name, "must be a list of texts")
    if len(value) > 256:
        raise InvalidSpec(name, "must have at most 256 entries")
    return tuple(value)


def read_flag(data: Mapping[str, Any], name: str, *, default: bool) -> bool:
    value = data.get(name, default)
    if not isinstance(value, bool):
        raise InvalidSpec(name, "must be true or false")
    return value


def read_number(data: Mapping[str, Any], name: str, default: float, *, least: float, most: float) -> float:
    value = data.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise InvalidSpec(name, f"must be a number between {least:g} and {most:g}")
    return float(value)


def read_matching(data: Mapping[str, Any], name: str, pattern: re.Pattern[str], rule: str) -> str:
    value = read_text(data, name, default="", limit=1024)
    if value and pattern.fullmatch(value) is None:
        raise InvalidSpec(name, rule)
    return value
