"""What a pool may launch its browsers with: the same rules for the API, the pages and the administration. Pure."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

OPTIONS = ("args", "locale", "timezone", "user_agent")
MOST_ARGUMENTS, LONGEST_ARGUMENT, LONGEST_AGENT = 32, 500, 500
LONGEST_TEXT = 10_000
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # no database takes a NUL or half a surrogate pair
LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}\Z")
TIMEZONE = re.compile(r"[A-Za-z0-9_+\-]{1,32}(/[A-Za-z0-9_+\-]{1,32}){0,2}\Z")
ELSEWHERE = {
    "proxy": "A proxy belongs to one session, not to a pool: give it with the claim.",
    "viewport": "Set the width and height of the pool instead.",
    "headless": "Browsers of this installation run headless.",
}


def problem(launch: Any) -> str:
    """Why these options are refused, in a sentence; empty where they are fine. What Chromium takes the node knows."""
    if not isinstance(launch, dict):
        return "Give an object."
    for name in launch:
        if name in ELSEWHERE:
            return ELSEWHERE[name]
    unknown = sorted(str(name) for name in launch if name not in OPTIONS)
    if unknown:
        return f"There is no option {unknown[0]!a}; choose from {', '.join(OPTIONS)}."
    wrong = next((name for name, value in launch.items() if not _SHAPES[name](value)), "")
    return f"{wrong}: {_WANTED[wrong]}" if wrong else ""


def read(text: str) -> tuple[dict[str, Any], str]:
    """Options from what somebody typed, and what is wrong with them."""
    if not text.strip():
        return {}, ""
    if len(text) > LONGEST_TEXT:
        return {}, f"Keep it below {LONGEST_TEXT} letters."
    try:
        launch = json.loads(text)
    except (ValueError, RecursionError):
        return {}, 'This is not JSON. Write it like {"locale": "de-DE"}.'
    why = problem(launch)
    return ({}, why) if why else (launch, "")


def shown(launch: Mapping[str, Any]) -> str:
    return json.dumps(launch, indent=2, ensure_ascii=False) if launch else ""


def _is_text(value: Any, longest: int) -> bool:
    return isinstance(value, str) and 0 < len(value) <= longest and UNSTORABLE.search(value) is None


_SHAPES: dict[str, Callable[[Any], bool]] = {
    "args": lambda value: (
        isinstance(value, list)
        and len(value) <= MOST_ARGUMENTS
        and all(_is_text(item, LONGEST_ARGUMENT) for item in value)
    ),
    "locale": lambda value: isinstance(value, str) and LOCALE.match(value) is not None,
    "timezone": lambda value: isinstance(value, str) and TIMEZONE.match(value) is not None,
    "user_agent": lambda value: _is_text(value, LONGEST_AGENT) and value.isprintable(),
}
_WANTED = {
    "args": f"Give a list of at most {MOST_ARGUMENTS} arguments.",
    "locale": "Give a language such as de-DE.",
    "timezone": "Give a zone such as Europe/Berlin.",
    "user_agent": f"Give a printable text of at most {LONGEST_AGENT} letters.",
}
