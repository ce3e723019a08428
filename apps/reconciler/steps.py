"""Steps in flight: a bounded pool of threads, at most one step per instance id, few at once per place."""

import logging
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from django.db import DatabaseError, connection

from apps.providers.contract import ProviderError
from apps.sessions.advance import Raced

logger = logging.getLogger(__name__)

AT_ONCE = 16
AT_ONCE_PER_PLACE = 4


class Steps:
    """A step that fails is simply taken again at a later tick: every effect may be repeated."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="step")
        self._lock = Lock()
        self._in_flight: dict[str, str] = {}

    def submit(self, instance_id: str, place: str, step: Callable[[], object], *, done: Callable[[], None]) -> bool:
        """False where that instance has a step under way, or its place has enough of them."""
        with self._lock:
            places = Counter(self._in_flight.values())
            busy = instance_id in self._in_flight or len(self._in_flight) >= AT_ONCE
            if busy or places[place] >= AT_ONCE_PER_PLACE:
                return False
            self._in_flight[instance_id] = place
        self._threads.submit(self._run, instance_id, step, done)
        return True

    def is_in_flight(self, instance_id: str) -> bool:
        with self._lock:
            return instance_id in self._in_flight

    def _run(self, instance_id: str, step: Callable[[], object], done: Callable[[], None]) -> None:
        try:
            step()
        except Raced:
            logger.debug("step.raced", extra={"instance": instance_id})
        except (ProviderError, DatabaseError) as error:
            logger.warning("step.failed", extra={"instance": instance_id, "reason": f"{type(error).__name__}: {error}"})
        finally:
            connection.close()
            with self._lock:
                self._in_flight.pop(instance_id, None)
        done()
