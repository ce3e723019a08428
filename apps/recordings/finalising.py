"""What a worker makes of an ended recording: lists of events for the player, a film. Then the raw pieces go.

Repeatable: a worker that dies half-way leaves the pieces, and the next one begins anew.
"""

import gzip
import json
import logging
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import IO, Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from apps.core import clock
from apps.events.catalog import EventType
from apps.recordings import film, storage
from apps.recordings.collecting import collect
from apps.recordings.dom import Page, Pages
from apps.recordings.kinds import STREAMS, Kind, RecordingState, Stream
from apps.recordings.models import Artifact, Recording, Segment
from apps.recordings.purging import AT_ONCE, discard
from apps.recordings.queries import to_finalise
from apps.recordings.reading import Frame, frames
from apps.sessions.advance import note

logger = logging.getLogger(__name__)

BUSY = timedelta(minutes=30)
TRIES = 3
MOST_PAGES = 200
NOTHING = "Nothing was captured: no page was open."


def finalise(key: UUID) -> bool:
    """True where it is stored now. False where it waits for nobody, or another worker is at it."""
    now = clock.now()
    if not to_finalise(now).filter(pk=key).update(busy_until=now + BUSY, tries=F("tries") + 1):
        return False
    recording = Recording.objects.select_related("session__node", "session__owner", "session__pool").get(pk=key)
    if not recording.session.is_ended:
        collect(recording.session, flush=True)
    made: list[Artifact] = []
    try:
        made.extend(_made(recording))  # where it breaks, what was made before is known
    except Exception:
        _failed(recording, "It could not be made into something to play.")
        _discard_unnamed(recording, made)
        raise
    if not made:
        _failed(recording, recording.error or NOTHING, for_good=True)
        return False
    if not _stored(recording, made):
        _discard_unnamed(recording, made)
        return False
    while discard(Segment.objects.filter(recording=recording)) == AT_ONCE:
        pass
    return True


def finalise_waiting() -> int:
    """Those that no message told of, or whose worker died. Returns how many were stored."""
    return sum(finalise(key) for key in list(to_finalise(clock.now()).values_list("pk", flat=True)[:20]))


def _made(recording: Recording) -> Iterator[Artifact]:
    streams = STREAMS[Kind(recording.kind)]
    if Stream.DOM in streams:
        yield from _event_lists(recording)
    if Stream.VIDEO in streams:
        yield from _film(recording)


def _event_lists(recording: Recording) -> Iterator[Artifact]:
    reading = Pages(recording)
    with ExitStack() as stack:
        written: dict[str, tuple[IO[bytes], gzip.GzipFile]] = {}
        for page, event in reading.events():
            if page.id not in written:
                if len(written) == MOST_PAGES:
                    continue
                room = stack.enter_context(storage.scratch())
                written[page.id] = room, gzip.GzipFile(fileobj=room, mode="wb", mtime=0)
                written[page.id][1].write(b"[")
            else:
                written[page.id][1].write(b",\n")
            written[page.id][1].write(json.dumps(event, separators=(",", ":")).encode())
        for target, (room, packed) in written.items():
            packed.write(b"]")
            packed.close()
            yield _event_list(recording, reading.pages[target], room)


def _event_list(recording: Recording, page: Page, room: IO[bytes]) -> Artifact:
    name = f"dom/{page.number}.json"
    stored = storage.keep_file(storage.artifact_name(recording.session_id, recording.pk, name), room)
    return _artifact(recording, name, "application/json", stored, page.about(), is_gzipped=True)


def _film(recording: Recording) -> Iterator[Artifact]:
    start = recording.started_at.timestamp() * 1000
    end = recording.ended_at.timestamp() * 1000 if recording.ended_at else start
    with storage.scratch() as room:
        try:
            made = film.make(_frames(recording, end), start, end, room)
        except film.NoFrames:
            return
        stored = storage.keep_file(storage.artifact_name(recording.session_id, recording.pk, "video.webm"), room)
    about = {"width": made.width, "height": made.height, "frames": made.frames, "duration": made.duration_ms}
    yield _artifact(recording, "video.webm", "video/webm", stored, about)


def _frames(recording: Recording, end_ms: float) -> Iterator[Frame]:
    pieces = Segment.objects.filter(recording=recording, stream=Stream.VIDEO).order_by("incarnation", "number")
    for piece in pieces.iterator(chunk_size=100):
        yield from (frame for frame in frames(piece) if frame.at_ms <= end_ms)


def _artifact(
    recording: Recording,
    name: str,
    media_type: str,
    stored: storage.Stored,
    about: dict[str, Any],
    *,
    is_gzipped: bool = False,
) -> Artifact:
    return Artifact(
        recording=recording,
        name=name,
        media_type=media_type,
        is_gzipped=is_gzipped,
        bytes=stored.bytes,
        sha256=stored.sha256,
        stored_as=stored.name,
        about=about,
    )


def _stored(recording: Recording, made: list[Artifact]) -> bool:
    """False where it was deleted meanwhile, or another worker was faster."""
    with transaction.atomic():
        rows = Recording.objects.filter(pk=recording.pk, state=RecordingState.FINALISING)
        if not rows.update(state=RecordingState.STORED, busy_until=None, bytes=sum(one.bytes for one in made)):
            return False
        Artifact.objects.filter(recording=recording).delete()  # of a try that was cut off: the same names
        Artifact.objects.bulk_create(made)
        data = {"recording": recording.public_id, "kind": recording.kind, "error": recording.error or None}
        note(recording.session, EventType.RECORDING_STORED, now=clock.now(), data=data)
    return True


def _discard_unnamed(recording: Recording, made: list[Artifact]) -> None:
    """Of one that nobody will store any more; another worker's bytes have the same names."""
    over = (RecordingState.DELETED, RecordingState.FAILED)
    if Recording.objects.filter(pk=recording.pk, state__in=over).exists():
        for artifact in made:
            storage.discard(artifact.stored_as)


def _failed(recording: Recording, why: str, *, for_good: bool = False) -> None:
    """What was captured is kept until it expires. It is tried again, but not for ever."""
    logger.warning("finalise.failed", extra={"recording": recording.public_id, "tries": recording.tries})
    rows = Recording.objects.filter(pk=recording.pk, state=RecordingState.FINALISING)
    if not for_good and recording.tries < TRIES:
        rows.update(busy_until=clock.now() + timedelta(minutes=1))
        return
    with transaction.atomic():
        if rows.update(state=RecordingState.FAILED, busy_until=None, error=why[:300]):
            data = {"recording": recording.public_id, "kind": recording.kind, "error": why}
            note(recording.session, EventType.RECORDING_FAILED, now=clock.now(), data=data)
