"""What happened that the caller may see: a list, newest first, or a stream of what comes."""

from collections.abc import Sequence

from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from apps.access.actor import Actor
from apps.access.permissions import Permission
from apps.api.endpoint import Endpoint
from apps.api.filters import narrowed_events, wanted_types
from apps.api.pagination import BY_POSITION, page_of
from apps.api.schema import PAGING, RESUME, problems
from apps.api.streams import BATCH, EventSource, EventStreamRenderer, last_event_id, stream, wants_stream
from apps.api.v1 import documents, examples
from apps.api.v1.event_json import event_json
from apps.events.models import Event
from apps.events.queries import after, last_position, visible_events

FILTERS = [
    OpenApiParameter("type", str, description="One or several types; comma between."),
    OpenApiParameter("session", str, description="Of one session, `ses_…`."),
    OpenApiParameter("since", {"type": "string", "format": "date-time"}),
    OpenApiParameter("until", {"type": "string", "format": "date-time"}),
]


class Events(Endpoint):
    renderer_classes = (JSONRenderer, EventStreamRenderer)

    @extend_schema(
        operation_id="events_list",
        tags=["events"],
        summary="Events, newest first; a stream of new ones with `Accept: text/event-stream`",
        parameters=[*PAGING, *FILTERS, RESUME],
        responses={
            (200, "application/json"): OpenApiResponse(
                documents.page_of(documents.EventSerializer), examples=[examples.EVENTS]
            ),
            (200, "text/event-stream"): OpenApiResponse(
                {"type": "string"}, description="`id` is the position; a reader that comes back misses nothing."
            ),
            **problems(422),
        },
    )
    def get(self, request: Request) -> HttpResponseBase:
        actor = self.actor
        actor.require(Permission.EVENT_VIEW)
        if wants_stream(request):
            begin = last_event_id(request)
            return stream(News(actor, last_position() if begin is None else begin, wanted_types(request)))
        page = page_of(narrowed_events(visible_events(actor), request), request, BY_POSITION)
        return Response(page.as_json(event_json))


class News(EventSource):
    """Everything the actor may see, in the order in which it was committed."""

    def __init__(self, actor: Actor, place: int, types: frozenset[str]) -> None:
        super().__init__(actor, place)
        self.types = types

    def read(self) -> tuple[Sequence[tuple[int, Event]], bool]:
        events = list(after(self.actor, self.place, limit=BATCH))
        if events:
            self.place = events[-1].position or self.place
        told = [event for event in events if not self.types or event.type in self.types]
        return [(event.position or 0, event) for event in told], False
