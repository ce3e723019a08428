"""How the installation is, for the status page: checks in words, processes, nodes, lags, queues, what it stands on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError

from apps.dashboard.spans import took
from apps.events.queries import unnumbered
from apps.nodes.installation import Database, database, disk, versions
from apps.nodes.leases import lease_end
from apps.nodes.models import Node
from apps.nodes.queries import all_nodes, all_processes
from apps.sessions.readiness import DEGRADED, OK, RECONCILER, failing, readiness
from apps.tasks.broker import broker

LABELS = {
    "database": ("Database", "Answers."),
    "migrations": ("Migrations", "All are applied."),
    "guards": ("Guards", "The database's own rules are in force."),
    "reconciler": ("Reconciler", "Holds its lease and ticks."),
    "redis": ("Redis", "Answers."),
}
AWAY = "Does not answer: live pages and claims go on, a little slower."
SLOW_EVENTS = 5.0  # seconds that an event may wait for its number
LOW_DISK = 2 * 1024**3
LOW_MEMORY = 0.1  # of the node's


@dataclass(frozen=True)
class Check:
    """`state` is one of the session states, for its glyph: completed, timed_out (degraded), error."""

    name: str
    label: str
    answer: str
    state: str


@dataclass(frozen=True)
class Part:
    name: str
    kind: str
    until: datetime
    is_alive: bool


@dataclass(frozen=True)
class NodeRow:
    name: str
    provider: str
    browsers: int
    max_browsers: int
    is_alive: bool
    is_draining: bool
    until: datetime | None
    memory: str
    is_low: bool

    @property
    def word(self) -> str:
        if not self.is_alive:
            return "Silent"
        return "Draining" if self.is_draining else "Up"

    @property
    def state(self) -> str:
        if not self.is_alive:
            return "error"
        return "paused" if self.is_draining else "completed"


@dataclass(frozen=True)
class Lag:
    name: str
    value: str
    sentence: str
    is_bad: bool


@dataclass(frozen=True)
class Fact:
    name: str
    value: str
    note: str = ""
    is_bad: bool = False


def short_status(checks: dict[str, str]) -> Check:
    """For everybody: whether it works, without what is inside."""
    if failing(checks):
        return Check("grid", "BrowserGrid does not work fully now", "Those who look after it see why.", "error")
    if DEGRADED in checks.values():
        return Check("grid", "BrowserGrid works, a little slower than usual", "Nothing is lost by it.", "timed_out")
    return Check("grid", "BrowserGrid is up", "Claims are answered.", "completed")


def status(now: datetime) -> dict[str, Any]:
    """All of it. A database that does not answer leaves the checks, which say so."""
    answers = readiness()
    overall = short_status(answers)
    if failing(answers):
        overall = replace(overall, answer="The checks below say why.")
    told: dict[str, Any] = {"overall": overall, "checks": checks(answers)}
    if answers["database"] != OK:
        return told
    reached = broker()
    try:
        return told | {
            "processes": [*parts(now)],
            "nodes": [node_row(node, now) for node in all_nodes()],
            "lags": [reconciler_lag(now), dispatcher_lag(now)],
            "broker": reached,
            "ground": ground(database(), reached.version, reached.memory_bytes, reached.answered_ms),
            "versions": versions(),
        }
    except DatabaseError:
        return told


def checks(answers: dict[str, str]) -> list[Check]:
    found = []
    for name, answer in answers.items():
        label, fine = LABELS.get(name, (name.capitalize(), "Fine."))
        if answer == OK:
            found.append(Check(name, label, fine, "completed"))
        elif answer == DEGRADED:
            found.append(Check(name, label, AWAY, "timed_out"))
        else:
            found.append(Check(name, label, f"{answer[:1].upper()}{answer[1:]}.", "error"))
    return found


def parts(now: datetime) -> Iterator[Part]:
    for process in all_processes():
        yield Part(process.name, process.kind, process.lease_expires_at, process.lease_expires_at > now)


def node_row(node: Node, now: datetime) -> NodeRow:
    total, free = node.facts.get("memory_total"), node.facts.get("memory_available")
    known = isinstance(total, int) and isinstance(free, int) and total > 0
    return NodeRow(
        name=node.name,
        provider=node.provider,
        browsers=node.browsers,
        max_browsers=node.max_browsers,
        is_alive=node.lease_expires_at is not None and node.lease_expires_at > now,
        is_draining=node.draining,
        until=node.lease_expires_at,
        memory=f"{size(free)} of {size(total)} free" if known else "–",
        is_low=known and free < LOW_MEMORY * total,
    )


def reconciler_lag(now: datetime) -> Lag:
    until = lease_end(RECONCILER)
    sentence = "Since the reconciler's last tick; it makes and ends every browser."
    if until is None:
        return Lag("Reconciler", "nobody ticks", sentence, is_bad=True)
    ticked = until - timedelta(seconds=settings.GRID.reconciler_lease_seconds)
    seconds = max((now - ticked).total_seconds(), 0.0)
    return Lag("Reconciler", took(seconds), sentence, is_bad=seconds > settings.GRID.reconciler_lease_seconds)


def dispatcher_lag(now: datetime) -> Lag:
    number, first = unnumbered()
    seconds = max((now - first).total_seconds(), 0.0) if first else 0.0
    said = "1 event waits" if number == 1 else f"{number} events wait"
    sentence = f"{said} to be numbered; live pages hear of {'it' if number == 1 else 'them'} after that."
    return Lag("Dispatcher", took(seconds) if number else "0 ms", sentence, is_bad=seconds > SLOW_EVENTS)


def ground(base: Database, redis: str, redis_bytes: int, redis_ms: float) -> Iterable[Fact]:
    room = disk()
    more = "" if room.is_whole else " or more"
    answered = f"{size(redis_bytes)}, answers in {redis_ms:.1f} ms" if redis else "claims and pages go on without it"
    return [
        Fact("Database", size(base.size_bytes), f"{base.vendor} {base.version}"),
        Fact("Redis", redis or "away", answered, is_bad=not redis),
        Fact("Data directory", f"{size(room.used_bytes)}{more}", room.path),
        Fact("Disk", f"{size(room.free_bytes)} free", f"of {size(room.total_bytes)}", room.free_bytes < LOW_DISK),
    ]


def size(number: float) -> str:
    """`512 B`, `1.4 MiB`."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if number < 1024:
            return f"{number:.0f} {unit}" if unit == "B" or number >= 100 else f"{number:.1f} {unit}"
        number /= 1024
    return f"{number:.1f} TiB"
