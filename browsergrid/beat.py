"""Beat that outlives its database: without it a locked SQLite or a restarted PostgreSQL ends it, and nobody starts it
again, for it lives inside the worker.
"""

import logging
import time
from typing import Any

from django.db import DatabaseError, connection
from django_celery_beat.schedulers import DatabaseScheduler

logger = logging.getLogger(__name__)

AGAIN_SECONDS = 1.0


class PatientScheduler(DatabaseScheduler):  # type: ignore[misc] # untyped
    def setup_schedule(self) -> None:
        while True:
            try:
                super().setup_schedule()
            except DatabaseError as error:
                self._note(error)
                time.sleep(AGAIN_SECONDS)
            else:
                return

    def tick(self, *arguments: Any, **options: Any) -> float:
        """How many seconds to wait before the next."""
        try:
            seconds: float = super().tick(*arguments, **options)
        except DatabaseError as error:
            self._note(error)
            return AGAIN_SECONDS
        return seconds

    def _note(self, error: DatabaseError) -> None:
        self._initial_read = self._heap_invalidated = True  # what was half read is read anew
        logger.warning("beat.database_away", extra={"reason": f"{type(error).__name__}: {error}"})
        connection.close()
