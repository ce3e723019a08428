"""What travels between the control plane and a node: frozen values, to and from JSON. Standard library only.

Reading is strict about types and ranges and forgiving about unknown keys, so that either side may be the newer one.
Nothing here opens a socket or starts a browser.
"""

import hashlib
import ipaddress
import json
import re
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import unquote, urlsplit

from browser_node.arguments import ArgumentRefused, check_arguments
from browser_node.fields import InvalidSpec as InvalidSpec  # noqa: PLC0414 - importers know it from here
from browser_node.fields import (
    present,
    read_flag,
    read_matching,
    read_number,
    read_object,
    read_text,
    read_texts,
)
from browser_node.wire_capture import CaptureWish

INSTANCE_ID = re.compile(r"[0-9a-f-]{36}-[0-9]{1,9}")
CONNECTION_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LAUNCH = re.compile(r"[A-Za-z0-9_-]{1,128}")
_LOCALE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}")
_TIMEZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,31}(/[A-Za-z0-9_+-]{1,31}){0,2}")
_USER_AGENT = re.compile(r"[\x20-\x7e]{1,512}")
_HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?\.?")


class Phase(StrEnum):
    STARTING = "starting"  # asked for; not yet answering with the launch that was asked for
    RUNNING = "running"  # answers CDP
    STOPPING = "stopping"  # being closed, killed and wiped; afterwards it is no longer listed
    FAILED = "failed"  # no process left; listed with its reason until deleted


class Reason(StrEnum):
    NONE = ""
    BROWSER_CRASHED = "browser_crashed"
    OUT_OF_MEMORY = "out_of_memory"
    START_TIMEOUT = "start_timeout"
    BROWSER_UNREACHABLE = "browser_unreachable"


class Fact(StrEnum):
    """What a node tells on a side channel without being asked."""

    CRASHED = "crashed"
    FROZEN = "frozen"
    THAWED = "thawed"


@dataclass(frozen=True, slots=True)
class Viewport:
    width: int = 1280
    height: int = 720


@dataclass(frozen=True, slots=True)
class UpstreamProxy:
    """A proxy of the user's own, which the node's forwarding proxy chains to."""

    host: str
    port: int
    username: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class LaunchOptions:
    viewport: Viewport = field(default_factory=Viewport)
    headless: bool = True
    args: tuple[str, ...] = ()
    locale: str = ""
    timezone: str = ""
    user_agent: str = ""
    proxy: str = field(default="", repr=False)  # may hold a password

    @property
    def upstream_proxy(self) -> UpstreamProxy | None:
        return parse_proxy(self.proxy) if self.proxy else None


@dataclass(frozen=True, slots=True)
class Egress:
    allow: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LaunchSpec:
    """What `PUT /browsers/{instance_id}` asks for."""

    instance_id: str
    credential: str = field(repr=False)
    launch: str
    options: LaunchOptions = field(default_factory=LaunchOptions)
    egress: Egress = field(default_factory=Egress)
    prepare: bool = False
    start_timeout_seconds: float = 60.0
    capture: CaptureWish = field(default_factory=CaptureWish)  # from its first page on; later by PUT …/capture

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json_text(cls, text: bytes) -> "LaunchSpec":
        """Raises InvalidSpec, also for what is no JSON."""
        try:
            return cls.from_json(json.loads(text))
        except (ValueError, RecursionError) as error:
            if isinstance(error, InvalidSpec):
                raise
            raise InvalidSpec("body", "is not JSON") from error

    @classmethod
    def from_json(cls, data: Any) -> "LaunchSpec":
        """Raises InvalidSpec."""
        spec = read_object(data, "body")
        instance_id = read_text(spec, "instance_id")
        if not is_instance_id(instance_id):
            raise InvalidSpec("instance_id", "must be <session uuid>-<incarnation>")
        credential = read_text(spec, "credential", limit=512)
        if len(credential) < 16:
            raise InvalidSpec("credential", "must have at least 16 characters")
        launch = read_text(spec, "launch", limit=128)
        if _LAUNCH.fullmatch(launch) is None:
            raise InvalidSpec("launch", "must be a hash")
        timeout = read_number(spec, "start_timeout_seconds", 60.0, least=1.0, most=600.0)
        allow = read_texts(read_object(present(spec, "egress"), "egress"), "allow", limit=256)
        for entry in allow:
            check_egress_entry(entry)
        return cls(
            instance_id=instance_id,
            credential=credential,
            launch=launch,
            options=options_from_json(present(spec, "options")),
            egress=Egress(allow),
            prepare=read_flag(spec, "prepare", default=False),
            start_timeout_seconds=timeout,
            capture=CaptureWish.from_json(present(spec, "capture")),
        )


@dataclass(frozen=True, slots=True)
class Observed:
    """One browser as the node sees it."""

    instance_id: str
    phase: Phase
    launch: str
    alive: bool = False  # it answered lately
    frozen: bool = False
    reason: Reason = Reason.NONE
    detail: str = ""
    browser: str = ""
    protocol_version: str = ""
    user_agent: str = ""
    v8_version: str = ""
    webkit_version: str = ""
    connections: int = 0
    memory_bytes: int = 0
    cpu_seconds: float = 0.0
    prepared: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Any) -> "Observed":
        seen = read_object(data, "browser")
        known = {name: seen[name] for name in cls.__dataclass_fields__ if name in seen}
        known["phase"] = Phase(known["phase"])
        known["reason"] = Reason(known.get("reason", ""))
        return cls(**known)


