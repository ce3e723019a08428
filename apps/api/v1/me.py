"""Who the caller is and how far it may go."""

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.access.permissions import Scope
from apps.api.endpoint import Endpoint
from apps.api.schema import problems
from apps.api.v1 import documents
from apps.api.v1.pool_json import named_json
from apps.api.v1.usage import quotas_json
from apps.core import clock
from apps.core.errors import Unauthenticated
from apps.pools.queries import pools_with_keys


class Me(Endpoint):
    @extend_schema(
        operation_id="me",
        tags=["me"],
        summary="The caller, its limits and scopes",
        responses={200: documents.Me, **problems()},
    )
    def get(self, request: Request) -> Response:
        actor, grid = self.actor, settings.GRID
        user = actor.user
        if user is None:
            raise Unauthenticated
        bounded = not user.is_staff
        pools = pools_with_keys(actor.pools or ()).values()
        return Response(
            {
                "object": "user",
                "id": user.public_id,
                "email": user.email,
                "name": user.name,
                "is_staff": user.is_staff,
                "credential": actor.credential,
                "scopes": sorted(Scope) if actor.scopes is None else sorted(actor.scopes),
                "pools": None if actor.pools is None else [named_json(pool, actor) for pool in pools],
                "limits": {
                    "pools": grid.user_pools if bounded else None,
                    "pools_max": grid.user_pools_max if bounded else None,
                    "pools_min": grid.user_pools_min if bounded else None,
                    "claims_per_minute": grid.claim_rate,
                },
                "quotas": quotas_json(user, clock.now()),
            }
        )
