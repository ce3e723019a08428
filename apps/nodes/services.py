"""Rows of nodes and processes: made once by name, kept by leases."""

import fcntl
import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import transaction
from django.db.models import F

from apps.access.actor import Actor
from apps.access.staff import staff_only
from apps.audit.actions import Action
from apps.audit.record import record
from apps.core import clock
from apps.events import bus
from apps.nodes.models import Node, Process

SLOTS = 256


@dataclass(frozen=True)
class Slot:
    """A process's unique name on this machine, held by a lock on a file until the process ends, however it ends."""

    name: str
    lock: IO[str]


def take_slot(kind: Process.Kind, directory: Path) -> Slot:
    """The first free `<host>-<kind>-<n>`; the kernel frees it at the process's death, so restarts reuse the row."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    for number in range(SLOTS):
        file = (directory / f"{kind}-{number}.lock").open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            continue
        return Slot(f"{socket.gethostname()}-{kind}-{number}", file)
    raise RuntimeError(f"There are {SLOTS} processes of kind {kind} on this machine already.")


def register_process(kind: Process.Kind, slot: Slot) -> Process:
    """The row of this process under a new boot id; whatever ran under the name before is gone."""
    boot_id = f"{os.getpid()}-{secrets.token_hex(8)}"
    until = clock.now() + timedelta(seconds=settings.GRID.lease_seconds)
    process, _ = Process.objects.update_or_create(
        name=slot.name, defaults={"kind": kind, "boot_id": boot_id, "lease_expires_at": until}
    )
    return process


def renew_process(process: Process, now: datetime) -> bool:
    """False where another process has taken the name: this one must stop."""
    until = now + timedelta(seconds=settings.GRID.lease_seconds)
    return bool(Process.objects.filter(pk=process.pk, boot_id=process.boot_id).update(lease_expires_at=until))


def end_process(process: Process) -> None:
    """A clean farewell: the lease ends now."""
    Process.objects.filter(pk=process.pk, boot_id=process.boot_id).update(lease_expires_at=clock.now())


def forget_lapsed_processes(now: datetime) -> int:
    """Rows of processes silent for an hour. Returns how many."""
    return Process.objects.filter(lease_expires_at__lte=now - timedelta(hours=1)).delete()[0]


def ensure_node(name: str, *, provider: str, address: str) -> Node:
    """The row of a configured node; its address follows the configuration."""
    return Node.objects.update_or_create(name=name, defaults={"provider": provider, "address": address})[0]


def node_answered(node: Node, *, boot_id: str, max_browsers: int, facts: Mapping[str, Any], now: datetime) -> bool:
    """Renew the node's lease for it. True when it is a new boot: every browser of the former one is gone."""
    until = now + timedelta(seconds=settings.GRID.lease_seconds)
    is_new = Node.objects.filter(pk=node.pk).exclude(boot_id=boot_id).exists()
    Node.objects.filter(pk=node.pk).update(
        boot_id=boot_id, lease_expires_at=until, max_browsers=max_browsers, facts=dict(facts)
    )
    return is_new


def set_draining(node: Node, *, draining: bool, actor: Actor) -> None:
    """Whether new browsers may start there; those that run go on. Staff's alone. Repeatable."""
    staff_only(actor)
    with transaction.atomic():
        if Node.objects.filter(pk=node.pk).exclude(draining=draining).update(draining=draining):
            record(actor, Action.ROW_CHANGED, node, before={"draining": not draining}, after={"draining": draining})
            bus.hint_after_commit(bus.Topic.RECONCILE)
    node.draining = draining


def take_room(provider: str, now: datetime) -> Node | None:
    """Room for one browser on the emptiest live node of that provider, taken in the caller's transaction; else None."""
    fitting = Node.objects.filter(provider=provider, draining=False, lease_expires_at__gt=now)
    for node in fitting.filter(browsers__lt=F("max_browsers")).order_by("browsers", "name"):
        room = Node.objects.filter(pk=node.pk, browsers__lt=F("max_browsers"))
        if room.update(browsers=F("browsers") + 1):
            return node
    return None