@dataclass(frozen=True, slots=True)
class Observation:
    """All browsers of a node at one moment; `version` grows with every change worth hearing of."""

    boot_id: str
    browsers: tuple[Observed, ...]
    version: int = 0

    def to_json(self) -> dict[str, Any]:
        return {
            "boot_id": self.boot_id,
            "version": self.version,
            "browsers": [browser.to_json() for browser in self.browsers],
        }

    @classmethod
    def from_json(cls, data: Any) -> "Observation":
        seen = read_object(data, "body")
        browsers = tuple(Observed.from_json(browser) for browser in seen["browsers"])
        return cls(str(seen["boot_id"]), browsers, int(seen.get("version", 0)))


@dataclass(frozen=True, slots=True)
class NodeHealth:
    name: str
    boot_id: str
    ok: bool
    max_browsers: int
    browsers: int
    memory_total: int
    memory_available: int

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Any) -> "NodeHealth":
        seen = read_object(data, "body")
        return cls(**{name: seen[name] for name in cls.__dataclass_fields__})


def is_instance_id(text: str) -> bool:
    return INSTANCE_ID.fullmatch(text) is not None


def launch_hash(options: LaunchOptions, egress: Egress) -> str:
    """Names one way of launching: equal exactly when every option and the egress list are equal."""
    canonical = json.dumps({"options": asdict(options), "egress": asdict(egress)}, sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]


def options_from_json(data: Any) -> LaunchOptions:
    """Checked launch options; raises InvalidSpec naming what is wrong."""
    options = read_object(data, "options")
    size = read_object(present(options, "viewport"), "viewport")
    viewport = Viewport(
        int(read_number(size, "width", 1280, least=64, most=7680)),
        int(read_number(size, "height", 720, least=64, most=4320)),
    )
    headless = read_flag(options, "headless", default=True)
    if not headless:
        raise InvalidSpec("headless", "browsers with a window are not available on this node")
    args = read_texts(options, "args", limit=1024)
    try:
        check_arguments(args)
    except ArgumentRefused as refusal:
        raise InvalidSpec("args", str(refusal)) from refusal
    proxy = read_text(options, "proxy", default="", limit=1024)
    if proxy:
        parse_proxy(proxy)
    return LaunchOptions(
        viewport=viewport,
        headless=headless,
        args=args,
        locale=read_matching(options, "locale", _LOCALE, "must be a language tag such as de-DE"),
        timezone=read_matching(options, "timezone", _TIMEZONE, "must be a time zone such as Europe/Berlin"),
        user_agent=read_matching(options, "user_agent", _USER_AGENT, "must be at most 512 printable ASCII characters"),
        proxy=proxy,
    )


def parse_proxy(text: str) -> UpstreamProxy:
    """`http://user:password@host:port`; the password never appears in an error."""
    try:
        url = urlsplit(text)
        host, port = url.hostname or "", url.port
    except ValueError as error:
        raise InvalidSpec("proxy", "is not a URL") from error
    if url.scheme != "http":
        raise InvalidSpec("proxy", "must be of the form http://user:password@host:port")
    if not is_host(host) or url.path not in ("", "/") or url.query or url.fragment:
        raise InvalidSpec("proxy", "must be of the form http://user:password@host:port")
    username, password = unquote(url.username or ""), unquote(url.password or "")
    if not all(character.isprintable() for character in username + password):
        raise InvalidSpec("proxy", "holds characters that no credential may have")
    return UpstreamProxy(host, port or 80, username, password)


def is_host(text: str) -> bool:
    """A DNS name, an IPv4 address or an IPv6 address without brackets."""
    return _HOST.fullmatch(text) is not None or is_address(text)


def is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def check_egress_entry(entry: str) -> None:
    """`host`, `host:port`, `[v6]:port`, `*:port` or a network; raises InvalidSpec."""
    parse_egress_entry(entry)


def parse_egress_entry(entry: str) -> tuple[str, int | None]:
    """Host (or `*`, or a network in slash form) and port of an entry of the allow-list."""
    text = entry.strip().lower()
    if "/" in text:
        try:
            ipaddress.ip_network(text, strict=False)
        except ValueError as error:
            raise InvalidSpec("egress.allow", f"{entry!r} is not a network") from error
        return text, None
    bare = text.removeprefix("[").removesuffix("]")
    if is_address(bare):
        return bare, None
    host, colon, port = text.rpartition(":")
    if not colon:
        host, port = text, ""
    host = host.removeprefix("[").removesuffix("]") if host.startswith("[") else host
    number = int(port) if port.isascii() and port.isdigit() else 0
    if colon and not 0 < number < 65536:
        raise InvalidSpec("egress.allow", f"{entry!r} has no valid port")
    if not (is_host(host) or (host == "*" and colon)):
        raise InvalidSpec("egress.allow", f"{entry!r} is not host[:port], *:port or a network")
    return host.rstrip("."), number or None
