"""What people and programs ask: start and stop a recording, delete it, put a file there for pages to choose."""

import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import IO

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from apps.access.actor import Actor
from apps.access.lookup import allow
from apps.access.permissions import Permission
from apps.audit.actions import Action
from apps.audit.record import record
from apps.core import clock
from apps.core.errors import Conflict, Ended, Invalid, NoCapacity, TooMany
from apps.core.identifiers import uuid7
from apps.events.catalog import EventType
from apps.nodes.captures import CaptureError, CaptureRefused, NodeAway, NothingCaptured
from apps.nodes.files import Files, free_name, safe_name
from apps.recordings import ending, storage
from apps.recordings.capturing import begin, try_to_arm
from apps.recordings.downloads import node_files, refusal, storable, too_large
from apps.recordings.kinds import FileKind, Kind, RecordingState
from apps.recordings.models import Recording, SessionFile
from apps.recordings.purging import purge, purge_file
from apps.recordings.queries import files_of, picture_of
from apps.recordings.retention import expiry
from apps.recordings.room import limit_of
from apps.sessions.advance import note
from apps.sessions.models import BrowserSession

PIECE = 256 * 1024
PICTURES = (Kind.DOM, Kind.VIDEO, Kind.ALL)


def start_recording(
    session: BrowserSession, kind: str, *, actor: Actor, needs: Permission = Permission.SESSION_CONTROL
) -> tuple[Recording, bool]:
    """The recording, and whether it is new: one of that kind that runs is the answer to a repeat.

    A client on the session's own line `needs` no more than to be there. Raises Invalid, Conflict where another kind
    runs or the node cannot, Ended, TooMany where nothing more may be kept.
    """
    allow(actor, needs, session)
    if kind not in PICTURES:
        words = "Give dom, video or all."
        raise Invalid("invalid", f"kind: {words}", fields={"kind": words})
    _in_use(session)
    running = picture_of(session)
    if running is None:
        if limit := limit_of(session):
            raise TooMany("storage", limit, retry_after=60)
        running, is_new = _begin(session, Kind(kind), actor)
        if is_new:
            try_to_arm(session)
            running.refresh_from_db()
            if running.state == RecordingState.FAILED:
                raise Conflict("cannot_record", running.error)
            return running, True
    if running.kind != kind:
        words = f"A recording of kind {running.kind} runs already. Stop it first."
        raise Conflict("already_recording", words)
    return running, False


def stop_recording(recording: Recording, *, actor: Actor, needs: Permission = Permission.SESSION_CONTROL) -> Recording:
    """Repeatable. Its film is made by a worker; the state says when it is there."""
    session = recording.session
    allow(actor, needs, session)
    if recording.kind == Kind.LOGS:
        raise Conflict("logs", "Logs are kept as long as the session runs. The pool says whether they are kept at all.")
    with transaction.atomic():
        if ending.end(recording, clock.now()):
            record(actor, Action.RECORDING_STOPPED, session, after={"recording": recording.public_id})
    try_to_arm(session)
    return recording


def delete_recording(recording: Recording, *, actor: Actor) -> None:
    """Its bytes are gone when this returns, or (very many) soon after; the row tells that there was one. Repeatable."""
    session = recording.session
    allow(actor, Permission.SESSION_CONTROL, session)
    is_running = recording.state == RecordingState.RECORDING
    if is_running and recording.kind == Kind.LOGS:
        raise Conflict("still_running", "Logs are written until the session has ended. Release it first.")
    if is_running:
        ending.end(recording, clock.now())
        try_to_arm(session)
    with transaction.atomic():
        rows = Recording.objects.filter(pk=recording.pk).exclude(state=RecordingState.DELETED)
        if rows.update(state=RecordingState.DELETED, error="", expires_at=None, busy_until=None):
            note(session, EventType.RECORDING_DELETED, now=clock.now(), data={"recording": recording.public_id})
            record(actor, Action.RECORDING_DELETED, session, before={"recording": recording.public_id})
    recording.refresh_from_db()
    purge(recording)


