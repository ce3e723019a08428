"""Recordings, logs and files as the OpenAPI document shows them."""

from rest_framework import serializers as s

from apps.api.v1.documents import Document, always
from apps.recordings.kinds import FileKind, Kind, RecordingState
from apps.recordings.logs import SHOWN

KINDS = [kind for kind in Kind if kind is not Kind.LOGS]


class RecordingContent(Document):
    name = s.CharField(help_text="video.webm, or dom/1.json for each page.")
    url = s.CharField()
    bytes = s.IntegerField()
    sha256 = s.CharField()


class RecordingSerializer(Document):
    object = always("recording")
    id = s.CharField()
    session = s.CharField()
    kind = s.ChoiceField([str(kind) for kind in Kind], help_text="`logs`: console, network and so on; one a session.")
    state = s.ChoiceField([str(state) for state in RecordingState if state is not RecordingState.DELETED])
    started_at = s.DateTimeField()
    ended_at = s.DateTimeField(allow_null=True)
    duration_seconds = s.FloatField(allow_null=True)
    bytes = s.IntegerField()
    expires_at = s.DateTimeField(allow_null=True, help_text="Null: kept until somebody deletes it.")
    error = s.CharField(allow_null=True)
    files = RecordingContent(many=True, help_text="There once the state is `stored`.")


class RecordingRequest(Document):
    kind = s.ChoiceField([str(kind) for kind in KINDS], required=False, default=str(Kind.DOM))


class DomPage(Document):
    id = s.CharField()
    number = s.IntegerField()
    page_url = s.CharField(allow_blank=True)
    first = s.FloatField(help_text="Milliseconds from the recording's start.")
    last = s.FloatField()
    events = s.IntegerField()
    url = s.CharField(help_text="Its rrweb events.")


class DomPages(Document):
    pages = DomPage(many=True)


class LogLine(Document):
    id = s.CharField()
    stream = s.ChoiceField([str(stream) for stream in SHOWN])
    timestamp = s.DateTimeField()
    data = s.DictField()  # type: ignore[assignment] # the name of a property of DRF's


class LogPage(Document):
    results = LogLine(many=True)
    next = s.CharField(allow_null=True)
    previous = s.CharField(allow_null=True, help_text="Always null: logs are read forwards.")
    place = s.CharField(allow_blank=True, help_text="What `after` takes to read on from here, also later.")


class FileSerializer(Document):
    object = always("file")
    id = s.CharField()
    session = s.CharField()
    kind = s.ChoiceField([str(kind) for kind in FileKind])
    name = s.CharField()
    source_url = s.CharField(allow_null=True, help_text="Where a download came from.")
    bytes = s.IntegerField()
    sha256 = s.CharField(allow_null=True)
    created_at = s.DateTimeField()
    expires_at = s.DateTimeField(allow_null=True)
    error = s.CharField(allow_null=True, help_text="Why it was not kept.")
    url = s.CharField(allow_null=True)
