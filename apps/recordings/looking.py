"""Bringing in what a live session has captured until this moment, because somebody looks at it now."""

import time
from threading import Lock
from uuid import UUID

from apps.recordings.collecting import collect
from apps.recordings.downloads import collect_files
from apps.sessions.lifecycle import IN_USE
from apps.sessions.models import BrowserSession

PAUSE_SECONDS = 0.9  # between two looks of one process at one session, however many readers there are
REMEMBERED = 1000

_looked_at: dict[UUID, float] = {}
_lock = Lock()


def look_now(session: BrowserSession) -> None:
    """Logs and downloads; raises nothing. What is over was brought in already."""
    if session.status not in IN_USE or session.node is None or not _is_due(session.pk):
        return
    collect(session, flush=True)
    collect_files(session, within=2.0)


def _is_due(key: UUID) -> bool:
    now = time.monotonic()
    with _lock:
        if now - _looked_at.get(key, float("-inf")) < PAUSE_SECONDS:
            return False
        if len(_looked_at) >= REMEMBERED:
            _looked_at.clear()
        _looked_at[key] = now
    return True
