"""What was written down of a session: console, network, the clients' commands; as a list, a stream, an archive."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from apps.access.actor import Actor
from apps.access.lookup import find
from apps.access.permissions import Permission
from apps.api.endpoint import Endpoint, number_of, query_of
from apps.api.pagination import LONGEST, USUAL, address_with
from apps.api.schema import problems
from apps.api.stored import attached, streamed
from apps.api.streams import BATCH, EventStreamRenderer, Source, stream, wants_stream
from apps.api.v1 import recording_documents as shapes
from apps.api.v1.moments import moment
from apps.core.errors import Invalid
from apps.recordings import har
from apps.recordings.kinds import Stream
from apps.recordings.logs import SHOWN, Line, Place, every, place_of, read
from apps.recordings.looking import look_now
from apps.sessions.models import BrowserSession
from apps.sessions.queries import is_still_there, visible_sessions

LONGEST_TEXT = 200
FILTERS = [
    OpenApiParameter("stream", str, description=f"One or several of {', '.join(SHOWN)}; comma between."),
    OpenApiParameter("q", {"type": "string", "maxLength": LONGEST_TEXT}, description="Only lines with this text."),
    OpenApiParameter("after", str, description="Read on from a `place`."),
    OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": LONGEST, "default": USUAL}),
]
RESUME = OpenApiParameter(
    "Last-Event-ID", str, OpenApiParameter.HEADER, description="With `Accept: text/event-stream`: as `after`."
)


class SessionLogs(Endpoint):
    renderer_classes = (JSONRenderer, EventStreamRenderer)

    @extend_schema(
        operation_id="sessions_logs",
        tags=["sessions"],
        summary="Console, network and commands, oldest first; a stream with `Accept: text/event-stream`",
        parameters=[*FILTERS, RESUME],
        responses={
            (200, "application/json"): shapes.LogPage,
            (200, "text/event-stream"): OpenApiResponse(
                {"type": "string"}, description="`id` is the place after the line. Ends with the session."
            ),
            **problems(404, 422),
        },
    )
    def get(self, request: Request, id: str) -> HttpResponseBase:  # noqa: A002 - the address's own word
        session = find(BrowserSession, id, self.actor, Permission.SESSION_VIEW)
        streams, text = _streams(query_of(request, "stream")), _text(query_of(request, "q"))
        if wants_stream(request):
            place = place_of(request.headers.get("Last-Event-ID", "").strip() or query_of(request, "after"))
            return stream(LiveLogs(self.actor, session, place, streams, text))
        limit = number_of(request, "limit", usual=USUAL, least=1, most=LONGEST)
        place = place_of(query_of(request, "after"))
        look_now(session)
        found = read(session, streams, place, text=text, limit=limit)
        onward = None if found.is_end else address_with(request, "after", str(found.place))
        lines = [line_json(line) for line in found.lines]
        return Response({"results": lines, "next": onward, "previous": None, "place": str(found.place)})


class LiveLogs(Source[Place, Line]):
    """A session's lines as they come, until it has ended."""

    def __init__(
        self, actor: Actor, session: BrowserSession, place: Place, streams: Sequence[Stream], text: str
    ) -> None:
        super().__init__(actor, place)
        self.session, self.streams, self.text = session, streams, text

    def read(self) -> tuple[Sequence[tuple[Place, Line]], bool]:
        if not is_still_there(self.session):
            return [], True
        was_over = self.session.is_ended
        look_now(self.session)
        found = read(self.session, self.streams, self.place, text=self.text, limit=BATCH)
        self.place = found.place  # also past lines that were not wanted
        return [(line.after, line) for line in found.lines], was_over and found.is_end

    def is_allowed(self) -> bool:
        return visible_sessions(self.actor).filter(pk=self.session.pk).exists()

    def name(self, event: Line) -> str:
        return event.stream

    def shape(self, event: Line) -> dict[str, Any]:
        return line_json(event)


class SessionHar(Endpoint):
    @extend_schema(
        operation_id="sessions_har",
        tags=["sessions"],
        summary="The network log as an HTTP Archive 1.2",
        description="Credentials in headers and addresses are redacted; bodies are not kept.",
        responses={(200, "application/json"): OpenApiResponse(OpenApiTypes.OBJECT), **problems(404)},
    )
    def get(self, request: Request, id: str) -> HttpResponseBase:  # noqa: A002
        session = find(BrowserSession, id, self.actor, Permission.SESSION_VIEW)
        look_now(session)
        pages = [_flat(line) for line in every(session, [Stream.PAGE])]
        requests = (_flat(line) for line in every(session, [Stream.NETWORK]))
        browser = str(session.version.get("Browser", ""))
        archive = streamed(har.pieces(pages, requests, browser=browser), "application/json")
        return attached(archive, f"{session.public_id}.har")


def line_json(line: Line) -> dict[str, Any]:
    return {
        "id": line.id,
        "stream": line.stream,
        "timestamp": moment(datetime.fromtimestamp(line.at_ms / 1000, UTC)),
        "data": line.data,
    }


def _flat(line: Line) -> dict[str, Any]:
    return {**line.data, "t": line.at_ms}


def _streams(text: str) -> tuple[Stream, ...]:
    words = [word for word in text.split(",") if word]
    unknown = [word for word in words if word not in SHOWN]
    if unknown:
        told = {"stream": "There is no such value."}
        raise Invalid("invalid", f"stream: There is no {unknown[0][:60]!r}.", fields=told)
    return tuple(stream for stream in SHOWN if stream in words) if words else SHOWN


def _text(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        words = f"At most {LONGEST_TEXT} letters."
        raise Invalid("invalid", f"q: {words}", fields={"q": words})
    return text
