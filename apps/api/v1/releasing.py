"""The end of sessions by their people: one, or all of mine at once. Asking twice is asking once."""

from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.access.lookup import find, visible
from apps.access.permissions import Permission
from apps.api.endpoint import Endpoint
from apps.api.filters import session_filters
from apps.api.schema import problems
from apps.api.v1 import documents
from apps.api.v1.session_json import session_json
from apps.core import clock
from apps.sessions.lifecycle import EndReason
from apps.sessions.models import BrowserSession
from apps.sessions.queries import live
from apps.sessions.services import stop_session

MOST_AT_ONCE = 1000  # whoever has more asks again


def release(endpoint: Endpoint, id: str) -> HttpResponseBase:  # noqa: A002 - the address's own word
    """202 with the session until it is gone, then 204. An administrator who ends another's session is the reason."""
    session = find(BrowserSession, id, endpoint.actor, Permission.SESSION_CONTROL)
    if session.is_ended:
        return Response(status=204)
    actor = endpoint.actor
    own = actor.user is not None and session.owner_id == actor.user.pk
    by_staff = actor.sees_all and not own
    stop_session(session, actor=actor, reason=EndReason.ADMIN if by_staff else EndReason.RELEASED)
    return Response(session_json(session, actor, endpoint.origin, clock.now()), status=202)


class Release(Endpoint):
    @extend_schema(
        operation_id="sessions_release",
        tags=["sessions"],
        summary="Release a session",
        request=None,
        responses={202: documents.SessionSerializer, 204: None, **problems(404)},
    )
    def post(self, request: Request, id: str) -> HttpResponseBase:  # noqa: A002
        return release(self, id)


class ReleaseMany(Endpoint):
    @extend_schema(
        operation_id="sessions_release_many",
        tags=["sessions"],
        summary="Release all of mine that live, as far as the filters name them",
        request=None,
        responses={202: documents.Released, **problems(422)},
    )
    def post(self, request: Request) -> Response:
        actor = self.actor
        mine = visible(live(), actor, Permission.SESSION_CONTROL).filter(owner=actor.user)
        rows = session_filters(request).narrow(mine, actor)
        waiting = rows.filter(stop_requested_at__isnull=True)[:MOST_AT_ONCE]
        return Response({"released": sum(stop_session(session, actor=actor) for session in waiting)}, status=202)
