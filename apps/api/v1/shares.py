"""Shares of pools and sessions, alike for both; and the transfer of a session."""

from typing import Any

from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.access.lookup import find
from apps.access.permissions import Level, Permission
from apps.accounts.sharing import Share, shares_on
from apps.api.endpoint import Endpoint, is_storable, known_only
from apps.api.schema import problems
from apps.api.v1 import documents
from apps.api.v1 import team_documents as shapes
from apps.api.v1.moments import moment
from apps.api.v1.session_json import session_json
from apps.core import clock
from apps.core.errors import Invalid
from apps.sessions.models import BrowserSession
from apps.sessions.sharing import SHAREABLE
from apps.sessions.transfer import transfer_session

LISTED: dict[Any, Any] = {200: documents.page_of(shapes.ShareSerializer), **problems(404)}
GIVEN: dict[Any, Any] = {201: shapes.ShareSerializer, **problems(404, 409, 422)}
TAKEN: dict[Any, Any] = {204: None, **problems(404)}


class Shares(Endpoint):
    """Of one thing. There are at most a hundred, so all come at once."""

    kind = ""

    def get(self, request: Request, id: str) -> Response:  # noqa: A002 - the address's own word
        what = SHAREABLE[self.kind]
        shares = shares_on(find(what.model, id, self.actor, what.share))
        return Response({"results": [share_json(share) for share in shares], "next": None, "previous": None})

    def post(self, request: Request, id: str) -> Response:  # noqa: A002
        what = SHAREABLE[self.kind]
        thing = find(what.model, id, self.actor, what.share)
        body = self.body()
        known_only(body, frozenset({"to", "level"}))
        share = what.give(thing, actor=self.actor, to=_to(body), level=_level(body))
        return Response(share_json(share), status=201)


class ShareOne(Endpoint):
    kind = ""

    def delete(self, request: Request, id: str, share_id: str) -> HttpResponseBase:  # noqa: A002
        what = SHAREABLE[self.kind]
        what.take(find(what.model, id, self.actor, what.share), share_id, actor=self.actor)
        return Response(status=204)


class PoolShares(Shares):
    kind = "pools"

    @extend_schema(operation_id="pools_shares", tags=["pools"], summary="Whom a pool is shared with", responses=LISTED)
    def get(self, request: Request, id: str) -> Response:  # noqa: A002
        return super().get(request, id)

    @extend_schema(
        operation_id="pools_share",
        tags=["pools"],
        summary="Share a pool with a person or a team; the last level counts",
        request=shapes.ShareRequest,
        responses=GIVEN,
    )
    def post(self, request: Request, id: str) -> Response:  # noqa: A002
        return super().post(request, id)


class PoolShare(ShareOne):
    kind = "pools"

    @extend_schema(operation_id="pools_unshare", tags=["pools"], summary="Withdraw a share of a pool", responses=TAKEN)
    def delete(self, request: Request, id: str, share_id: str) -> HttpResponseBase:  # noqa: A002
        return super().delete(request, id, share_id)


class SessionShares(Shares):
    kind = "sessions"

    @extend_schema(
        operation_id="sessions_shares", tags=["sessions"], summary="Whom a session is shared with", responses=LISTED
    )
    def get(self, request: Request, id: str) -> Response:  # noqa: A002
        return super().get(request, id)

    @extend_schema(
        operation_id="sessions_share",
        tags=["sessions"],
        summary="Share a session with a person or a team; the last level counts",
        request=shapes.ShareRequest,
        responses=GIVEN,
    )
    def post(self, request: Request, id: str) -> Response:  # noqa: A002
        return super().post(request, id)


class SessionShare(ShareOne):
    kind = "sessions"

    @extend_schema(
        operation_id="sessions_unshare",
        tags=["sessions"],
        summary="Withdraw a share of a session; clients that it let in are cut within two seconds",
        responses=TAKEN,
    )
    def delete(self, request: Request, id: str, share_id: str) -> HttpResponseBase:  # noqa: A002
        return super().delete(request, id, share_id)


class SessionTransfer(Endpoint):
    @extend_schema(
        operation_id="sessions_transfer",
        tags=["sessions"],
        summary="Give a session to a team mate; every address of it that was handed out is void",
        request=shapes.TransferRequest,
        responses={200: documents.SessionSerializer, **problems(404, 409, 410, 422)},
    )
    def post(self, request: Request, id: str) -> Response:  # noqa: A002
        session = find(BrowserSession, id, self.actor, Permission.SESSION_TRANSFER)
        body = self.body()
        known_only(body, frozenset({"to"}))
        session = transfer_session(session, _to(body), actor=self.actor)
        return Response(session_json(session, self.actor, self.origin, clock.now()))


def share_json(share: Share) -> dict[str, Any]:
    return {
        "object": "share",
        "id": share.id,
        "to": share.to,
        "team": share.name or None,
        "level": str(share.level),
        "created_at": moment(share.created_at),
    }


def _to(body: dict[str, Any]) -> str:
    to = body.get("to")
    if not is_storable(to) or not str(to).strip():
        words = "Say who."
        raise Invalid("invalid", f"to: {words}", fields={"to": words})
    return str(to)


def _level(body: dict[str, Any]) -> Level:
    word = body.get("level")
    if not isinstance(word, str) or word not in set(Level):
        words = f"Give one of {', '.join(Level)}."
        raise Invalid("invalid", f"level: {words}", fields={"level": words})
    return Level(word)
