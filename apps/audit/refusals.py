"""Refused authorisations: the first of a kind is written at once, the rest of its minute as one number.

So that whoever knocks all night fills no disk, and is seen nevertheless.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import DatabaseError, transaction

from apps.access.actor import Actor
from apps.audit.actions import Action
from apps.audit.record import record

WINDOW = 60.0  # seconds
MOST_KINDS = 200  # that are told apart in a minute; all further ones are one kind
OTHERS = ("", "", "")


@dataclass
class _Kind:
    since: float
    untold: int = 0


class Refusals:
    """One per process."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._kinds: dict[tuple[str, str, str], _Kind] = {}

    def count(self, actor: Actor, code: str) -> int:
        """How many refusals are to be told of now, this one among them; 0: later."""
        now = self._monotonic()
        with self._lock:
            kind = (actor.credential, actor.address, code)
            if kind not in self._kinds and len(self._kinds) >= MOST_KINDS:
                self._forget(now)
                kind = kind if len(self._kinds) < MOST_KINDS else OTHERS
            known = self._kinds.get(kind)
            if known is not None and now - known.since < WINDOW:
                known.untold += 1
                return 0
            self._kinds[kind] = _Kind(now)
            return 1 + (known.untold if known is not None else 0)

    def _forget(self, now: float) -> None:
        """Kinds that are over; what they had left to tell is lost with the last minute of a storm."""
        self._kinds = {kind: seen for kind, seen in self._kinds.items() if now - seen.since < WINDOW}


_of_this_process = Refusals()


def refused(actor: Actor, *, code: str, method: str, path: str, refusals: Refusals = _of_this_process) -> None:
    """Never raises: a refusal stays one when the audit cannot be written. `path` must be without its query."""
    times = refusals.count(actor, code)
    if not times:
        return
    try:
        with transaction.atomic():
            after = {"reason": code, "method": method, "path": path, "times": times}
            record(actor, Action.ACCESS_REFUSED, after=after)
    except DatabaseError:
        return
