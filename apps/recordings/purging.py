"""Deletion that really deletes. The rows of segments and artifacts are the list of what is still to be removed.

First the bytes, then the row that names them: whatever is cut off half-way is finished by the periodic job. A storage
that cannot delete raises OSError.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.accounts.models import User
from apps.core import clock
from apps.events.catalog import EventType
from apps.recordings import storage
from apps.recordings.kinds import RecordingState
from apps.recordings.models import Artifact, Recording, Segment, SessionFile
from apps.recordings.queries import expired_files, expired_recordings
from apps.sessions.advance import note
from apps.sessions.models import BrowserSession

logger = logging.getLogger(__name__)

AT_ONCE = 2000  # pieces of one recording in one go; the rest is the periodic job's
BATCH = 200
AWAY = 10  # failures in a row: the storage is away, the next turn goes on

Thing = TypeVar("Thing", Recording, SessionFile)


def purge(recording: Recording) -> bool:
    """Remove the bytes of a deleted recording. Whether nothing is left."""
    rest = AT_ONCE
    for rows in (Artifact.objects.filter(recording=recording), Segment.objects.filter(recording=recording)):
        rest -= discard(rows, most=rest)
    is_empty = rest > 0
    if is_empty:
        Recording.objects.filter(pk=recording.pk).update(bytes=0)
        recording.bytes = 0
    return is_empty


def discard(rows: QuerySet[Artifact] | QuerySet[Segment], *, most: int = AT_ONCE) -> int:
    """The bytes that these rows name, and the rows. Returns how many."""
    found = list(rows.order_by("pk").values_list("pk", "stored_as")[: max(most, 0)])
    storage.discard_all([name for _, name in found])
    for start in range(0, len(found), BATCH):
        keys = [key for key, _ in found[start : start + BATCH]]
        rows.model._default_manager.filter(pk__in=keys).delete()  # noqa: SLF001 - Django's documented name
    return len(found)


def purge_file(file: SessionFile) -> None:
    """The bytes of a deleted file, and what it was called."""
    if file.stored_as:
        storage.discard(file.stored_as)
    emptied = {"stored_as": "", "name": "", "url": "", "sha256": "", "bytes": 0, "error": "", "expires_at": None}
    SessionFile.objects.filter(pk=file.pk).update(**emptied)
    file.refresh_from_db()


def forget_expired(now: datetime) -> int:
    """Recordings, logs and files whose time is up. Returns how many."""
    return _each(expired_recordings(now)[:BATCH], lambda recording: _forget_recording(recording, now)) + _each(
        expired_files(now)[:BATCH], lambda file: _forget_file(file, now)
    )


def finish_purges() -> int:
    """What a deletion that was cut off has left. Returns of how many things."""
    deleted = Recording.objects.filter(state=RecordingState.DELETED)
    left = Exists(Segment.objects.filter(recording=OuterRef("pk"))) | Exists(
        Artifact.objects.filter(recording=OuterRef("pk"))
    )
    files = SessionFile.objects.filter(~Q(stored_as=""), deleted_at__isnull=False)
    return _each(deleted.filter(left)[:BATCH], purge) + _each(files[:BATCH], purge_file)


def _each(things: Iterable[Thing], remove: Callable[[Thing], object]) -> int:
    """How many went; one that the storage does not let go leaves the others their turn."""
    gone = failed = 0
    for thing in list(things):
        try:
            remove(thing)
        except OSError as error:
            logger.warning("recordings.not_deleted", extra={"of": thing.public_id, "reason": str(error)})
            failed += 1
            if failed == AWAY:
                break
        else:
            gone, failed = gone + 1, 0
    return gone


def _forget_recording(recording: Recording, now: datetime) -> None:
    with transaction.atomic():
        rows = Recording.objects.filter(pk=recording.pk).exclude(state=RecordingState.DELETED)
        if rows.update(state=RecordingState.DELETED, error="", expires_at=None, busy_until=None):
            data = {"recording": recording.public_id, "reason": "expired"}
            note(recording.session, EventType.RECORDING_DELETED, now=now, data=data)
    purge(recording)


def _forget_file(file: SessionFile, now: datetime) -> None:
    SessionFile.objects.filter(pk=file.pk).update(deleted_at=now)
    purge_file(file)


def forget_person(user: User) -> None:
    """All that was recorded of their sessions, as part of the end of their account. Repeatable."""
    sessions = BrowserSession.objects.filter(owner=user)
    Recording.objects.filter(session__in=sessions).exclude(state=RecordingState.RECORDING).update(
        state=RecordingState.DELETED, error="", expires_at=None, busy_until=None
    )
    for recording in Recording.objects.filter(session__in=sessions, state=RecordingState.DELETED, bytes__gt=0):
        purge(recording)
    SessionFile.objects.filter(session__in=sessions, deleted_at__isnull=True).update(deleted_at=clock.now())
    for file in SessionFile.objects.filter(session__in=sessions).exclude(name=""):
        purge_file(file)


def has_something(person: OuterRef) -> Q:
    """For a query over people: whether anything is kept of their sessions, so that a deletion is finished."""
    kept = Recording.objects.filter(session__owner=person).exclude(state=RecordingState.DELETED)
    return Q(Exists(kept)) | Q(Exists(SessionFile.objects.filter(session__owner=person).exclude(name="")))
