"""What was recorded of sessions: recordings, the stored pieces they are made of, and the files of sessions."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from apps.core.models import Identified
from apps.recordings.kinds import FileKind, Kind, RecordingState, Stream
from apps.sessions.models import BrowserSession


class Recording(Identified):
    """A span of a session, of one kind. Seen by whoever sees the session: ask by the session, never by its own id."""

    prefix = "rec"

    session = models.ForeignKey(BrowserSession, on_delete=models.CASCADE, related_name="recordings")
    kind = models.CharField(max_length=6, choices=[(kind, kind) for kind in Kind])
    state = models.CharField(
        max_length=10, choices=[(state, state) for state in RecordingState], default=RecordingState.RECORDING
    )
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    bytes = models.PositiveBigIntegerField(default=0)  # all that is stored of it
    error = models.CharField(max_length=300, blank=True)  # why it failed or ended early, in a sentence
    expires_at = models.DateTimeField(null=True)  # null: kept until somebody deletes it
    tries = models.PositiveSmallIntegerField(default=0)  # of finalising it
    busy_until = models.DateTimeField(null=True)  # a worker is at it

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["session"],
                condition=Q(state=RecordingState.RECORDING) & ~Q(kind=Kind.LOGS),
                name="one_recording_at_a_time",
            ),
            models.UniqueConstraint(fields=["session"], condition=Q(kind=Kind.LOGS), name="one_log_per_session"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["session"], condition=Q(state=RecordingState.RECORDING), name="recordings_under_way"),
            models.Index(
                fields=["busy_until"], condition=Q(state=RecordingState.FINALISING), name="recordings_to_finalise"
            ),
            models.Index(fields=["expires_at"], condition=Q(expires_at__isnull=False), name="recordings_to_expire"),
        ]

    @property
    def status(self) -> RecordingState:
        return RecordingState(self.state)

    @property
    def duration_seconds(self) -> float | None:
        return (self.ended_at - self.started_at).total_seconds() if self.ended_at else None


class Segment(models.Model):
    """A piece of one stream as the node closed it, stored as it came: JSON lines gzipped, or frames."""

    id = models.BigAutoField(primary_key=True)
    session = models.ForeignKey(BrowserSession, on_delete=models.CASCADE, related_name="+")
    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="segments")
    incarnation = models.PositiveIntegerField()
    stream = models.CharField(max_length=10, choices=[(stream, stream) for stream in Stream])
    number = models.PositiveIntegerField()
    first_ms = models.PositiveBigIntegerField()  # since 1970
    last_ms = models.PositiveBigIntegerField()
    bytes = models.PositiveBigIntegerField()
    lines = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64)
    stored_as = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["session", "incarnation", "stream", "number"], name="one_segment_of_its_number"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["session", "stream", "incarnation", "number"], name="segments_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.stream} {self.incarnation}.{self.number}"


class Artifact(models.Model):
    """What was made of a recording: the film, one list of events for each page. `about` describes what is inside."""

    id = models.BigAutoField(primary_key=True)
    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="artifacts")
    name = models.CharField(max_length=80)  # as its address ends: video.webm, dom/1.json
    media_type = models.CharField(max_length=60)
    is_gzipped = models.BooleanField(default=False)
    bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    stored_as = models.CharField(max_length=200)
    about = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["recording", "name"], name="one_artifact_of_its_name")]

    def __str__(self) -> str:
        return self.name


class SessionFile(Identified):
    """What a browser downloaded, or what was uploaded for its pages to take. Seen by whoever sees the session."""

    prefix = "fil"

    session = models.ForeignKey(BrowserSession, on_delete=models.CASCADE, related_name="files")
    kind = models.CharField(max_length=8, choices=[(kind, kind) for kind in FileKind])
    name = models.CharField(max_length=255)
    url = models.CharField(max_length=2000, blank=True)  # where a download came from
    bytes = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    stored_as = models.CharField(max_length=200, blank=True)  # empty: it was not kept, `error` says why
    error = models.CharField(max_length=300, blank=True)
    expires_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["session", "kind", "name"], condition=Q(deleted_at__isnull=True), name="one_file_of_its_name"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["expires_at"], condition=Q(expires_at__isnull=False), name="files_to_expire"),
        ]
