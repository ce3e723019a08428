"""Recordings of a session: a list, start and stop, what is in them, the end of them."""

import json
from collections.abc import Iterator
from typing import Any

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.access.lookup import find
from apps.access.outside import Origin
from apps.access.permissions import Permission
from apps.api.endpoint import Endpoint, known_only
from apps.api.pagination import page_of
from apps.api.schema import PAGING, problems
from apps.api.stored import gzipped, streamed, whole_or_part
from apps.api.v1 import documents
from apps.api.v1 import recording_documents as shapes
from apps.api.v1.moments import moment, said
from apps.core.errors import NotFound
from apps.core.identifiers import encode
from apps.recordings.dom import Pages
from apps.recordings.kinds import Kind
from apps.recordings.models import Recording
from apps.recordings.queries import artifact_of, recording_of, recordings_of
from apps.recordings.services import delete_recording, start_recording, stop_recording
from apps.recordings.track import live_pages
from apps.sessions.models import BrowserSession

INDEX = "dom.json"
RANGE = OpenApiParameter("Range", str, OpenApiParameter.HEADER, description="One span of bytes of the film.")


class SessionRecordings(Endpoint):
    @extend_schema(
        operation_id="recordings_list",
        tags=["recordings"],
        summary="Recordings of a session, newest first",
        parameters=PAGING,
        responses={200: documents.page_of(shapes.RecordingSerializer), **problems(404, 422)},
    )
    def get(self, request: Request, id: str) -> Response:  # noqa: A002 - the address's own word
        session = find(BrowserSession, id, self.actor, Permission.SESSION_VIEW)
        page = page_of(recordings_of(session), request)
        return Response(page.as_json(lambda recording: recording_json(recording, self.origin)))

    @extend_schema(
        operation_id="recordings_start",
        tags=["recordings"],
        summary="Start recording",
        description="200 where one of that kind runs already.",
        request=shapes.RecordingRequest,
        responses={
            200: shapes.RecordingSerializer,
            201: shapes.RecordingSerializer,
            **problems(404, 409, 410, 422),
        },
    )
    def post(self, request: Request, id: str) -> Response:  # noqa: A002
        session = find(BrowserSession, id, self.actor, Permission.SESSION_CONTROL)
        body = self.body()
        known_only(body, frozenset({"kind"}))
        recording, is_new = start_recording(session, body.get("kind", Kind.DOM), actor=self.actor)
        return Response(recording_json(recording, self.origin), status=201 if is_new else 200)


class SessionRecording(Endpoint):
    @extend_schema(
        operation_id="recordings_read",
        tags=["recordings"],
        summary="A recording",
        responses={200: shapes.RecordingSerializer, **problems(404)},
    )
    def get(self, request: Request, id: str, recording_id: str) -> Response:  # noqa: A002
        session = find(BrowserSession, id, self.actor, Permission.SESSION_VIEW)
        return Response(recording_json(recording_of(session, recording_id), self.origin))

    @extend_schema(
        operation_id="recordings_delete",
        tags=["recordings"],
        summary="Delete a recording, with its bytes",
        responses={204: None, **problems(404, 409)},
    )
    def delete(self, request: Request, id: str, recording_id: str) -> Response:  # noqa: A002
        session = find(BrowserSession, id, self.actor, Permission.SESSION_CONTROL)
        delete_recording(recording_of(session, recording_id), actor=self.actor)
        return Response(status=204)


class SessionRecordingStop(Endpoint):
    @extend_schema(
        operation_id="recordings_stop",
        tags=["recordings"],
        summary="Stop a recording",
        description="Its files are there once its state is `stored`.",
        request=None,
        responses={200: shapes.RecordingSerializer, **problems(404, 409)},
    )
    def post(self, request: Request, id: str, recording_id: str) -> Response:  # noqa: A002
        session = find(BrowserSession, id, self.actor, Permission.SESSION_CONTROL)
        recording = stop_recording(recording_of(session, recording_id), actor=self.actor)
        return Response(recording_json(recording, self.origin))


class SessionRecordingContent(Endpoint):
    @extend_schema(
        operation_id="recordings_content",
        tags=["recordings"],
        summary="What is in a recording: video.webm, dom.json (the pages) or dom/1.json (a page's events)",
        parameters=[RANGE],
        responses={
            (200, "video/webm"): OpenApiResponse(OpenApiTypes.BINARY),
            (206, "video/webm"): OpenApiResponse(OpenApiTypes.BINARY),
            (200, "application/json"): shapes.DomPages,
            416: None,
            **problems(404),
        },
    )
    def get(self, request: Request, id: str, recording_id: str, name: str) -> HttpResponseBase:  # noqa: A002
        session = find(BrowserSession, id, self.actor, Permission.SESSION_VIEW)
        recording = recording_of(session, recording_id)
        if name == INDEX:
            return Response({"pages": [self._page(recording, about) for about in _pages(recording)]})
        if not recording.artifacts.all():
            return _live(recording, name)
        artifact = artifact_of(recording, name)
        if artifact.is_gzipped:
            return gzipped(request, artifact.stored_as, artifact.bytes, artifact.media_type)
        return whole_or_part(request, artifact.stored_as, artifact.bytes, artifact.media_type)

    def _page(self, recording: Recording, about: dict[str, Any]) -> dict[str, Any]:
        numbers = {name: about.get(name, 0) for name in ("number", "first", "last", "events")}
        address = content_address(recording, f"dom/{numbers['number']}.json", self.origin)
        return {"id": str(about.get("id", "")), **numbers, "page_url": str(about.get("url", "")), "url": address}


def recording_json(recording: Recording, origin: Origin) -> dict[str, Any]:
    duration = recording.duration_seconds
    return {
        "object": "recording",
        "id": recording.public_id,
        "session": encode(BrowserSession.prefix, recording.session_id),
        "kind": recording.kind,
        "state": recording.state,
        "started_at": moment(recording.started_at),
        "ended_at": moment(recording.ended_at),
        "duration_seconds": None if duration is None else round(duration, 3),
        "bytes": recording.bytes,
        "expires_at": moment(recording.expires_at),
        "error": said(recording.error),
        "files": [
            {
                "name": artifact.name,
                "url": content_address(recording, artifact.name, origin),
                "bytes": artifact.bytes,
                "sha256": artifact.sha256,
            }
            for artifact in recording.artifacts.all()
        ],
    }


def content_address(recording: Recording, name: str, origin: Origin) -> str:
    session = encode(BrowserSession.prefix, recording.session_id)
    return f"{origin.http}/api/v1/sessions/{session}/recordings/{recording.public_id}/{name}"


def _pages(recording: Recording) -> list[dict[str, Any]]:
    made = [artifact.about for artifact in recording.artifacts.all() if artifact.name.startswith("dom/")]
    return sorted(made, key=lambda about: int(about.get("number", 0))) if made else live_pages(recording)


def _live(recording: Recording, name: str) -> HttpResponseBase:
    """Of one whose lists are not made yet, what there is until now."""
    number = name.removeprefix("dom/").removesuffix(".json")
    if name != f"dom/{number}.json" or not number.isdecimal() or len(number) > 3:
        raise NotFound
    if int(number) not in {int(about["number"]) for about in live_pages(recording)}:
        raise NotFound
    return streamed(_events(recording, int(number)), "application/json")


def _events(recording: Recording, number: int) -> Iterator[str]:
    separator = "["
    for page, event in Pages(recording).events():
        if page.number == number:
            yield separator + json.dumps(event, separators=(",", ":"))
            separator = ",\n"
    yield "]" if separator != "[" else "[]"
