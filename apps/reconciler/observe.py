"""Looking: one question a provider, in the background, so that a silent node never holds up a tick.

Doubts are counted here: a browser is lost only after several failed looks over time enough *and* a second signal.
"""

import time
from collections.abc import Collection, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from apps.nodes.models import Node
from apps.pools.models import ProviderConfiguration
from apps.pools.provider import provider_for
from apps.providers.contract import BrowserRef, Observation, ProviderUnavailable

FAILED_LOOKS = 3
FAILED_SECONDS = 15.0


@dataclass
class Doubts:
    """Failed looks in a row, by place."""

    since: dict[str, float] = field(default_factory=dict)
    looks: dict[str, int] = field(default_factory=dict)

    def record(self, place: str, *, answered: bool) -> None:
        if answered:
            self.since.pop(place, None)
            self.looks.pop(place, None)
            return
        self.since.setdefault(place, time.monotonic())
        self.looks[place] = self.looks.get(place, 0) + 1

    def is_given_up(self, place: str) -> bool:
        began = self.since.get(place)
        return (
            began is not None
            and self.looks.get(place, 0) >= FAILED_LOOKS
            and time.monotonic() - began >= FAILED_SECONDS
        )


class Observer:
    """One look at a time per provider configuration."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="observe")
        self._running: dict[object, Future[dict[BrowserRef, Observation] | None]] = {}
        self.doubts = Doubts()

    def look(
        self, wanted: Iterable[tuple[ProviderConfiguration, Collection[BrowserRef]]], *, patience_seconds: float
    ) -> dict[BrowserRef, Observation]:
        """What could be learnt within the patience; the answer of a slow provider serves the next tick."""
        asked: list[tuple[Future[dict[BrowserRef, Observation] | None], Collection[BrowserRef]]] = []
        for configuration, refs in wanted:
            future = self._running.get(configuration.pk)
            if future is None or future.done():
                future = self._threads.submit(_observe, configuration, tuple(refs))
                self._running[configuration.pk] = future
                asked.append((future, refs))
        deadline = time.monotonic() + patience_seconds
        seen: dict[BrowserRef, Observation] = {}
        for future, refs in asked:
            try:
                found = future.result(timeout=max(deadline - time.monotonic(), 0.0))
            except TimeoutError:
                found = None
            for place in {ref.place for ref in refs}:
                answered = found is not None and any(ref.place == place for ref in found)
                self.doubts.record(place, answered=answered)
            seen |= found or {}
        return seen

    def is_lost(self, place: str, now: datetime) -> bool:
        """Given up by looking, and its lease has lapsed too."""
        if not self.doubts.is_given_up(place):
            return False
        return not Node.objects.filter(name=place, lease_expires_at__gt=now).exists()


def _observe(
    configuration: ProviderConfiguration, refs: tuple[BrowserRef, ...]
) -> dict[BrowserRef, Observation] | None:
    try:
        return dict(provider_for(configuration).observe(refs))
    except ProviderUnavailable:
        return None
    finally:
        connection.close()
