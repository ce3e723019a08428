"""What runs, with which command line and environment, in which order, and how one sees that it is ready. Pure.

Secrets travel by environment alone: command lines are readable by every user of the machine.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from browsergrid.supervisor.redis_server import redis_command

# What the control plane knows and a node must not: it runs other people's pages.
_CONTROL_PLANE = ("DATABASE_URL", "REDIS_URL", "DJANGO_", "BROWSERGRID_", "CELERY_", "PG", "AWS_")


class Part(StrEnum):
    REDIS = "redis"
    NODE = "node"
    WEB = "web"
    WORKER = "worker"
    WATCHER = "watcher"


class Chore(StrEnum):
    """Done once at the start, in the supervisor's own process."""

    DATABASE = "database"
    STATIC_FILES = "static"
    FIRST_PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class RedisProbe:
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class HttpProbe:
    """`address` is unix:/path or host:port. Ready when GET answers 200."""

    address: str
    path: str
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)


Probe = RedisProbe | HttpProbe


@dataclass(frozen=True, slots=True)
class Child:
    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    probe: Probe | None = None
    ready_seconds: float = 60.0
    stop_seconds: float = 10.0  # between SIGTERM and SIGKILL


@dataclass(frozen=True, slots=True)
class Stage:
    """Its chores run one after another beside its children; all are done and ready before the next stage begins."""

    chores: tuple[Chore, ...] = ()
    children: tuple[Child, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    stages: tuple[Stage, ...]

    @property
    def children(self) -> tuple[Child, ...]:
        return tuple(child for stage in self.stages for child in stage.children)


@dataclass(frozen=True, slots=True)
class Installation:
    """The facts that a plan rests on."""

    python: str
    base_dir: Path
    data_dir: Path
    run_dir: Path
    bind: str
    port: int
    drain_seconds: float
    redis_url: str = field(repr=False)
    redis_program: str  # empty: REDIS_URL names a server that is not ours
    database_url: str = field(repr=False)
    node_name: str = "local"
    node_address: str = ""
    node_key: str = field(default="", repr=False)
    max_browsers: int = 0
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)


def make_plan(installation: Installation, *, parts: Collection[Part] = tuple(Part)) -> Plan:
    """The stages, with those of the parts that are wanted."""
    here = installation
    ours = dict(here.environment) | {
        "BROWSERGRID_DATA_DIR": str(here.data_dir),
        "BROWSERGRID_PORT": str(here.port),
        "PYTHONUNBUFFERED": "1",
    }
    redis: tuple[Child, ...] = ()
    if Part.REDIS in parts and here.redis_program:
        redis = (
            Child(
                name=Part.REDIS,
                command=redis_command(here.redis_program, here.run_dir, here.data_dir),
                environment=_bare(here.environment),
                probe=RedisProbe(here.redis_url),
                ready_seconds=20,
            ),
        )
    applications = {
        Part.WEB: Child(
            name=Part.WEB,
            command=_web_command(here),
            environment=ours,
            probe=HttpProbe(f"{_reachable(here.bind)}:{here.port}", "/readyz"),
            stop_seconds=here.drain_seconds + 5,
        ),
        Part.WORKER: Child(
            name=Part.WORKER,
            command=(
                *(here.python, "-m", "celery", "--quiet", "-A", "browsergrid", "worker"),
                *("-P", "threads", "-c", "4", "-B", "-l", "INFO", "--without-gossip", "--without-mingle"),
                *("-Q", "celery,reconcile"),
            ),
            # As root it would warn at length, about pickle, which we do not use.
            environment=ours | {"PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges"},
        ),
        Part.WATCHER: Child(name=Part.WATCHER, command=(here.python, "manage.py", "watch"), environment=ours),
    }
    return Plan(
        stages=(
            Stage(children=redis),
            Stage(
                chores=tuple(Chore),
                children=(_node(here),) if Part.NODE in parts else (),
            ),
            Stage(children=tuple(child for part, child in applications.items() if part in parts)),
        )
    )


def _web_command(here: Installation) -> tuple[str, ...]:
    return (
        *(here.python, "-m", "uvicorn", "browsergrid.asgi:application", "--host", here.bind, "--port", str(here.port)),
        *("--ws", "splice.protocol:SpliceProtocol", "--ws-max-size", str(1024 * 1024), "--loop", "uvloop"),
        *("--http", "splice.entrance:Entrance", "--lifespan", "on", "--no-proxy-headers", "--no-server-header"),
        # Our own access lines carry no query; uvicorn's do, and with it tokens.
        *("--no-access-log", "--log-level", "warning"),
        *("--timeout-graceful-shutdown", str(max(1, round(here.drain_seconds)))),
    )


def _node(here: Installation) -> Child:
    settings = {
        "BROWSERGRID_NODE_NAME": here.node_name,
        "BROWSERGRID_NODE_LISTEN": here.node_address,
        "BROWSERGRID_NODE_KEY": here.node_key,
        "BROWSERGRID_NODE_DIR": str(here.data_dir / "node"),
        "BROWSERGRID_NODE_BLOCKED": ",".join(blocked_by_node(here)),
        "BROWSERGRID_NODE_LOG": "pretty",
        "PYTHONUNBUFFERED": "1",
    }
    if here.max_browsers:
        settings["BROWSERGRID_NODE_MAX_BROWSERS"] = str(here.max_browsers)
    kept = {
        name: value
        for name, value in here.environment.items()
        if name.startswith("BROWSERGRID_NODE_") or name == "BROWSERGRID_ALLOW_NO_SANDBOX"
    }
    return Child(
        name=Part.NODE,
        command=(here.python, "-m", "browser_node"),
        environment=_bare(here.environment) | kept | settings,
        probe=HttpProbe(here.node_address, "/health", (("Authorization", f"Bearer {here.node_key}"),)),
        stop_seconds=20,
    )


def blocked_by_node(here: Installation) -> list[str]:
    """Our own doors: no browser reaches them, whatever its egress list allows."""
    blocked = [f"{host}:{here.port}" for host in ("localhost", "127.0.0.1", "[::1]")]
    if here.bind not in {"127.0.0.1", "localhost", "::1"}:
        blocked.append(f"{_bracketed(here.bind)}:{here.port}")
    for url, usual_port in ((here.redis_url, 6379), (here.database_url, 5432)):
        parts = urlsplit(url)
        if parts.hostname and parts.scheme != "unix":
            blocked.append(f"{_bracketed(parts.hostname)}:{parts.port or usual_port}")
    return blocked


def _bare(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if not name.startswith(_CONTROL_PLANE)}


def _reachable(bind: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(bind, _bracketed(bind))  # noqa: S104


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
