"""Steps in flight: a bounded number of threads, at most one step per instance id, few at once per place."""

import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock, Thread

from django.db import DatabaseError, connection

from apps.providers.contract import ProviderError
from apps.sessions.advance import Raced

logger = logging.getLogger(__name__)

AT_ONCE = 16
AT_ONCE_PER_PLACE = 4
REMEMBERED_SECONDS = 120.0  # longer than any look takes


@dataclass(frozen=True)
class Task:
    """A step ready to be taken. `work` says whether it moved anything, so that looking again at once is worth while."""

    instance_id: str
    place: str
    decided_at: float  # when what it was decided on was read, by the monotonic clock
    work: Callable[[], bool]


class Steps:
    """A step that fails is simply taken again at a later tick: every effect may be repeated.

    Threads are daemons of one step each: a provider that hangs must not keep the process from ending.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = Lock()
        self._in_flight: dict[str, str] = {}
        self._ended_at: dict[str, float] = {}

    def submit(self, task: Task, again: Callable[[], None]) -> bool:
        """False where that instance has a step under way or had one since `decided_at`, or its place has enough."""
        with self._lock:
            busy = task.instance_id in self._in_flight or len(self._in_flight) >= AT_ONCE
            outdated = self._ended_at.get(task.instance_id, float("-inf")) >= task.decided_at
            if busy or outdated or Counter(self._in_flight.values())[task.place] >= AT_ONCE_PER_PLACE:
                return False
            self._forget()
            self._in_flight[task.instance_id] = task.place
        Thread(target=self._run, args=(task, again), name=f"step {task.instance_id}", daemon=True).start()
        return True

    def in_flight(self) -> int:
        with self._lock:
            return len(self._in_flight)

    def _run(self, task: Task, again: Callable[[], None]) -> None:
        moved = False
        try:
            moved = task.work()
        except Raced:
            moved = True  # by somebody else
        except (ProviderError, DatabaseError) as error:
            reason = f"{type(error).__name__}: {error}"
            logger.warning("step.failed", extra={"instance": task.instance_id, "reason": reason})
        except Exception:
            # A defect, or a row that cannot be read (a lost key): told, and no other session is held up by it.
            logger.exception("step.broken", extra={"instance": task.instance_id})
        finally:
            connection.close()
            with self._lock:
                del self._in_flight[task.instance_id]
                self._ended_at[task.instance_id] = self._monotonic()
        if moved:
            again()

    def _forget(self) -> None:
        if len(self._ended_at) > 1000:
            oldest = self._monotonic() - REMEMBERED_SECONDS
            self._ended_at = {name: ended for name, ended in self._ended_at.items() if ended > oldest}
