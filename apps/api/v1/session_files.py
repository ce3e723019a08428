"""Files of a session: what its browser downloaded, and uploads that its pages may choose."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.access.lookup import find
from apps.access.outside import Origin
from apps.access.permissions import Permission
from apps.api.endpoint import Endpoint
from apps.api.pagination import page_of
from apps.api.schema import PAGING, problems
from apps.api.stored import PLAIN, attached, streamed, whole_or_part
from apps.api.v1 import documents
from apps.api.v1 import recording_documents as shapes
from apps.api.v1.moments import moment, said
from apps.api.v1.recordings import RANGE
from apps.core.errors import Invalid, NotFound
from apps.core.identifiers import encode
from apps.recordings import zipping
from apps.recordings.looking import look_now
from apps.recordings.models import SessionFile
from apps.recordings.queries import file_of, files_of
from apps.recordings.services import delete_file, upload
from apps.sessions.models import BrowserSession


class SessionFiles(Endpoint):
    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="files_list",
        tags=["files"],
        summary="Downloads and uploads of a session, newest first",
        parameters=PAGING,
        responses={200: documents.page_of(shapes.FileSerializer), **problems(404, 422)},
    )
    def get(self, request: Request, id: str) -> Response:  # noqa: A002 - the address's own word
        session = find(BrowserSession, id, self.actor, Permission.SESSION_VIEW)
        look_now(session)
        page = page_of(files_of(session), request)
        return Response(page.as_json(lambda file: file_json(file, self.origin)))

    @extend_schema(
        operation_id="files_upload",
        tags=["files"],
        summary="Upload a file that the session's pages may choose",
        request={
            "multipart/form-data": {
                "type": "object",
                "properties": {"file": {"type": "string", "format": "binary"}},
                "required": ["file"],
            }
        },
        responses={201: shapes.FileSerializer, **problems(404, 409, 410, 422, 503)},
    )
    def post(self, request: Request, id: str) -> Response:  # noqa: A002
        session = find(BrowserSession, id, self.actor, Permission.SESSION_USE)
        given = request.FILES.get("file")
        if not isinstance(given, UploadedFile) or given.file is None:
            raise Invalid("invalid", "file: Send one as multipart/form-data.", fields={"file": "Send a file."})
        row = upload(session, given.name or "", given.file, actor=self.actor)
        return Response(file_json(row, self.origin), status=201)


class SessionFileOne(Endpoint):
    @extend_schema(
        operation_id="files_read",
        tags=["files"],
        summary="The bytes of a file",
        parameters=[RANGE],
        responses={
            (200, PLAIN): OpenApiResponse(OpenApiTypes.BINARY),
            (206, PLAIN): OpenApiResponse(OpenApiTypes.BINARY),
            416: None,
            **problems(404),
        },
    )
    def get(self, request: Request, id: str, file_id: str) -> HttpResponseBase:  # noqa: A002
        session = find(BrowserSession, id, self.actor, Permission.SESSION_VIEW)
        file = file_of(session, file_id)
        if not file.stored_as:
            raise NotFound
        return attached(whole_or_part(request, file.stored_as, file.bytes, PLAIN), file.name)

    @extend_schema(
        operation_id="files_delete",
        tags=["files"],
        summary="Delete a file",
        responses={204: None, **problems(404, 503)},
    )
    def delete(self, request: Request, id: str, file_id: str) -> Response:  # noqa: A002
        session = find(BrowserSession, id, self.actor, Permission.SESSION_CONTROL)
        delete_file(file_of(session, file_id), actor=self.actor)
        return Response(status=204)


class SessionFilesZip(Endpoint):
    @extend_schema(
        operation_id="files_zip",
        tags=["files"],
        summary="All files of a session in a zip",
        responses={(200, "application/zip"): OpenApiResponse(OpenApiTypes.BINARY), **problems(404)},
    )
    def get(self, request: Request, id: str) -> HttpResponseBase:  # noqa: A002
        session = find(BrowserSession, id, self.actor, Permission.SESSION_VIEW)
        look_now(session)
        archive = streamed(zipping.pieces(list(files_of(session))), "application/zip")
        return attached(archive, f"{session.public_id}.zip")


def file_json(file: SessionFile, origin: Origin) -> dict[str, Any]:
    session = encode(BrowserSession.prefix, file.session_id)
    return {
        "object": "file",
        "id": file.public_id,
        "session": session,
        "kind": file.kind,
        "name": file.name,
        "source_url": said(file.url),
        "bytes": file.bytes,
        "sha256": said(file.sha256),
        "created_at": moment(file.created_at),
        "expires_at": moment(file.expires_at),
        "error": said(file.error),
        "url": f"{origin.http}/api/v1/sessions/{session}/files/{file.public_id}" if file.stored_as else None,
    }
