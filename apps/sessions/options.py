"""What a caller may ask of a session: the query of /connect, the body of POST /sessions. Pure."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from apps.core.errors import Invalid
from apps.pools.launch_rules import LOCALE, TIMEZONE, UNSTORABLE

LAUNCH_NAMES = ("viewport", "args", "locale", "timezone", "user_agent", "proxy", "headless")
NOT_YET: dict[str, Any] = {
    "profile": None,
    "profile_mode": "none",
    "block_ads": False,
    "interceptors": [],
    "extensions": [],
}
VIEWPORT = re.compile(r"(\d{2,4})x(\d{2,4})\Z")
LONGEST_SECONDS = 7 * 24 * 3600
LONGEST_DIGITS = 9
METADATA_KEYS, METADATA_LETTERS = 50, 500
RECORDS = ("none", "dom", "video", "all")


@dataclass(frozen=True)
class SessionOptions:
    """`pool` is a name or a public id, empty for the default pool; None everywhere: the pool's own value."""

    pool: str = ""
    name: str = ""
    keep_alive: bool | None = None
    timeout: int | None = None
    idle_timeout: int | None = None
    record: str | None = None
    launch: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "pool": self.pool,
            "name": self.name,
            "keep_alive": self.keep_alive,
            "timeout": self.timeout,
            "idle_timeout": self.idle_timeout,
            "record": self.record,
            "launch": self.launch,
            "metadata": self.metadata,
        }

    def fingerprint(self) -> str:
        """Equal for equal requests, whatever the order of their fields."""
        return digest(self.as_json())


def digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()[:32]


def from_query(query: Mapping[str, str]) -> SessionOptions:
    """Options of a /connect address. `token`, `ticket` and `claim` are the caller's business. Raises Invalid."""
    body: dict[str, Any] = {}
    metadata: dict[str, str] = {}
    for name, text in query.items():
        if name in {"token", "ticket", "claim"}:
            continue
        if name.startswith("metadata."):
            metadata[name.removeprefix("metadata.")] = text
        elif name in {"args", "interceptors", "extensions"}:
            body[name] = [part for part in text.split(",") if part]
        elif name in {"timeout", "idle_timeout"}:
            body[name] = int(text) if text.isdecimal() and len(text) <= LONGEST_DIGITS else text
        elif name in {"keep_alive", "headless", "block_ads"}:
            body[name] = {"true": True, "1": True, "": True, "false": False, "0": False}.get(text.lower(), text)
        else:
            body[name] = text
    return from_body({"metadata": metadata, **body} if metadata else body)


def from_body(body: Mapping[str, Any]) -> SessionOptions:
    """Options of a JSON body. Raises Invalid, naming every field that is unknown or wrong."""
    wrong: dict[str, str] = {}
    launch: dict[str, Any] = {}
    plain: dict[str, Any] = {}
    for name, value in body.items():
        if name in NOT_YET:
            if value not in (NOT_YET[name], None):
                wrong[name] = "This installation does not offer it."
        elif name == "browser":
            if value != "chromium":
                wrong[name] = "This pool offers chromium."
        elif name in LAUNCH_NAMES:
            _launch_option(name, value, launch, wrong)
        elif name in _PLAIN:
            problem = _PLAIN[name](value)
            if problem:
                wrong[name] = problem
            else:
                plain[name] = value
        else:
            wrong[UNSTORABLE.sub("?", name)[:60]] = "There is no such option."
    if wrong:
        listed = "; ".join(f"{name}: {why}" for name, why in sorted(wrong.items()))
        raise Invalid("invalid_option", listed, fields=wrong)
    return SessionOptions(launch=launch, **{name: value for name, value in plain.items() if value is not None})


def _launch_option(name: str, value: Any, launch: dict[str, Any], wrong: dict[str, str]) -> None:
    if value is None:
        return
    if name == "viewport":
        size = _viewport(value)
        if size is None:
            wrong[name] = "Give it as 1280x720, from 100 to 7680 by 100 to 4320."
        else:
            launch[name] = size
    elif name == "headless":
        if value is not True:
            wrong[name] = "Browsers of this installation run headless."
    elif name == "args":
        if not isinstance(value, list) or not all(_is_text(item, 500) for item in value):
            wrong[name] = "Give a list of arguments."
        elif value:
            launch[name] = list(value)
    elif not isinstance(value, str) or not _SHAPES[name](value):
        wrong[name] = "This value is not understood."
    else:
        launch[name] = value


def _is_text(value: Any, longest: int) -> bool:
    return isinstance(value, str) and len(value) <= longest and UNSTORABLE.search(value) is None


def _viewport(value: Any) -> dict[str, int] | None:
    if isinstance(value, str) and (match := VIEWPORT.match(value)):
        value = {"width": int(match[1]), "height": int(match[2])}
    if not isinstance(value, dict) or set(value) != {"width", "height"}:
        return None
    width, height = value["width"], value["height"]
    if type(width) is not int or type(height) is not int or not (100 <= width <= 7680 and 100 <= height <= 4320):
        return None
    return {"width": width, "height": height}


def _is_proxy(value: str) -> bool:
    if not value.isprintable() or " " in value:
        return False
    try:
        parts = urlsplit(value)
        return parts.scheme in {"http", "https", "socks5"} and bool(parts.hostname) and parts.port is not None
    except ValueError:
        return False


_SHAPES: dict[str, Callable[[str], bool]] = {
    "locale": lambda value: LOCALE.match(value) is not None,
    "timezone": lambda value: TIMEZONE.match(value) is not None,
    "user_agent": lambda value: 0 < len(value) <= 500 and value.isprintable(),
    "proxy": _is_proxy,
}


def _seconds(value: Any) -> str:
    fine = value is None or (type(value) is int and 1 <= value <= LONGEST_SECONDS)
    return "" if fine else f"Give whole seconds, 1 to {LONGEST_SECONDS}."


def _short_text(value: Any) -> str:
    fine = value is None or _is_text(value, 120)
    return "" if fine else "Give a text of at most 120 letters."


def _metadata(value: Any) -> str:
    fine = value is None or (isinstance(value, dict) and len(value) <= METADATA_KEYS)
    fine = fine and all(_is_text(key, 60) and _is_text(text, METADATA_LETTERS) for key, text in (value or {}).items())
    return "" if fine else f"Give at most {METADATA_KEYS} texts of at most {METADATA_LETTERS} letters."


_PLAIN: dict[str, Callable[[Any], str]] = {
    "pool": _short_text,
    "name": _short_text,
    "metadata": _metadata,
    "timeout": _seconds,
    "idle_timeout": _seconds,
    "keep_alive": lambda value: "" if value is None or isinstance(value, bool) else "Give true or false.",
    "record": lambda value: "" if value is None or value in RECORDS else f"Give {', '.join(RECORDS[:-1])} or all.",
}