def upload(
    session: BrowserSession, name: str, content: IO[bytes], *, actor: Actor, is_renamed: bool = False
) -> SessionFile:
    """Make a file available to the file choosers of its pages. `is_renamed`: a name that is taken gets a number.

    Raises Invalid, Conflict, Ended, TooMany, NoCapacity.
    """
    allow(actor, Permission.SESSION_USE, session)
    _in_use(session)
    files = node_files(session)
    if files is None:
        raise Conflict("no_files", "This session's browser takes no files.")
    with _handing():
        name = free_name(storable(name), _taken(session, files)) if is_renamed else _checked(session, name)
    with storage.scratch() as kept:
        for piece in _pieces(content):
            kept.write(piece)
        size = kept.tell()
        if why := refusal(session, size):
            if why == too_large():
                raise Invalid("too_large", why, fields={"file": why})
            raise TooMany("storage", why, retry_after=60)
        kept.seek(0)
        with _handing():
            files.put(name, _pieces(kept))
        key = uuid7()
        stored = storage.keep_file(storage.file_name(session.pk, key), kept)
    row = SessionFile(
        id=key,
        session=session,
        kind=FileKind.UPLOAD,
        name=name,
        bytes=stored.bytes,
        sha256=stored.sha256,
        stored_as=stored.name,
        expires_at=expiry(session, clock.now()),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            data = {"file": row.public_id, "name": name, "bytes": row.bytes, "sha256": row.sha256}
            note(session, EventType.FILE_UPLOADED, now=clock.now(), data=data)
            record(actor, Action.FILE_UPLOADED, session, after={"file": row.public_id, "name": name})
    except IntegrityError as error:
        storage.discard(stored.name)
        raise _is_there(name) from error
    return row


def delete_file(file: SessionFile, *, actor: Actor) -> None:
    """Kept here no more, and taken from the browser where it still runs. Repeatable. Raises NoCapacity."""
    session = file.session
    allow(actor, Permission.SESSION_CONTROL, session)
    files = node_files(session)
    if files is not None:
        with suppress(NothingCaptured, CaptureRefused), _reached():
            files.delete(file.name)
    with transaction.atomic():
        rows = SessionFile.objects.filter(pk=file.pk, deleted_at__isnull=True)
        if rows.update(deleted_at=clock.now()):
            note(session, EventType.FILE_DELETED, now=clock.now(), data={"file": file.public_id})
            record(actor, Action.FILE_DELETED, session, before={"file": file.public_id, "name": file.name})
    file.refresh_from_db()
    purge_file(file)


def _begin(session: BrowserSession, kind: Kind, actor: Actor) -> tuple[Recording, bool]:
    try:
        with transaction.atomic():
            row = begin(session, kind, clock.now())
            record(actor, Action.RECORDING_STARTED, session, after={"recording": row.public_id, "kind": kind})
    except IntegrityError:
        running = picture_of(session)  # another request has begun one just now
        if running is None:
            raise Conflict("contended", "Another recording has just ended. Try again.") from None
        return running, False
    return row, True


@contextmanager
def _reached() -> Iterator[None]:
    """Raises NoCapacity where the node is away."""
    try:
        yield
    except NodeAway as error:
        raise NoCapacity("unreachable", "The browser's node does not answer.", retry_after=2) from error


@contextmanager
def _handing() -> Iterator[None]:
    """Raises NoCapacity where the node is away, Invalid where it does not take the file."""
    try:
        with _reached():
            yield
    except CaptureError as error:
        words = str(error) or "The browser does not take it."
        raise Invalid("invalid", f"file: {words}", fields={"file": words}) from error


def _in_use(session: BrowserSession) -> None:
    if session.is_ended or session.stop_requested_at is not None:
        raise Ended("session_ended", "This session has ended.")
    if session.owner_id is None:
        raise Conflict("not_claimed", "Nobody has claimed this session.")


def _checked(session: BrowserSession, name: str) -> str:
    """What no file system minds, and no upload of the session has. Raises Invalid, Conflict."""
    wanted = storable(name.replace("\\", "/").rsplit("/", 1)[-1]).strip()
    if not wanted or wanted in {".", ".."} or any(unicodedata.category(letter) == "Cc" for letter in wanted):
        words = "Give the file a name."
        raise Invalid("invalid", f"file: {words}", fields={"file": words})
    wanted = safe_name(wanted)
    if _uploads(session).filter(name=wanted).exists():
        raise _is_there(wanted)  # before the browser's copy is another than ours
    return wanted


def _taken(session: BrowserSession, files: Files) -> set[str]:
    """Names of all that its browser has, or that stands among its uploads here."""
    return {file.name for file in files.all()} | set(_uploads(session).values_list("name", flat=True))


def _uploads(session: BrowserSession) -> QuerySet[SessionFile]:
    return files_of(session).filter(kind=FileKind.UPLOAD)


def _is_there(name: str) -> Conflict:
    return Conflict("taken", f"There is an upload named {name} already. Delete it first.")


def _pieces(content: IO[bytes]) -> Iterable[bytes]:
    """Stops just beyond the limit, so that nobody fills the disk."""
    length = 0
    while length <= settings.GRID.file_bytes and (piece := content.read(PIECE)):
        length += len(piece)
        yield piece
