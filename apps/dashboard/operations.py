"""The home page of those who run the grid: system pools with their strips, a few figures, what needs attention."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse

from apps.access.actor import Actor
from apps.access.staff import staff_only
from apps.dashboard.pools import PoolCard, pool_cards
from apps.dashboard.system import NodeRow, checks, dispatcher_lag, node_row, size
from apps.nodes.installation import disk
from apps.nodes.queries import all_nodes
from apps.sessions.queries import queued_by_pool
from apps.sessions.readiness import readiness
from apps.tasks.queries import failed_lately, stuck_lately

LOW_DISK = 2 * 1024**3
LONG = timedelta(minutes=10)  # for a background task


@dataclass(frozen=True)
class Matter:
    """Something to look at. `state` is one of the session states, for its glyph."""

    state: str
    what: str
    advice: str
    url: str


@dataclass(frozen=True)
class Operations:
    cards: list[PoolCard]
    matters: list[Matter]
    figures: list[tuple[str, str, str]]  # label, value, note


def operations(actor: Actor, now: datetime) -> Operations:
    """Raises NotFound for all but staff."""
    staff_only(actor)
    cards = [card for card in pool_cards(actor, now) if card.is_system]
    nodes = [node_row(node, now) for node in all_nodes()]
    waiting = queued_by_pool(now)
    room = sum(node.max_browsers for node in nodes if node.is_alive)
    taken = sum(node.browsers for node in nodes)
    figures = [
        ("In use", str(sum(card.in_use for card in cards)), "in system pools"),
        ("Ready", str(sum(card.ready for card in cards)), "warm and unclaimed"),
        ("Waiting", str(sum(waiting.values())), "claims in queues"),
        ("Room", f"{taken} of {room}", f"on {len(nodes)} node{'' if len(nodes) == 1 else 's'}"),
    ]
    return Operations(cards, [*_matters(cards, nodes, now)], figures)


def _matters(cards: list[PoolCard], nodes: list[NodeRow], now: datetime) -> Iterator[Matter]:
    status = reverse("dashboard:status")
    for check in checks(readiness()):
        if check.state != "completed":
            yield Matter(check.state, f"{check.label}: {check.answer}", "See what else is affected.", status)
    for node in nodes:
        yield from _of_node(node, status)
    if (lag := dispatcher_lag(now)).is_bad:  # the reconciler's is among the checks
        yield Matter("error", f"{lag.name}: {lag.value}", lag.sentence, status)
    for card in cards:
        if card.is_paused:
            yield Matter("paused", f"The pool {card.name} is paused", "Resume it to take claims again.", card.url)
    yield from _of_tasks(now)
    room = disk()
    if room.free_bytes < LOW_DISK:
        yield Matter("error", f"Only {size(room.free_bytes)} are free on the disk", room.path, status)


def _of_node(node: NodeRow, status: str) -> Iterator[Matter]:
    if not node.is_alive:
        yield Matter("error", f"The node {node.name} is silent", "Its sessions end as lost. Is it running?", status)
    elif node.is_draining:
        yield Matter("paused", f"The node {node.name} drains", "No browser starts there until you undrain it.", status)
    elif node.is_low:
        yield Matter("timed_out", f"The node {node.name} is short of memory", node.memory, status)


def _of_tasks(now: datetime) -> Iterator[Matter]:
    tasks = reverse("dashboard:tasks")
    if failed := failed_lately(now):
        what = f"{failed} background run{'' if failed == 1 else 's'} failed in the last hour"
        yield Matter("error", what, "The tasks page has the first line of each error.", tasks)
    if stuck := stuck_lately(now, LONG):
        what = f"{stuck} background run{'' if stuck == 1 else 's'} began long ago and did not end"
        yield Matter("timed_out", what, "Its worker may have died.", tasks)
