"""The end of recordings: of one when somebody stops it, of all when their session ends.

All that there is is stored before the browser goes; what takes longer (a node that is away) the collector brings in.
"""

import logging
import time
from datetime import UTC, datetime, timedelta

from celery import current_app
from django.db import transaction
from django.db.models import Max
from kombu.exceptions import OperationalError

from apps.core import clock
from apps.events.catalog import EventType
from apps.nodes.captures import CaptureError, CaptureRefused, Captures, NodeAway, NothingCaptured
from apps.recordings.capturing import captures_of, keeps_logs
from apps.recordings.collecting import Pulled, pull
from apps.recordings.downloads import collect_files
from apps.recordings.kinds import NOTHING, Kind, RecordingState
from apps.recordings.models import Recording, Segment
from apps.recordings.queries import UNDER_WAY, picture_of
from apps.recordings.retention import expiry
from apps.sessions.advance import note
from apps.sessions.lifecycle import EndReason
from apps.sessions.models import BrowserSession

logger = logging.getLogger(__name__)

LOG_SECONDS, PICTURE_SECONDS = 3.0, 15.0  # how long an end may wait for what is left
PAUSE_SECONDS = 0.1
GIVE_UP = timedelta(seconds=60)  # a node that is away this long after its session's end took the rest with it
LOST = "Its node was lost; what was stored until then is here."


def finish(session: BrowserSession) -> None:
    """Before its browser is removed: no more is captured, and all that was is stored. Bounded; raises nothing."""
    picture = picture_of(session)
    captures = captures_of(session)
    if session.owner_id is None or captures is None:
        return
    if session.end_reason == EndReason.NODE_LOST:
        _leave(session, "the node is lost")  # nobody answers: the collector waits for it, not the session's end
        return
    if picture is None and not keeps_logs(session):
        collect_files(session, within=LOG_SECONDS)
        return
    deadline = time.monotonic() + (PICTURE_SECONDS if picture else LOG_SECONDS)
    try:
        collect_files(session, within=deadline - time.monotonic())
        while not _bring_in(session, captures):
            if time.monotonic() >= deadline:
                _leave(session, "it takes long")
                return
            time.sleep(PAUSE_SECONDS)
    except CaptureError as error:
        _leave(session, f"{type(error).__name__}: {error}")
        return
    end_all(session, clock.now())


def _leave(session: BrowserSession, reason: str) -> None:
    """To the collector. It looks at a session that is over while a recording of it is not: one there must be."""
    logger.info("finish.left", extra={"session": session.public_id, "reason": reason})
    if keeps_logs(session) and not Recording.objects.filter(UNDER_WAY, session=session).exists():
        started_at = session.claimed_at or clock.now()
        Recording.objects.get_or_create(session=session, kind=Kind.LOGS, defaults={"started_at": started_at})


def settle(session: BrowserSession, now: datetime) -> None:
    """The same for one whose end is past, as often as it takes."""
    captures = captures_of(session)
    ended_at = session.ended_at or session.stopping_at or now
    error = ""
    try:
        is_over = captures is None or _bring_in(session, captures)
    except NodeAway:
        is_over = now - ended_at >= GIVE_UP
        error = LOST
    except CaptureError:
        is_over = True
    if is_over:
        end_all(session, _last_moment(session) or ended_at, error=error)


def end_all(session: BrowserSession, at: datetime, *, error: str = "") -> None:
    """Every recording of it that runs."""
    for row in Recording.objects.filter(UNDER_WAY, session=session):
        end(row, at, error=error)


def end(recording: Recording, at: datetime, *, error: str = "") -> bool:
    """Nothing more is recorded; its film is made by a worker. False where it had ended before."""
    is_log = recording.kind == Kind.LOGS
    state = RecordingState.STORED if is_log else RecordingState.FINALISING
    session = recording.session
    fields = {"state": state, "ended_at": max(at, recording.started_at), "expires_at": expiry(session, at)}
    with transaction.atomic():
        rows = Recording.objects.filter(pk=recording.pk, state=RecordingState.RECORDING)
        if not rows.update(**fields, **({"error": error[:300]} if error else {})):
            return False
        if not is_log:
            data = {"recording": recording.public_id, "kind": recording.kind, "error": error or None}
            note(session, EventType.RECORDING_STOPPED, now=clock.now(), data=data)
            transaction.on_commit(lambda: hand_over(recording))
    recording.refresh_from_db()
    return True


def hand_over(recording: Recording) -> None:
    """To a worker. Without a broker the periodic job finds it."""
    try:
        current_app.send_task("recordings.finalise", args=[str(recording.pk)], retry=False)
    except OperationalError as error:
        logger.info("finalise.not_sent", extra={"recording": recording.public_id, "reason": str(error)})


def _bring_in(session: BrowserSession, captures: Captures) -> bool:
    """Switch the capture off and pull what is left. Whether that was all."""
    is_gone = False
    try:
        captures.want(NOTHING.to_json())
    except (NothingCaptured, CaptureRefused):
        is_gone = True  # the browser; its spool may still be there
    try:
        pulled = pull(session, captures, flush=True)
    except NothingCaptured:
        pulled = Pulled(is_over=True)
    return is_gone or pulled.is_over


def _last_moment(session: BrowserSession) -> datetime | None:
    last_ms = Segment.objects.filter(session=session).aggregate(last=Max("last_ms"))["last"]
    return datetime.fromtimestamp(last_ms / 1000, UTC) if last_ms is not None else None
