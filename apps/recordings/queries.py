"""Recordings, segments and files, by name. Whoever asks has found the session first: that is what is shared."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import BigIntegerField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Cast, Coalesce

from apps.access.lookup import one_of
from apps.accounts.models import User
from apps.core.errors import NotFound
from apps.recordings.kinds import Kind, RecordingState
from apps.recordings.models import Artifact, Recording, Segment, SessionFile
from apps.sessions.models import BrowserSession

UNDER_WAY = Q(state=RecordingState.RECORDING)
IS_LOG = Q(kind=Kind.LOGS)


def recordings_of(session: BrowserSession) -> QuerySet[Recording]:
    """Newest first, those that were deleted left out."""
    return (
        Recording.objects.filter(session=session)
        .exclude(state=RecordingState.DELETED)
        .prefetch_related("artifacts")
        .order_by("-id")
    )


def recording_of(session: BrowserSession, public_id: str) -> Recording:
    """Raises NotFound."""
    return one_of(recordings_of(session), public_id)


def picture_of(session: BrowserSession) -> Recording | None:
    """The recording of pictures that runs now."""
    return Recording.objects.filter(UNDER_WAY, ~IS_LOG, session=session).first()


def latest_pictures(session: BrowserSession) -> QuerySet[Recording]:
    return recordings_of(session).exclude(kind=Kind.LOGS)


def artifact_of(recording: Recording, name: str) -> Artifact:
    """Raises NotFound."""
    row = recording.artifacts.filter(name=name).first()
    if row is None:
        raise NotFound
    return row


def segments_of(session: BrowserSession, streams: Iterable[str]) -> QuerySet[Segment]:
    """In the order in which each stream was written."""
    rows = Segment.objects.filter(session=session, stream__in=[str(stream) for stream in streams])
    return rows.order_by("stream", "incarnation", "number")


def files_of(session: BrowserSession) -> QuerySet[SessionFile]:
    """In the order in which they came."""
    return SessionFile.objects.filter(session=session, deleted_at__isnull=True).order_by("id")


def file_of(session: BrowserSession, public_id: str) -> SessionFile:
    """Raises NotFound."""
    return one_of(files_of(session), public_id)


def bytes_of(session: BrowserSession) -> int:
    return int(Recording.objects.filter(session=session).aggregate(sum=Sum("bytes"))["sum"] or 0)


def bytes_by_owner(owners: Collection[UUID]) -> dict[UUID, int]:
    """Recordings, logs and files of all sessions of each, by one question. Whoever keeps nothing is not in it."""
    recorded = Recording.objects.filter(session__owner=OuterRef("pk"))
    files = SessionFile.objects.filter(session__owner=OuterRef("pk"), deleted_at__isnull=True)
    kept = F("recorded") + F("filed")
    people = User.objects.filter(pk__in=list(owners)).annotate(recorded=_bytes(recorded), filed=_bytes(files))
    return dict(people.annotate(kept=kept).filter(kept__gt=0).values_list("pk", "kept"))


def bytes_kept_by(owners: Collection[UUID]) -> int:
    """The same of all of them together."""
    return sum(bytes_by_owner(owners).values())


def recordings_by(user: User) -> QuerySet[Recording]:
    """Of all sessions of that person."""
    return Recording.objects.filter(session__owner=user).exclude(state=RecordingState.DELETED)


def files_by(user: User) -> QuerySet[SessionFile]:
    return SessionFile.objects.filter(session__owner=user, deleted_at__isnull=True)


def to_finalise(now: datetime) -> QuerySet[Recording]:
    """Those that no worker is at."""
    waiting = Recording.objects.filter(state=RecordingState.FINALISING)
    return waiting.filter(Q(busy_until__isnull=True) | Q(busy_until__lte=now)).order_by("id")


def expired_recordings(now: datetime) -> QuerySet[Recording]:
    rows = Recording.objects.filter(expires_at__lte=now)
    return rows.exclude(state__in=[RecordingState.DELETED, RecordingState.RECORDING]).order_by("expires_at")


def expired_files(now: datetime) -> QuerySet[SessionFile]:
    """Of sessions that ended: as long as one runs, its browser has them, and they would be brought in anew."""
    over = SessionFile.objects.filter(session__ended_at__isnull=False, deleted_at__isnull=True)
    return over.filter(expires_at__lte=now).order_by("expires_at")


def _bytes(rows: "QuerySet[Recording] | QuerySet[SessionFile]") -> Coalesce:
    """Of one owner's rows. A sum of big integers is a decimal on PostgreSQL."""
    sums = rows.order_by().values("session__owner").annotate(sum=Cast(Sum("bytes"), BigIntegerField())).values("sum")
    return Coalesce(Subquery(sums), Value(0), output_field=BigIntegerField())
