"""Looking: one question a provider, in the background, so that a silent node never holds up a tick.

Doubts are counted here: a browser is lost only after several failed looks over time enough *and* a second signal.
"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event, Thread

from django.db import connection

from apps.nodes.models import Node
from apps.providers.contract import BrowserRef, Observation, Provider, ProviderUnavailable

logger = logging.getLogger(__name__)

FAILED_LOOKS = 3
FAILED_SECONDS = 15.0
LATE_SECONDS = 2.0  # a look that has not come back by then counts as failed, until it does


@dataclass(frozen=True)
class Question:
    """What is to be looked at: a provider by a name of its own, and the browsers that should be there."""

    provider_id: object
    provider: Provider
    refs: frozenset[BrowserRef]

    @property
    def places(self) -> set[str]:
        return {ref.place for ref in self.refs}


@dataclass(frozen=True)
class Sight:
    seen: Observation
    looked_at: float  # the look began then, by the monotonic clock


Sights = Mapping[tuple[object, BrowserRef], Sight]


@dataclass
class Doubts:
    """Failed looks in a row, by provider and place."""

    monotonic: Callable[[], float] = time.monotonic
    since: dict[tuple[object, str], float] = field(default_factory=dict)
    looks: dict[tuple[object, str], int] = field(default_factory=dict)

    def record(self, place: tuple[object, str], *, answered: bool) -> None:
        if answered:
            self.since.pop(place, None)
            self.looks.pop(place, None)
            return
        self.since.setdefault(place, self.monotonic())
        self.looks[place] = self.looks.get(place, 0) + 1

    def is_given_up(self, place: tuple[object, str]) -> bool:
        began = self.since.get(place)
        enough = self.looks.get(place, 0) >= FAILED_LOOKS
        return began is not None and enough and self.monotonic() - began >= FAILED_SECONDS


class Look:
    """One question under way. `found` is None where nothing could be learnt."""

    def __init__(self, question: Question, monotonic: Callable[[], float]) -> None:
        self.question = question
        self.began_at = self.ended_at = monotonic()
        self.found: Mapping[BrowserRef, Observation] | None = None
        self.done = Event()
        self._monotonic = monotonic
        Thread(target=self._run, name="look", daemon=True).start()

    def _run(self) -> None:
        try:
            self.found = self.question.provider.observe(self.question.refs)
        except ProviderUnavailable:
            self.found = None
        except Exception:
            # A provider's defect, or an answer that makes no sense: nothing was learnt, the others are looked at.
            logger.exception("look.broken")
        finally:
            connection.close()
            self.ended_at = self._monotonic()
            self.done.set()

    def sights(self) -> dict[tuple[object, BrowserRef], Sight]:
        found = self.found or {}
        return {(self.question.provider_id, ref): Sight(seen, self.began_at) for ref, seen in found.items()}


class Observer:
    """One look at a time per provider."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.doubts = Doubts(monotonic)
        self._monotonic = monotonic
        self._looks: dict[object, Look] = {}
        self._slow: set[object] = set()

    def look(self, questions: Iterable[Question], *, patience_seconds: float) -> Sights:
        """What could be learnt within the patience. A slow provider's answer serves a later tick, which waits less."""
        seen: dict[tuple[object, BrowserRef], Sight] = {}
        asked = list(questions)
        for question in asked:
            look = self._looks.get(question.provider_id)
            if look is not None and look.done.is_set():
                seen |= self._collect(look, patience_seconds)
                look = None
            if look is None:
                self._looks[question.provider_id] = Look(question, self._monotonic)
        deadline = time.monotonic() + patience_seconds
        for question in asked:
            look = self._looks[question.provider_id]
            patience = 0.0 if question.provider_id in self._slow else max(deadline - time.monotonic(), 0.0)
            if look.done.wait(patience):
                seen |= self._collect(look, patience_seconds)
                continue
            self._slow.add(question.provider_id)
            if self._monotonic() - look.began_at >= LATE_SECONDS:
                self._record(look)
        return seen

    def is_lost(self, provider_id: object, place: str, now: datetime) -> bool:
        """Given up by looking, and its lease has lapsed too."""
        if not self.doubts.is_given_up((provider_id, place)):
            return False
        return not Node.objects.filter(name=place, lease_expires_at__gt=now).exists()

    def _collect(self, look: Look, patience_seconds: float) -> dict[tuple[object, BrowserRef], Sight]:
        key = look.question.provider_id
        del self._looks[key]
        if look.ended_at - look.began_at <= patience_seconds:
            self._slow.discard(key)
        self._record(look)
        return look.sights()

    def _record(self, look: Look) -> None:
        answered = {ref.place for ref in look.found or {}}
        for place in look.question.places:
            self.doubts.record((look.question.provider_id, place), answered=place in answered)
