"""API tokens of the caller's own. The secret is in the answer to POST and nowhere else."""

from datetime import datetime
from typing import Any

from django.http.response import HttpResponseBase
from django.utils.dateparse import parse_datetime
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.access.lookup import find
from apps.access.permissions import Permission, Scope
from apps.api.endpoint import Endpoint, is_storable, known_only
from apps.api.pagination import page_of
from apps.api.schema import PAGING, problems
from apps.api.v1 import documents, examples
from apps.api.v1.moments import moment
from apps.core.errors import Invalid
from apps.tokens.models import ApiToken
from apps.tokens.queries import own_tokens
from apps.tokens.services import issue_token, rename_token, revoke_token


class Tokens(Endpoint):
    @extend_schema(
        operation_id="tokens_list",
        tags=["tokens"],
        summary="List my tokens, newest first",
        parameters=PAGING,
        responses={200: documents.page_of(documents.TokenSerializer), **problems(422)},
    )
    def get(self, request: Request) -> Response:
        return Response(page_of(own_tokens(self.actor), request).as_json(token_json))

    @extend_schema(
        operation_id="tokens_create",
        tags=["tokens"],
        summary="Make a token; its secret is shown this once",
        request=documents.TokenRequest,
        examples=[examples.TOKEN],
        responses={201: documents.NewTokenSerializer, **problems(422)},
    )
    def post(self, request: Request) -> Response:
        self.actor.require(Permission.TOKEN_MANAGE)
        body = self.body()
        known_only(body, frozenset({"name", "scopes", "expires_at"}))
        token, secret = issue_token(
            actor=self.actor, name=_name(body), scopes=_scopes(body), expires_at=_expires_at(body)
        )
        headers = {"Location": f"/api/v1/tokens/{token.public_id}"}
        return Response({**token_json(token), "token": secret}, status=201, headers=headers)


class TokenOne(Endpoint):
    @extend_schema(
        operation_id="tokens_retrieve",
        tags=["tokens"],
        summary="One token, without its secret",
        responses={200: documents.TokenSerializer, **problems(404)},
    )
    def get(self, request: Request, id: str) -> Response:  # noqa: A002 - the address's own word
        return Response(token_json(find(ApiToken, id, self.actor, Permission.TOKEN_VIEW)))

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
        return Response(token_json(rename_token(token, _name(body), actor=self.actor)))

    @extend_schema(
        operation_id="tokens_revoke",
        tags=["tokens"],
        summary="Revoke; sockets that it opened close within two seconds",
        responses={204: None, **problems(404)},
    )
    def delete(self, request: Request, id: str) -> HttpResponseBase:  # noqa: A002
        revoke_token(find(ApiToken, id, self.actor, Permission.TOKEN_MANAGE), actor=self.actor)
        return Response(status=204)


def token_json(token: ApiToken) -> dict[str, Any]:
    return {
        "object": "token",
        "id": token.public_id,
        "name": token.name,
        "start": token.start,
        "last4": token.last4,
        "scopes": token.scopes,
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


def _expires_at(body: dict[str, Any]) -> datetime | None:
    given = body.get("expires_at")
    if given is None:
        return None
    try:
        moment_given = parse_datetime(given) if isinstance(given, str) else None
    except ValueError:
        moment_given = None
    if moment_given is None or moment_given.tzinfo is None:
        words = "Give a time as 2026-11-21T10:00:00Z."
        raise Invalid("invalid", f"expires_at: {words}", fields={"expires_at": words})
    return moment_given
