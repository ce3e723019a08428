"""What else one session answers: its story, and a root of its own for clients that drop path and query."""

from collections.abc import Sequence

from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from apps.access.actor import Actor
from apps.access.lookup import find
from apps.access.outside import Origin
from apps.access.permissions import Permission
from apps.api.endpoint import Endpoint
from apps.api.pagination import BY_SEQUENCE, page_of
from apps.api.schema import PAGING, RESUME, problems
from apps.api.streams import BATCH, EventSource, EventStreamRenderer, last_event_id, stream, wants_stream
from apps.api.v1 import documents, examples
from apps.api.v1.event_json import event_json
from apps.core.errors import Conflict, Ended
from apps.events.catalog import EventType
from apps.events.models import Event
from apps.events.queries import of_session
from apps.sessions.models import BrowserSession
from apps.sessions.queries import is_still_there, visible_sessions
from apps.sessions.tickets import mint


class SessionEvents(Endpoint):
    renderer_classes = (JSONRenderer, EventStreamRenderer)

    @extend_schema(
        operation_id="sessions_events",
        tags=["sessions"],
        summary="A session's story, oldest first; a stream with `Accept: text/event-stream`",
        parameters=[*PAGING, RESUME],
        responses={
            (200, "application/json"): OpenApiResponse(
                documents.page_of(documents.EventSerializer), examples=[examples.EVENTS]
            ),
            (200, "text/event-stream"): OpenApiResponse(
                {"type": "string"}, description="`id` is the sequence. Ends after `session.ended`."
            ),
            **problems(404, 422),
        },
    )
    def get(self, request: Request, id: str) -> HttpResponseBase:  # noqa: A002 - the address's own word
        session = find(BrowserSession, id, self.actor, Permission.SESSION_VIEW)
        if wants_stream(request):
            return stream(Story(self.actor, session, last_event_id(request) or 0))
        return Response(page_of(of_session(session.pk), request, BY_SEQUENCE).as_json(event_json))


class Story(EventSource):
    """One session's events by their sequence, until it has ended."""

    def __init__(self, actor: Actor, session: BrowserSession, place: int) -> None:
        super().__init__(actor, place)
        self.session = session

    def read(self) -> tuple[Sequence[tuple[int, Event]], bool]:
        events = list(of_session(self.session.pk, after_sequence=self.place)[:BATCH])
        is_over = any(event.type == EventType.SESSION_ENDED for event in events)
        if not events:
            is_over = not is_still_there(self.session) or self.session.is_ended
        return [(event.sequence or 0, event) for event in events], is_over

    def is_allowed(self) -> bool:
        return visible_sessions(self.actor).filter(pk=self.session.pk).exists()


class SessionHostRoot(Endpoint):
    @extend_schema(
        operation_id="sessions_host_root",
        tags=["sessions"],
        summary="A host name of the session's own",
        request=None,
        responses={200: documents.HostRoot, **problems(404, 409, 410)},
    )
    def post(self, request: Request, id: str) -> Response:  # noqa: A002
        session = find(BrowserSession, id, self.actor, Permission.SESSION_USE)
        if session.is_ended or session.stop_requested_at is not None:
            raise Ended("session_ended", "This session has ended. Claim a new one.")
        if session.owner_id is None:
            raise Conflict("not_claimed", "Nobody has claimed this session.")
        root = _root(self.origin, mint(session, actor=self.actor, is_host_root=True))
        return Response({"object": "host_root", "url": root.http, "host": root.netloc})


def _root(origin: Origin, secret: str) -> Origin:
    """`{secret}.connect.<host>` with the scheme and port of the request. An address has no names below it."""
    root = origin.below(f"{secret}.connect")
    if root is None:
        raise Conflict(
            "no_host_name", "A root needs a host name: reach the service by one, or set BROWSERGRID_PUBLIC_URL."
        )
    return root
