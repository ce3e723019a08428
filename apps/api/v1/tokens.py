"""API tokens of the caller's own. The secret is in the answer to POST and nowhere else."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.access.actor import Actor
from apps.access.lookup import find
from apps.access.permissions import Permission, Scope
from apps.api.endpoint import Endpoint, is_storable, known_only
from apps.api.once import made_once
from apps.api.pagination import page_of
from apps.api.schema import KEY, PAGING, problems, problems_with_key, repeated
from apps.api.v1 import documents, examples
from apps.api.v1.moments import moment
from apps.api.v1.pool_json import named_json
from apps.core import clock
from apps.core.errors import Invalid, NotFound
from apps.pools.models import Pool
from apps.pools.queries import pool_to_claim, pools_with_keys
from apps.tokens.models import ApiToken
from apps.tokens.queries import own_tokens
from apps.tokens.services import MOST_POOLS, issue_token, rename_token, revoke_token


class Tokens(Endpoint):
    @extend_schema(
        operation_id="tokens_list",
        tags=["tokens"],
        summary="List my tokens, newest first",
        parameters=PAGING,
        responses={200: documents.page_of(documents.TokenSerializer), **problems(422)},
    )
    def get(self, request: Request) -> Response:
        actor, page = self.actor, page_of(own_tokens(self.actor), request)
        known = pools_with_keys({key for token in page.rows for key in token.pool_keys})
        return Response(page.as_json(lambda token: token_json(token, actor, known)))

    @extend_schema(
        operation_id="tokens_create",
        tags=["tokens"],
        summary="Make a token; its secret is shown this once",
        parameters=[KEY],
        request=documents.TokenRequest,
        examples=[examples.TOKEN],
        responses={
            201: documents.NewTokenSerializer,
            200: repeated(documents.TokenSerializer, "A repeat: the token of the first request, without its secret."),
            **problems_with_key(),
        },
    )
    def post(self, request: Request) -> Response:
        self.actor.require(Permission.TOKEN_MANAGE)
        body = self.body()
        known_only(body, frozenset({"name", "scopes", "expires_at", "pools"}))
        actor, name, scopes, expires_at = self.actor, _name(body), _scopes(body), _expires_at(body)
        pools = _pools(body, actor)
        secrets: list[str] = []

        def issue() -> ApiToken:
            token, secret = issue_token(actor=actor, name=name, scopes=scopes, expires_at=expires_at, pools=pools)
            secrets.append(secret)
            return token

        made = made_once(self, body, issue, lambda former: find(ApiToken, former, actor, Permission.TOKEN_MANAGE))
        shown = {"token": secrets[0]} if secrets else {}  # a repeat shows none: nobody kept it
        return made.answer({**token_json(made.thing, actor), **shown}, "/api/v1/tokens")


class TokenOne(Endpoint):
    @extend_schema(
        operation_id="tokens_retrieve",
        tags=["tokens"],
        summary="One token, without its secret",
        responses={200: documents.TokenSerializer, **problems(404)},
    )
    def get(self, request: Request, id: str) -> Response:  # noqa: A002 - the address's own word
        return Response(token_json(find(ApiToken, id, self.actor, Permission.TOKEN_VIEW), self.actor))

    @extend_schema(
        operation_id="tokens_change",
        tags=["tokens"],
        summary="Give it another name",
        request=documents.TokenChange,
        responses={200: documents.TokenSerializer, **problems(404, 422)},
    )
    def patch(self, request: Request, id: str) -> Response:  # noqa: A002
        token = find(ApiToken, id, self.actor, Permission.TOKEN_MANAGE)
        body = self.body()
        known_only(body, frozenset({"name"}))
        return Response(token_json(rename_token(token, _name(body), actor=self.actor), self.actor))

    @extend_schema(
        operation_id="tokens_revoke",
        tags=["tokens"],
        summary="Revoke; sockets that it opened close within two seconds",
        responses={204: None, **problems(404)},
    )
    def delete(self, request: Request, id: str) -> HttpResponseBase:  # noqa: A002
        revoke_token(find(ApiToken, id, self.actor, Permission.TOKEN_MANAGE), actor=self.actor)
        return Response(status=204)


def token_json(token: ApiToken, actor: Actor, known: dict[UUID, Pool] | None = None) -> dict[str, Any]:
    """`known` are the pools that the tokens of a list name, asked for at once."""
    pools = pools_with_keys(token.pool_keys) if known is None else known
    named = [pools[key] for key in token.pool_keys if key in pools]
    return {
        "object": "token",
        "id": token.public_id,
        "name": token.name,
        "start": token.start,
        "last4": token.last4,
        "scopes": token.scopes,
        "pools": None if token.pools is None else [named_json(pool, actor) for pool in named],
        "created_at": moment(token.created_at),
        "expires_at": moment(token.expires_at),
        "last_used_at": moment(token.last_used_at),
        "revoked_at": moment(token.revoked_at),
    }


def _name(body: dict[str, Any]) -> str:
    name: Any = body.get("name", "")
    if not is_storable(name) or not name.strip():
        raise Invalid("invalid", "name: Give the token a name.", fields={"name": "Give the token a name."})
    return str(name)


def _scopes(body: dict[str, Any]) -> frozenset[Scope] | None:
    given = body.get("scopes")
    if given is None:
        return None
    if not isinstance(given, list) or not all(isinstance(word, str) and word in set(Scope) for word in given):
        words = f"Give a list of {', '.join(Scope)}."
        raise Invalid("invalid", f"scopes: {words}", fields={"scopes": words})
    return frozenset(Scope(word) for word in given)


def _pools(body: dict[str, Any], actor: Actor) -> set[UUID] | None:
    """By name or id, as one claims from them."""
    given = body.get("pools")
    if given is None:
        return None
    if not isinstance(given, list) or len(given) > MOST_POOLS or not all(is_storable(word) and word for word in given):
        words = f"Give a list of at most {MOST_POOLS} names or ids of pools."
        raise Invalid("invalid", f"pools: {words}", fields={"pools": words})
    try:
        return {pool_to_claim(actor, word).pk for word in given}
    except NotFound as error:
        words = "There is no such pool that you may claim from."
        raise Invalid("invalid", f"pools: {words}", fields={"pools": words}) from error


def _expires_at(body: dict[str, Any]) -> datetime | None:
    given = body.get("expires_at")
    if given is None:
        return None
    expiry = clock.read(given) if isinstance(given, str) else None
    if expiry is None:
        words = "Give a time as 2026-11-21T10:00:00Z."
        raise Invalid("invalid", f"expires_at: {words}", fields={"expires_at": words})
    return expiry
