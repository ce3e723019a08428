"""Writes down how background work went, without slowing it.

What runs often (every second by schedule, or more than `SINGLY` times a minute) costs no write of its own: its times
are kept in memory and become one row a minute, sooner after a failure. All else is written when it begins and ends, so
that what is stuck is seen. A database that is away loses no more than these rows: nothing here ever fails a task.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import median, quantiles
from threading import Lock
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError

from apps.core import clock
from apps.tasks.models import TaskRun
from apps.tasks.wording import first_line

logger = logging.getLogger(__name__)

SINGLY = 20  # runs of one task a minute that get rows of their own
MINUTE = 60.0
SOON = 5.0  # after a failure
MOST_TIMES = 5000  # of one minute; beyond these only the number counts
OFTEN = 60  # a schedule with fewer seconds is summed up from the start


@dataclass(frozen=True)
class Kind:
    """What a run is one of."""

    task: str
    trigger: str
    job: str = ""
    queue: str = ""


@dataclass
class Minute:
    began: float
    seconds: list[float] = field(default_factory=list)
    runs: int = 0
    failures: int = 0
    error_class: str = ""
    error: str = ""

    def add(self, seconds: float, error: BaseException | None) -> None:
        self.runs += 1
        if len(self.seconds) < MOST_TIMES:
            self.seconds.append(seconds)
        if error is not None:
            self.failures += 1
            self.error_class, self.error = type(error).__name__, first_line(error)

    def is_due(self, now: float) -> bool:
        return now - self.began >= (SOON if self.failures else MINUTE)


class Recorder:
    """One per process; its threads share it."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = Lock()
        self._minutes: dict[Kind, Minute] = {}
        self._begun: dict[str, tuple[Kind, float, bool]] = {}
        self._singly: Counter[str] = Counter()
        self._counted_from = monotonic()

    def begin(self, run_id: str, kind: Kind) -> None:
        """A message of that id is about to run."""
        alone = self._has_row(kind)
        self._begun[run_id] = (kind, self._monotonic(), alone)
        if alone:
            _attempt(lambda: _begun(run_id, kind))

    def end(self, run_id: str, error: BaseException | None = None) -> None:
        """It has run; the former `begin` may be unknown here."""
        kind, began, alone = self._begun.pop(run_id, (None, 0.0, False))
        if kind is None:
            return
        seconds = self._monotonic() - began
        if alone:
            _attempt(lambda: _ended(run_id, seconds, error))
        else:
            self._add(kind, seconds, error)
        self.flush()

    @contextmanager
    def timed(self, task: str) -> Iterator[None]:
        """A turn of a resident loop."""
        began, kind = self._monotonic(), Kind(task, TaskRun.Trigger.LOOP)
        try:
            yield
        except BaseException as error:
            self._add(kind, self._monotonic() - began, error)
            raise
        self._add(kind, self._monotonic() - began, None)
        self.flush()

    def flush(self, *, everything: bool = False) -> None:
        """Write the minutes that are over. What cannot be written now is kept for the next time."""
        now = self._monotonic()
        with self._lock:
            due = [kind for kind, minute in self._minutes.items() if everything or minute.is_due(now)]
            taken = [(kind, self._minutes.pop(kind)) for kind in due]
        for kind, minute in taken:
            if not _attempt(lambda kind=kind, minute=minute: _sum_up(kind, minute, now - minute.began)):  # type: ignore[misc]
                with self._lock:
                    self._minutes.setdefault(kind, minute)

    def _add(self, kind: Kind, seconds: float, error: BaseException | None) -> None:
        with self._lock:
            minute = self._minutes.setdefault(kind, Minute(self._monotonic()))
            minute.add(seconds, error)

    def _has_row(self, kind: Kind) -> bool:
        if kind.trigger == TaskRun.Trigger.NOW:
            return True
        if kind.task in _often():
            return False
        now = self._monotonic()
        with self._lock:
            if now - self._counted_from >= MINUTE:
                self._singly.clear()
                self._counted_from = now
            self._singly[kind.task] += 1
            return self._singly[kind.task] <= SINGLY


def _often() -> set[str]:
    return {job.task for job in settings.PERIODIC_JOBS if job.seconds < OFTEN}


def _attempt(write: Callable[[], object]) -> bool:
    try:
        write()
    except DatabaseError as error:
        logger.info("tasks.not_recorded", extra={"reason": type(error).__name__})
        return False
    return True


def _begun(run_id: str, kind: Kind) -> None:
    TaskRun.objects.update_or_create(
        id=UUID(run_id),
        defaults={"outcome": TaskRun.Outcome.RUNNING, "started_at": clock.now()},
        create_defaults={
            "task": kind.task,
            "job": kind.job,
            "queue": kind.queue,
            "trigger": kind.trigger,
            "outcome": TaskRun.Outcome.RUNNING,
            "started_at": clock.now(),
        },
    )


def _ended(run_id: str, seconds: float, error: BaseException | None) -> None:
    TaskRun.objects.filter(id=UUID(run_id)).update(
        outcome=TaskRun.Outcome.FAILED if error else TaskRun.Outcome.OK,
        seconds=seconds,
        slow_seconds=seconds,
        failures=1 if error else 0,
        error_class=type(error).__name__ if error else "",
        error=first_line(error) if error else "",
    )


def _sum_up(kind: Kind, minute: Minute, lasted: float) -> None:
    times = minute.seconds
    slow = quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else times[0]
    TaskRun.objects.create(
        task=kind.task,
        job=kind.job,
        queue=kind.queue,
        trigger=kind.trigger,
        outcome=TaskRun.Outcome.FAILED if minute.failures else TaskRun.Outcome.OK,
        started_at=clock.now() - timedelta(seconds=lasted),
        seconds=median(times),
        slow_seconds=slow,
        runs=minute.runs,
        failures=minute.failures,
        error_class=minute.error_class[:120],
        error=minute.error,
    )


recorder = Recorder()
