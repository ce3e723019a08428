"""Places in the queue: each look keeps one, DELETE gives it up."""

from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.access.lookup import find
from apps.access.permissions import Permission
from apps.api.endpoint import Endpoint
from apps.api.schema import problems
from apps.api.v1 import documents, examples
from apps.api.v1.claiming import RETRY_SECONDS
from apps.api.v1.session_json import claim_json
from apps.core import clock
from apps.sessions.claims import attend, cancel
from apps.sessions.models import Claim
from apps.sessions.services import fetched


class ClaimOne(Endpoint):
    @extend_schema(
        operation_id="claims_retrieve",
        tags=["claims"],
        summary="Look whether the turn has come; keeps the place for 15 seconds",
        responses={200: OpenApiResponse(documents.ClaimSerializer, examples=[examples.CLAIM]), **problems(404)},
    )
    def get(self, request: Request, id: str) -> Response:  # noqa: A002 - the address's own word
        claim = find(Claim, id, self.actor, Permission.POOL_CLAIM)
        if claim.state == Claim.State.QUEUED:
            claim = attend(claim)
        if claim.session is not None:
            fetched(claim.session)
        response = Response(claim_json(claim, self.actor, self.origin, clock.now()))
        if claim.state == Claim.State.QUEUED:
            response["Retry-After"] = str(RETRY_SECONDS)
        return response

    @extend_schema(
        operation_id="claims_cancel",
        tags=["claims"],
        summary="Leave the queue; a session that was served and not fetched ends",
        responses={204: None, **problems(404)},
    )
    def delete(self, request: Request, id: str) -> HttpResponseBase:  # noqa: A002
        cancel(find(Claim, id, self.actor, Permission.POOL_CLAIM))
        return Response(status=204)
