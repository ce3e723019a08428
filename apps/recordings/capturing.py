"""What is to be captured of a session, and telling its node so. Level, not edge: telling twice is telling once."""

import logging
from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from apps.core import clock
from apps.events.catalog import EventType
from apps.nodes.captures import CaptureError, Captures
from apps.recordings.kinds import NOTHING, PICTURES, STREAMS, Kind, RecordingState, Stream, Wanted
from apps.recordings.models import Recording
from apps.recordings.queries import IS_LOG, picture_of
from apps.recordings.retention import expiry
from apps.sessions.advance import note
from apps.sessions.models import BrowserSession

logger = logging.getLogger(__name__)


def captures_of(session: BrowserSession) -> Captures | None:
    """The node's side of its present browser; None where it is on no node."""
    return Captures(session.node, session.instance_id) if session.node is not None else None


def wanted_of(session: BrowserSession) -> Wanted:
    """Of a session that nobody owns, or that is over, nothing. Begins the recording that its claim asked for."""
    if session.owner_id is None or session.is_ended:
        return NOTHING
    picture = _begin_wished(session) or picture_of(session)
    streams = STREAMS[Kind(picture.kind)] if picture else frozenset()
    return Wanted(
        dom=Stream.DOM in streams,
        video=Stream.VIDEO in streams,
        logs=keeps_logs(session),
        block=settings.GRID.recording_block,
    )


def keeps_logs(session: BrowserSession) -> bool:
    return bool(settings.GRID.logs and session.pool.logs)


def arm(session: BrowserSession) -> Wanted:
    """Have its node capture what is wanted from now on. What the node cannot do is written on the recording.

    Raises CaptureError where the node does not answer; the collector repeats it.
    """
    captures = captures_of(session)
    wanted = wanted_of(session)
    if captures is not None:
        refused = captures.want(wanted.to_json())
        if why := " ".join(refused[stream] for stream in sorted(PICTURES) if stream in refused):
            _note_refusal(session, refused, why)
    return wanted


def try_to_arm(session: BrowserSession) -> None:
    """`arm` for callers who cannot wait for a node that does not answer."""
    try:
        arm(session)
    except CaptureError as error:
        logger.info("capture.not_armed", extra={"session": session.public_id, "reason": str(error)})


def begin(session: BrowserSession, kind: Kind, now: datetime) -> Recording:
    """A recording of pictures, in the caller's transaction. Raises IntegrityError where one runs already."""
    row = Recording.objects.create(session=session, kind=kind, started_at=now)
    note(session, EventType.RECORDING_STARTED, now=now, data={"recording": row.public_id, "kind": kind})
    return row


def _note_refusal(session: BrowserSession, refused: Mapping[str, str], why: str) -> None:
    """A recording of which nothing can be had has failed; one that lacks a part goes on without it."""
    logger.warning("capture.refused", extra={"session": session.public_id, "reason": why})
    row = picture_of(session)
    if row is None:
        return
    rows = Recording.objects.filter(pk=row.pk, state=RecordingState.RECORDING)
    if not STREAMS[Kind(row.kind)] <= set(refused):
        rows.update(error=why[:300])
        return
    now = clock.now()
    with transaction.atomic():
        failed = {"state": RecordingState.FAILED, "ended_at": now, "expires_at": expiry(session, now)}
        if rows.update(**failed, error=why[:300]):
            data = {"recording": row.public_id, "kind": row.kind, "error": why[:300]}
            note(session, EventType.RECORDING_FAILED, now=now, data=data)


def _begin_wished(session: BrowserSession) -> Recording | None:
    """Once for each session: one that was stopped does not come again."""
    if session.record == "none" or Recording.objects.filter(~IS_LOG, session=session).exists():
        return None
    try:
        with transaction.atomic():
            return begin(session, Kind(session.record), clock.now())
    except IntegrityError:
        return None  # another process has begun it just now
