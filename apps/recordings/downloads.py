"""Files of a session: brought in from its node as soon as they are complete, put there for its pages to choose."""

import logging
import time
from contextlib import suppress
from typing import IO

from django.conf import settings
from django.db import IntegrityError, transaction

from apps.core import clock
from apps.core.identifiers import uuid7
from apps.events.catalog import EventType
from apps.nodes.captures import CaptureError, CaptureRefused, NothingCaptured
from apps.nodes.files import Files, NodeFile
from apps.pools.launch_rules import UNSTORABLE
from apps.recordings import room, storage
from apps.recordings.kinds import FileKind
from apps.recordings.models import SessionFile
from apps.recordings.retention import expiry
from apps.sessions.advance import note
from apps.sessions.models import BrowserSession

logger = logging.getLogger(__name__)

LONGEST_NAME, LONGEST_URL = 255, 2000
MOST_FILES = 1000  # of one session: a page may download without end
MIB = 1024 * 1024


def node_files(session: BrowserSession) -> Files | None:
    """The node's side; None where the session has no browser on a node (any more)."""
    if session.node is None or session.is_ended or session.owner_id is None:
        return None
    return Files(session.node, session.instance_id)


def collect_files(session: BrowserSession, *, within: float = 60.0) -> int:
    """Bring in the downloads that are complete. Returns how many; a node that is away brings none."""
    files = node_files(session)
    if files is None:
        return 0
    deadline, brought = time.monotonic() + within, 0
    try:
        there = [file for file in files.all() if file.kind == FileKind.DOWNLOAD and file.is_complete]
        known = _names(session) if there else set()
        new = [file for file in there if storable(file.name) not in known]
        for file in new[: max(0, MOST_FILES - len(known))]:
            if time.monotonic() < deadline:
                with suppress(NothingCaptured, CaptureRefused):  # deleted just now: the others are there still
                    brought += _bring(session, files, file)
    except CaptureError as error:
        logger.info("files.away", extra={"session": session.public_id, "reason": str(error)})
    return brought


def storable(name: str) -> str:
    """A name from outside as every database takes it. Where the bytes lie has nothing to do with it."""
    return UNSTORABLE.sub("?", name)[:LONGEST_NAME]


def _names(session: BrowserSession) -> set[str]:
    """Of all that was ever brought in: what somebody deleted is not brought in anew."""
    return set(SessionFile.objects.filter(session=session, kind=FileKind.DOWNLOAD).values_list("name", flat=True))


def _bring(session: BrowserSession, files: Files, file: NodeFile) -> bool:
    key = uuid7()
    why = refusal(session, file.bytes)
    stored = None
    if not why:
        with storage.scratch() as kept:
            if _copied(files, file, kept):
                stored = storage.keep_file(storage.file_name(session.pk, key), kept)
            else:
                why = too_large()
    return _tell(
        SessionFile(
            id=key,
            session=session,
            kind=FileKind.DOWNLOAD,
            name=storable(file.name),
            url=UNSTORABLE.sub("?", file.url)[:LONGEST_URL],
            bytes=stored.bytes if stored else 0,
            sha256=stored.sha256 if stored else "",
            stored_as=stored.name if stored else "",
            error=why,
            expires_at=expiry(session, clock.now()),
        )
    )


def _copied(files: Files, file: NodeFile, kept: IO[bytes]) -> bool:
    """False where it is larger than the node had said, and than what is allowed."""
    length = 0
    with files.reading(file.name) as pieces:
        for piece in pieces:
            length += len(piece)
            if length > settings.GRID.file_bytes:
                return False
            kept.write(piece)
    return True


def _tell(file: SessionFile) -> bool:
    """The row and its event. False where another process has brought it in just now."""
    data = {
        "file": file.public_id,
        "name": file.name,
        "bytes": file.bytes,
        "sha256": file.sha256 or None,
        "error": file.error or None,
    }
    try:
        with transaction.atomic():
            file.save(force_insert=True)
            note(file.session, EventType.FILE_DOWNLOADED, now=clock.now(), data=data)
    except IntegrityError:
        if file.stored_as:
            storage.discard(file.stored_as)
        return False
    return True


def refusal(session: BrowserSession, size: int) -> str:
    """Why a file of that size is not kept, in a sentence; empty where it is."""
    return too_large() if size > settings.GRID.file_bytes else room.person_limit(session, size)


def too_large() -> str:
    return f"Larger than {settings.GRID.file_bytes // MIB} MiB, the limit of BROWSERGRID_FILE_BYTES."
