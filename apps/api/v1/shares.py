"""Shares of pools and sessions, alike for both; and the transfer of a session."""

from collections.abc import Callable
from typing import Any

from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from apps.access.lookup import find
from apps.access.permissions import Level, Permission
from apps.accounts.sharing import Share, share_named, shares_on
from apps.api.endpoint import Endpoint, is_storable, known_only
from apps.api.once import made_once
from apps.api.schema import KEY, problems, problems_with_key, repeated
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
GIVEN: dict[Any, Any] = {
    201: shapes.ShareSerializer,
    200: repeated(shapes.ShareSerializer),
    **problems_with_key(404),
}
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
        actor, to, level = self.actor, _to(body), _level(body)
        made = made_once(
            self,
            body,
            lambda: what.give(thing, actor=actor, to=to, level=level),
            lambda former: share_named(thing, former),
        )
        return made.answer(share_json(made.thing))


class ShareOne(Endpoint):
    kind = ""

    def delete(self, request: Request, id: str, share_id: str) -> HttpResponseBase:  # noqa: A002
        what = SHAREABLE[self.kind]
        what.take(find(what.model, id, self.actor, what.share), share_id, actor=self.actor)
        return Response(status=204)


def _listed(kind: str, thing: str) -> Callable[[type[Shares]], type[Shares]]:
    """Its words in the document."""
    return extend_schema_view(
        get=extend_schema(
            operation_id=f"{kind}_shares", tags=[kind], summary=f"Whom {thing} is shared with", responses=LISTED
        ),
        post=extend_schema(
            operation_id=f"{kind}_share",
            tags=[kind],
            summary=f"Share {thing} with a person or a team; the last level counts",
            parameters=[KEY],
            request=shapes.ShareRequest,
            responses=GIVEN,
        ),
    )


def _withdrawn(kind: str, what: str) -> Callable[[type[ShareOne]], type[ShareOne]]:
    return extend_schema_view(
        delete=extend_schema(
            operation_id=f"{kind}_unshare", tags=[kind], summary=f"Withdraw a share of {what}", responses=TAKEN
        )
    )


@_listed("pools", "a pool")
class PoolShares(Shares):
    kind = "pools"


@_withdrawn("pools", "a pool")
class PoolShare(ShareOne):
    kind = "pools"


@_listed("sessions", "a session")
class SessionShares(Shares):
    kind = "sessions"


@_withdrawn("sessions", "a session; clients that it let in are cut within two seconds")
class SessionShare(ShareOne):
    kind = "sessions"


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
        "id": share.public_id,
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
