"""Sessions: ask for one, list, look, change."""

from dataclasses import replace
from typing import Any

from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, PolymorphicProxySerializer, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.access.lookup import find
from apps.access.permissions import Permission
from apps.api.endpoint import Endpoint, known_only, number_of
from apps.api.filters import session_filters
from apps.api.pagination import page_of
from apps.api.schema import KEY, PAGING, WAIT, problems, problems_with_key
from apps.api.v1 import documents, examples
from apps.api.v1.claiming import LONGEST_WAIT, Wish, begin, count_answer, response_to
from apps.api.v1.releasing import release
from apps.api.v1.session_json import session_json
from apps.core import clock
from apps.sessions.filters import GROUPS
from apps.sessions.lifecycle import Outcome, SessionState
from apps.sessions.models import BrowserSession
from apps.sessions.options import from_body
from apps.sessions.queries import visible_sessions, with_clients
from apps.sessions.services import change_session, fetched
from apps.sessions.wording import SCAN

CHANGEABLE = frozenset({"name", "metadata", "keep_alive", "timeout"})
FILTERS = [
    OpenApiParameter(
        "state",
        str,
        description=f"One or several of {', '.join([*SessionState, *GROUPS])}; comma between.",
    ),
    OpenApiParameter("pool", str, description="Name or id."),
    OpenApiParameter("owner", str, description="`me`, an id (`usr_…`) or an e-mail address."),
    OpenApiParameter("shared", bool, description="True: what others own and share with you; false: your own."),
    OpenApiParameter("outcome", str, description=f"One or several of {', '.join(Outcome)}; comma between."),
    OpenApiParameter("end_reason", str, description="One or several; comma between."),
    OpenApiParameter("since", str, description="Claimed then or later: a time, or a span before now as `24h`."),
    OpenApiParameter("until", str, description="Claimed before: a time, or a span before now as `7d`."),
    OpenApiParameter(
        "q",
        str,
        description=(
            "Text in the name or the metadata, an id or its beginning; or `metadata.<key>=<value>`. "
            f"For text one answer looks through at most {SCAN:,} of the sessions that the other filters leave: "
            "a page may hold fewer than `limit`, even none, while `next` leads on. Null is the end."
        ),
    ),
    OpenApiParameter(
        "metadata",
        {"type": "object", "additionalProperties": {"type": "string"}},
        description="As `?metadata.<key>=<value>`.",
        style="deepObject",
        explode=True,
    ),
]
CREATED = PolymorphicProxySerializer(
    "SessionOrClaim", {"session": documents.SessionSerializer, "claim": documents.ClaimSerializer}, "object", many=False
)
CLAIMED: dict[Any, Any] = {
    200: OpenApiResponse(documents.SessionSerializer, description="A repeat: the session of the first request."),
    201: OpenApiResponse(documents.SessionSerializer, description="Usable now.", examples=[examples.SESSION]),
    202: OpenApiResponse(
        CREATED, description="A session that is being started, or a place in the queue.", examples=[examples.CLAIM]
    ),
    **problems_with_key(404, 503),
}


class Sessions(Endpoint):
    counts_itself = frozenset({"POST"})  # a claim is counted where it is made, as at the other face

    @extend_schema(
        operation_id="sessions_list",
        tags=["sessions"],
        summary="List sessions, newest first",
        parameters=[*PAGING, *FILTERS],
        responses={200: documents.page_of(documents.SessionSerializer), **problems(422)},
    )
    def get(self, request: Request) -> Response:
        actor, now, origin = self.actor, clock.now(), self.origin
        filters = session_filters(request)
        rows = with_clients(filters.narrow_beside_text(visible_sessions(actor), actor))
        page = page_of(rows.select_related("pool__provider"), request, take=filters.search)
        return Response(page.as_json(lambda session: session_json(session, actor, origin, now)))

    @extend_schema(
        operation_id="sessions_create",
        tags=["sessions"],
        summary="Claim a browser",
        parameters=[KEY, WAIT],
        request=documents.SessionRequest,
        examples=[examples.REQUEST],
        responses=CLAIMED,
    )
    def post(self, request: Request) -> HttpResponseBase:
        return self.claim(self.body())

    def claim(self, body: dict[str, Any]) -> HttpResponseBase:
        """The answer as it stands; `holding` awaits a better one where the caller waits for it."""
        seconds = number_of(self.request, "wait", usual=0, least=0, most=LONGEST_WAIT)
        options = from_body(body)
        if options.keep_alive is None:
            options = replace(options, keep_alive=True)  # over the API sessions outlive their clients
        key = self.request.headers.get("Idempotency-Key", "").strip()
        standing = begin(Wish(self.actor, self.outside, options, key))
        response = response_to(standing)
        response.standing = standing  # type: ignore[attr-defined] # read by `holding`
        if seconds and not standing.is_settled:
            response.hold_seconds = float(seconds)  # type: ignore[attr-defined]
        else:
            count_answer(standing)
        return response


class Session(Endpoint):
    @extend_schema(
        operation_id="sessions_retrieve",
        tags=["sessions"],
        summary="One session",
        responses={200: OpenApiResponse(documents.SessionSerializer, examples=[examples.SESSION]), **problems(404)},
    )
    def get(self, request: Request, id: str) -> Response:  # noqa: A002 - the address's own word
        session = find(BrowserSession, id, self.actor, Permission.SESSION_VIEW)
        fetched(session)
        return Response(session_json(session, self.actor, self.origin, clock.now(), with_addresses=True))

    @extend_schema(
        operation_id="sessions_change",
        tags=["sessions"],
        summary="Change name, metadata, keep_alive or the time left",
        request=documents.SessionChange,
        responses={200: documents.SessionSerializer, **problems(404, 409, 410, 422)},
    )
    def patch(self, request: Request, id: str) -> Response:  # noqa: A002
        session = find(BrowserSession, id, self.actor, Permission.SESSION_CONTROL)
        body = self.body()
        known_only(body, CHANGEABLE)
        wanted = from_body(body)
        changes = {name: getattr(wanted, name) for name in body if body[name] is not None}
        session = change_session(session, changes, actor=self.actor)
        return Response(session_json(session, self.actor, self.origin, clock.now()))

    @extend_schema(
        operation_id="sessions_delete",
        tags=["sessions"],
        summary="Release, as POST …/release",
        responses={202: documents.SessionSerializer, 204: None, **problems(404)},
    )
    def delete(self, request: Request, id: str) -> HttpResponseBase:  # noqa: A002
        return release(self, id)
