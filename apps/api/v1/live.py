"""Addresses at which people watch a session; and the request that a person takes over."""

from typing import Any

from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.access.lookup import find
from apps.access.outside import Origin
from apps.access.permissions import Permission
from apps.api.endpoint import Endpoint, is_storable, known_only
from apps.api.schema import problems
from apps.api.v1 import documents
from apps.api.v1 import live_documents as shapes
from apps.api.v1.moments import moment, said
from apps.core.errors import Conflict, Invalid, NotFound
from apps.sessions import takeover, viewing
from apps.sessions.models import BrowserSession, Takeover, Ticket


class SessionLive(Endpoint):
    @extend_schema(
        operation_id="sessions_live",
        tags=["sessions"],
        summary="Addresses at which a session can be watched now",
        responses={200: documents.page_of(shapes.LiveSerializer), **problems(404)},
    )
    def get(self, request: Request, id: str) -> Response:  # noqa: A002 - the address's own word
        session = find(BrowserSession, id, self.actor, Permission.SESSION_USE)
        tickets = viewing.views_of(session, actor=self.actor)[:100]
        return Response({"results": [live_json(ticket) for ticket in tickets], "next": None, "previous": None})

    @extend_schema(
        operation_id="sessions_live_create",
        tags=["sessions"],
        summary="Make an address at which a session is watched, or taken over",
        request=shapes.LiveRequest,
        responses={201: shapes.LiveSerializer, **problems(404, 409, 410, 422)},
    )
    def post(self, request: Request, id: str) -> Response:  # noqa: A002
        session = find(BrowserSession, id, self.actor, Permission.SESSION_USE)
        if session.owner_id is None:
            raise Conflict("not_claimed", "Nobody has claimed this session.")
        body = self.body()
        known_only(body, frozenset({"interactive", "ttl", "origins"}))
        ticket, secret = viewing.mint_view(
            session,
            actor=self.actor,
            interactive=_flag(body, "interactive"),
            seconds=_seconds(body, "ttl", viewing.USUAL_SECONDS),
            origins=_texts(body, "origins"),
        )
        return Response(live_json(ticket, self.origin, secret), status=201)


class SessionLiveOne(Endpoint):
    @extend_schema(
        operation_id="sessions_live_revoke",
        tags=["sessions"],
        summary="Close such an address; who watches there is cut within two seconds",
        responses={204: None, **problems(404)},
    )
    def delete(self, request: Request, id: str, ticket_id: str) -> HttpResponseBase:  # noqa: A002
        session = find(BrowserSession, id, self.actor, Permission.SESSION_USE)
        viewing.revoke_view(session, ticket_id, actor=self.actor)
        return Response(status=204)


class SessionTakeover(Endpoint):
    @extend_schema(
        operation_id="sessions_takeover",
        tags=["sessions"],
        summary="Who has control, or is asked to take it",
        responses={200: shapes.TakeoverSerializer, **problems(404)},
    )
    def get(self, request: Request, id: str) -> Response:  # noqa: A002
        session = find(BrowserSession, id, self.actor, Permission.SESSION_VIEW)
        found = takeover.open_takeover(session)
        if found is None:
            raise NotFound
        return Response(takeover_json(found))

    @extend_schema(
        operation_id="sessions_takeover_request",
        tags=["sessions"],
        summary="Ask a person to take over; one that is open already is answered",
        request=shapes.TakeoverRequest,
        responses={202: shapes.TakeoverSerializer, **problems(404, 409, 410, 422)},
    )
    def post(self, request: Request, id: str) -> Response:  # noqa: A002
        session = find(BrowserSession, id, self.actor, Permission.SESSION_USE)
        if session.owner_id is None:
            raise Conflict("not_claimed", "Nobody has claimed this session.")
        body = self.body()
        known_only(body, frozenset({"reason", "timeout"}))
        reason = body.get("reason", "")
        if not is_storable(reason) or len(reason) > 200:
            raise Invalid("invalid", "reason: A text of at most 200 letters.", fields={"reason": "Not such a text."})
        found = takeover.request_takeover(
            session, actor=self.actor, reason=reason, seconds=_seconds(body, "timeout", takeover.USUAL_SECONDS)
        )
        return Response(takeover_json(found), status=202)

    @extend_schema(
        operation_id="sessions_takeover_finish",
        tags=["sessions"],
        summary="Hand control back, or withdraw the request",
        responses={204: None, **problems(404)},
    )
    def delete(self, request: Request, id: str) -> HttpResponseBase:  # noqa: A002
        session = find(BrowserSession, id, self.actor, Permission.SESSION_CONTROL)
        takeover.hand_back(session, actor=self.actor)
        return Response(status=204)


def live_json(ticket: Ticket, origin: Origin | None = None, secret: str = "") -> dict[str, Any]:
    path = f"/sessions/{ticket.session.public_id}/live?ticket={secret}"
    return {
        "object": "live",
        "id": ticket.public_id,
        "interactive": ticket.purpose == Ticket.Purpose.CONTROL,
        "origins": ticket.origins,
        "expires_at": moment(ticket.expires_at),
        "url": f"{origin.http}{path}" if origin and secret else None,
        "socket_url": f"{origin.ws}{path}" if origin and secret else None,
    }


def takeover_json(found: Takeover) -> dict[str, Any]:
    state = "finished" if found.finished_at else "held" if found.started_at else "requested"
    return {
        "object": "takeover",
        "id": found.public_id,
        "state": state,
        "reason": found.reason,
        "by": found.person.public_id if found.person else None,
        "requested_at": moment(found.requested_at),
        "started_at": moment(found.started_at),
        "expires_at": moment(found.expires_at),
        "ending": said(found.ending),
    }


def _flag(body: dict[str, Any], name: str) -> bool:
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise Invalid("invalid", f"{name}: Must be true or false.", fields={name: "Must be true or false."})
    return value


def _seconds(body: dict[str, Any], name: str, usual: int) -> int:
    value = body.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Invalid("invalid", f"{name}: Must be a whole number.", fields={name: "Must be a whole number."})
    return value


def _texts(body: dict[str, Any], name: str) -> list[str]:
    value = body.get(name, [])
    if not isinstance(value, list) or not all(is_storable(text) for text in value):
        raise Invalid("invalid", f"{name}: Must be a list of texts.", fields={name: "Must be a list of texts."})
    return value
