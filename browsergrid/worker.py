"""The worker's row among the processes: taken when Celery's worker starts, its lease renewed until it ends."""

import logging
import threading
from pathlib import Path
from typing import Any

from celery.signals import worker_ready, worker_shutdown
from django.conf import settings
from django.db import DatabaseError, connection

from apps.core import clock
from apps.nodes.models import Process
from apps.nodes.services import Slot, end_process, register_process, renew_process, take_slot
from browsergrid.settings import grid

logger = logging.getLogger(__name__)

RETRY_SECONDS = 1.0  # after a database that was locked or away


class Presence:
    """One thread beside the worker's; a worker whose name was taken goes on, for its work is fenced elsewhere."""

    def __init__(self, run_dir: Path) -> None:
        self._run_dir = run_dir
        self._slot: Slot | None = None
        self._process: Process | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="presence", daemon=True)

    def begin(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self._over.set()
        if self._thread.ident is not None:
            self._thread.join(settings.GRID.heartbeat_seconds)

    def _keep(self) -> None:
        try:
            while not self._over.is_set():
                self._over.wait(settings.GRID.heartbeat_seconds if self._renew() else RETRY_SECONDS)
            if self._process is not None:
                end_process(self._process)
        except DatabaseError:
            logger.info("worker.lease_left_to_lapse")
        finally:
            connection.close()

    def _renew(self) -> bool:
        """Whether our row stands."""
        try:
            if self._slot is None:
                self._slot = take_slot(Process.Kind.WORKER, self._run_dir)
            if self._process is None or not renew_process(self._process, clock.now()):
                self._process = register_process(Process.Kind.WORKER, self._slot)
        except DatabaseError as error:
            logger.warning("worker.lease_not_renewed", extra={"reason": type(error).__name__})
            connection.close()
            return False
        return True


_presence: list[Presence] = []


# Not before it is ready: beat is forked off until then, and an open SQLite must not be taken through a fork.
@worker_ready.connect  # type: ignore[untyped-decorator] # celery is untyped
def begin(**_: Any) -> None:
    _presence.append(Presence(grid.run_dir()))
    _presence[-1].begin()


@worker_shutdown.connect  # type: ignore[untyped-decorator]
def end(**_: Any) -> None:
    while _presence:
        _presence.pop().end()
