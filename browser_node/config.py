"""The configuration of a node, read from the environment once; nothing else in the package reads it."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from browser_node import memory
from browser_node.wire import is_host

_MEBIBYTE = 1024 * 1024
_KEPT_FREE_BYTES = 1536 * _MEBIBYTE  # for the system and the control plane beside us
_PER_BROWSER_BYTES = 350 * _MEBIBYTE
_MOST_PER_CORE = 4
_RECORDER = Path(__file__).parents[1] / "static" / "player" / "built" / "rrweb-record.js"

# What a browser's processes inherit: /proc/1/environ of its walls is readable for a page that breaks out of Chromium.
# The last is a mark by which whoever started us finds what we left behind.
_HANDED_ON = frozenset({"PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "BROWSERGRID_FAMILY"})


class ConfigurationError(ValueError):
    """The environment does not describe a node; says which variable and what it should be."""


@dataclass(frozen=True, slots=True)
class Listen:
    """A unix socket's path, or a host and a port."""

    path: str = ""
    host: str = ""
    port: int = 0


@dataclass(frozen=True, slots=True)
class HostPort:
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Config:
    name: str
    listen: Listen
    key: str = field(repr=False)
    directory: Path
    max_browsers: int
    chromium: str = ""  # empty: search
    allow_no_sandbox: bool = False
    blocked: tuple[HostPort, ...] = ()  # what no browser ever reaches, whatever its egress list says
    log_format: str = "json"
    recorder: Path = _RECORDER  # rrweb's recorder, as npm built it
    capture_bytes: int = 512 * _MEBIBYTE  # of one browser, kept here until it is fetched
    files_bytes: int = 1024 * _MEBIBYTE  # of one browser's downloads, and the same of its uploads
    die_with_parent: bool = False
    boot_id: str = field(default_factory=lambda: secrets.token_hex(8))


def handed_on(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables for processes that browsers live among: no key of ours, nothing of the operator's."""
    return {name: value for name, value in environment.items() if name in _HANDED_ON}


def read_config(environment: Mapping[str, str] = os.environ) -> Config:
    """Raises ConfigurationError."""
    key = environment.get("BROWSERGRID_NODE_KEY", "")
    if len(key) < 16:
        raise ConfigurationError("BROWSERGRID_NODE_KEY must be set to a secret of at least 16 characters")
    directory = environment.get("BROWSERGRID_NODE_DIR", "")
    if not directory:
        raise ConfigurationError("BROWSERGRID_NODE_DIR must name the directory for the browsers' files")
    listen = parse_listen(environment.get("BROWSERGRID_NODE_LISTEN", "127.0.0.1:9000"))
    blocked = parse_blocked(environment.get("BROWSERGRID_NODE_BLOCKED", ""))
    if listen.port:
        blocked = (*blocked, HostPort("127.0.0.1", listen.port))
    log_format = environment.get("BROWSERGRID_NODE_LOG", "json")
    if log_format not in ("json", "pretty"):
        raise ConfigurationError("BROWSERGRID_NODE_LOG must be json or pretty")
    return Config(
        name=environment.get("BROWSERGRID_NODE_NAME", "") or "local",
        listen=listen,
        key=key,
        directory=Path(directory).absolute(),
        max_browsers=_max_browsers(environment.get("BROWSERGRID_NODE_MAX_BROWSERS", "")),
        chromium=environment.get("BROWSERGRID_NODE_CHROMIUM", ""),
        allow_no_sandbox=_switch(environment, "BROWSERGRID_ALLOW_NO_SANDBOX"),
        blocked=blocked,
        log_format=log_format,
        recorder=Path(environment.get("BROWSERGRID_NODE_RECORDER", "") or _RECORDER),
        capture_bytes=_mebibytes(environment, "BROWSERGRID_NODE_CAPTURE_MB", 512),
        files_bytes=_mebibytes(environment, "BROWSERGRID_NODE_FILES_MB", 1024),
        die_with_parent=_switch(environment, "BROWSERGRID_NODE_DIE_WITH_PARENT"),
    )


def parse_listen(text: str) -> Listen:
    if text.startswith("unix:"):
        path = text.removeprefix("unix:").removeprefix("//")
        if not path.startswith("/"):
            raise ConfigurationError("BROWSERGRID_NODE_LISTEN: the path of a unix socket must be absolute")
        return Listen(path=path)
    where = _host_port(text)
    if where is None:
        raise ConfigurationError("BROWSERGRID_NODE_LISTEN must be unix:/path or host:port")
    return Listen(host=where.host, port=where.port)


def parse_blocked(text: str) -> tuple[HostPort, ...]:
    entries = []
    for entry in filter(None, (part.strip() for part in text.split(","))):
        where = _host_port(entry)
        if where is None:
            raise ConfigurationError(f"BROWSERGRID_NODE_BLOCKED: {entry!r} is not host:port")
        entries.append(where)
    return tuple(entries)


def default_max_browsers(memory_limit: int, cores: int) -> int:
    room = (memory_limit - _KEPT_FREE_BYTES) // _PER_BROWSER_BYTES
    return max(1, min(room, _MOST_PER_CORE * cores))


def _max_browsers(text: str) -> int:
    if not text:
        return default_max_browsers(memory.read_memory().limit, memory.usable_cores())
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 1000):
        raise ConfigurationError("BROWSERGRID_NODE_MAX_BROWSERS must be a number from 1 to 1000")
    return int(text)


def _mebibytes(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name, "") or str(default)
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 1024 * 1024):
        raise ConfigurationError(f"{name} must be a number of megabytes from 1 to 1048576")
    return int(text) * _MEBIBYTE


def _switch(environment: Mapping[str, str], name: str) -> bool:
    value = environment.get(name, "").lower()
    if value in ("", "0", "false", "no"):
        return False
    if value in ("1", "true", "yes"):
        return True
    raise ConfigurationError(f"{name} must be 1 or 0")


def _host_port(text: str) -> HostPort | None:
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not is_host(host) or not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        return None
    return HostPort(host.lower(), int(port))
