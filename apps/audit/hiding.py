"""What the audit keeps of values: secrets as keyed hashes, so that equal ones can be told, and nothing endless."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from apps.core.secrets import keyed_hash

SECRET_NAMES = re.compile(
    r"password|passwd|secret|token|credential|proxy|recovery|totp|otp|private|cookie|authorization|api_?key|hash$|^key$|^code$",
    re.IGNORECASE,
)
SECRET_TEXTS = re.compile(
    r"\bbg_[0-9A-Za-z_-]{8,}"  # our tokens
    r"|(?<=://)[^/\s@]+(?=@)"  # who signs in, in an address
    r"|(?<=[?&]token=)[^&\s]+|(?<=[?&]ticket=)[^&\s]+"
)
LONGEST, MOST, DEEPEST = 300, 50, 4
LETTERS = 16


def hidden(fields: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """As it may be stored for ever."""
    return None if fields is None else {str(name): _kept(str(name), value, 0) for name, value in fields.items()}


def _kept(name: str, value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if SECRET_NAMES.search(name):
        return _hashed(repr(value)) if value else ""
    if isinstance(value, int | float):
        return value
    if isinstance(value, Mapping) and depth < DEEPEST:
        pairs = list(value.items())[:MOST]
        return {_text(str(key)): _kept(str(key), inner, depth + 1) for key, inner in pairs}
    if isinstance(value, list | tuple | set | frozenset) and depth < DEEPEST:
        return [_kept("", inner, depth + 1) for inner in list(value)[:MOST]]
    if isinstance(value, datetime):
        return value.isoformat()
    return _text(str(value))


def _text(value: str) -> str:
    clean = SECRET_TEXTS.sub(lambda found: _hashed(found[0]), value)
    clean = "".join(letter if letter.isprintable() else "?" for letter in clean[: LONGEST + 1])
    return clean if len(clean) <= LONGEST else f"{clean[:LONGEST]}…"


def _hashed(value: str) -> str:
    return f"hash:{keyed_hash(value)[:LETTERS]}"
