"""Pools: the caller's own, and for staff the system's."""

from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.access.lookup import find
from apps.access.permissions import Permission
from apps.api.endpoint import Endpoint, is_storable, known_only
from apps.api.once import made_once
from apps.api.pagination import page_of
from apps.api.schema import KEY, PAGING, WAIT, problems, problems_with_key, repeated
from apps.api.v1 import documents, examples
from apps.api.v1.pool_json import KNOWN, pool_fields, pool_json
from apps.api.v1.sessions import CLAIMED, Sessions
from apps.core import clock
from apps.core.errors import Invalid
from apps.pools.models import Pool
from apps.pools.queries import visible_pools
from apps.pools.services import change_pool, create_pool, delete_pool, resume_pool
from apps.sessions.drain import drain_pool
from apps.sessions.flush import flush_pool
from apps.sessions.statistics import pool_statistics

STATES = ("pending", "starting", "ready", "claimed", "running", "paused", "stopping")


class Pools(Endpoint):
    @extend_schema(
        operation_id="pools_list",
        tags=["pools"],
        summary="List pools",
        parameters=PAGING,
        responses={200: documents.page_of(documents.PoolSerializer), **problems(422)},
    )
    def get(self, request: Request) -> Response:
        return Response(page_of(visible_pools(self.actor), request).as_json(pool_json))

    @extend_schema(
        operation_id="pools_create",
        tags=["pools"],
        summary="Make a pool",
        parameters=[KEY],
        request=documents.PoolRequest,
        examples=[examples.POOL],
        responses={201: documents.PoolSerializer, 200: repeated(documents.PoolSerializer), **problems_with_key()},
    )
    def post(self, request: Request) -> Response:
        body = self.body()
        known_only(body, KNOWN | {"is_system"})
        is_system = body.get("is_system", False)
        if not isinstance(is_system, bool):
            raise Invalid("invalid", "is_system: Give true or false.", fields={"is_system": "Give true or false."})
        actor, fields, provider = self.actor, pool_fields(body), _provider(body)
        made = made_once(
            self,
            body,
            lambda: create_pool(actor=actor, fields=fields, provider=provider, system=is_system),
            lambda former: find(Pool, former, actor, Permission.POOL_MANAGE),
        )
        return made.answer(pool_json(made.thing), "/api/v1/pools")


class PoolOne(Endpoint):
    @extend_schema(
        operation_id="pools_retrieve",
        tags=["pools"],
        summary="One pool",
        responses={200: documents.PoolSerializer, **problems(404)},
    )
    def get(self, request: Request, id: str) -> Response:  # noqa: A002 - the address's own word
        return Response(pool_json(find(Pool, id, self.actor, Permission.POOL_VIEW)))

    @extend_schema(
        operation_id="pools_change",
        tags=["pools"],
        summary="Change some fields; warm browsers of a former configuration are replaced a few at a time",
        request=documents.PoolFields,
        responses={200: documents.PoolSerializer, **problems(404, 422)},
    )
    def patch(self, request: Request, id: str) -> Response:  # noqa: A002
        pool = find(Pool, id, self.actor, Permission.POOL_MANAGE)
        body = self.body()
        known_only(body, KNOWN)
        pool = change_pool(pool, actor=self.actor, fields=pool_fields(body), provider=_provider(body))
        return Response(pool_json(pool))

    @extend_schema(
        operation_id="pools_delete",
        tags=["pools"],
        summary="Delete a pool; its sessions end",
        responses={204: None, **problems(404, 409)},
    )
    def delete(self, request: Request, id: str) -> HttpResponseBase:  # noqa: A002
        delete_pool(find(Pool, id, self.actor, Permission.POOL_MANAGE), actor=self.actor)
        return Response(status=204)


class PoolStats(Endpoint):
    @extend_schema(
        operation_id="pools_stats",
        tags=["pools"],
        summary="How many sessions in which state, how many claims wait and how long they do",
        responses={200: documents.PoolStats, **problems(404)},
    )
    def get(self, request: Request, id: str) -> Response:  # noqa: A002
        found = pool_statistics(find(Pool, id, self.actor, Permission.POOL_VIEW), clock.now())
        counted = {state: found.states.get(state, 0) for state in STATES}
        latency = {"claim_p50_seconds": found.claim_p50_seconds, "claim_p99_seconds": found.claim_p99_seconds}
        return Response({**counted, "queued": found.queued, "claims": found.claims, **latency})


class PoolClaim(Sessions):
    """POST /sessions with the pool in the address: by id where it is yours, by name otherwise."""

    http_method_names = ["post", "options"]  # noqa: RUF012 - Django's own shape

    @extend_schema(
        operation_id="pools_claim",
        tags=["pools"],
        summary="Claim a browser of this pool",
        parameters=[KEY, WAIT],
        request=documents.SessionRequest,
        responses=CLAIMED,
    )
    def post(self, request: Request, id: str) -> HttpResponseBase:  # type: ignore[override] # noqa: A002
        body = self.body()
        if body.get("pool", id) != id:
            raise Invalid("invalid", "pool: The address names another.", fields={"pool": "The address names another."})
        return self.claim({**body, "pool": id})


class PoolDrain(Endpoint):
    @extend_schema(
        operation_id="pools_drain",
        tags=["pools"],
        summary="No new browsers, no new claims; who waits is turned away, what runs goes on",
        request=None,
        responses={200: documents.PoolSerializer, **problems(404)},
    )
    def post(self, request: Request, id: str) -> Response:  # noqa: A002
        pool = find(Pool, id, self.actor, Permission.POOL_MANAGE)
        drain_pool(pool, actor=self.actor)
        return Response(pool_json(pool))

    @extend_schema(
        operation_id="pools_undrain",
        tags=["pools"],
        summary="The end of a drain",
        responses={200: documents.PoolSerializer, **problems(404)},
    )
    def delete(self, request: Request, id: str) -> Response:  # noqa: A002
        pool = find(Pool, id, self.actor, Permission.POOL_MANAGE)
        return Response(pool_json(resume_pool(pool, actor=self.actor)))


class PoolFlush(Endpoint):
    @extend_schema(
        operation_id="pools_flush",
        tags=["pools"],
        summary="End every warm browser, so that fresh ones take their place",
        request=None,
        responses={202: documents.Flushed, **problems(404)},
    )
    def post(self, request: Request, id: str) -> Response:  # noqa: A002
        pool = find(Pool, id, self.actor, Permission.POOL_MANAGE)
        return Response({"flushed": flush_pool(pool, actor=self.actor)}, status=202)


def _provider(body: dict[str, object]) -> str:
    name = body.get("provider", "")
    if not is_storable(name):
        raise Invalid("invalid", "provider: Give a name.", fields={"provider": "Give a name."})
    return str(name)
