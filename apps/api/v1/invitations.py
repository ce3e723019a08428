"""Invitations to a team: sent by its managers, seen by them, withdrawn by them. They are accepted on their own page."""

from typing import Any

from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.access.lookup import find, one_of
from apps.access.permissions import Permission
from apps.accounts.invitations import invite, open_invitations, withdraw_invitation
from apps.accounts.models import Invitation, Team
from apps.api.endpoint import Endpoint, is_storable, known_only
from apps.api.once import made_once
from apps.api.pagination import page_of
from apps.api.schema import KEY, PAGING, problems, problems_with_key, repeated
from apps.api.v1 import documents
from apps.api.v1 import team_documents as shapes
from apps.api.v1.moments import moment
from apps.api.v1.teams import role_of
from apps.core import clock
from apps.core.errors import Invalid


class TeamInvitations(Endpoint):
    @extend_schema(
        operation_id="teams_invitations",
        tags=["teams"],
        summary="Invitations that are open, newest first",
        parameters=PAGING,
        responses={200: documents.page_of(shapes.InvitationSerializer), **problems(404, 422)},
    )
    def get(self, request: Request, id: str) -> Response:  # noqa: A002 - the address's own word
        team = find(Team, id, self.actor, Permission.TEAM_MANAGE)
        return Response(page_of(open_invitations(team, clock.now()), request).as_json(invitation_json))

    @extend_schema(
        operation_id="teams_invite",
        tags=["teams"],
        summary="Invite somebody by e-mail; a former invitation to that address is void",
        parameters=[KEY],
        request=shapes.InvitationRequest,
        responses={
            201: shapes.InvitationSerializer,
            200: repeated(shapes.InvitationSerializer),
            **problems_with_key(404),
        },
    )
    def post(self, request: Request, id: str) -> Response:  # noqa: A002
        team = find(Team, id, self.actor, Permission.TEAM_MANAGE)
        body = self.body()
        known_only(body, frozenset({"email", "role"}))
        email = body.get("email")
        if not is_storable(email):
            raise Invalid("invalid", "email: Give an address.", fields={"email": "Give an address."})
        actor, role, origin = self.actor, role_of(body), self.origin.http
        made = made_once(
            self,
            body,
            lambda: invite(str(email), actor=actor, origin=origin, team=team, role=role).invitation,
            lambda former: one_of(open_invitations(team, clock.now()), former),
        )
        return made.answer(invitation_json(made.thing))


class TeamInvitation(Endpoint):
    @extend_schema(
        operation_id="teams_invitations_withdraw",
        tags=["teams"],
        summary="Withdraw an invitation; its link leads nowhere",
        responses={204: None, **problems(404)},
    )
    def delete(self, request: Request, id: str, invitation_id: str) -> HttpResponseBase:  # noqa: A002
        team = find(Team, id, self.actor, Permission.TEAM_MANAGE)
        withdraw_invitation(one_of(open_invitations(team, clock.now()), invitation_id), actor=self.actor)
        return Response(status=204)


def invitation_json(invitation: Invitation) -> dict[str, Any]:
    return {
        "object": "invitation",
        "id": invitation.public_id,
        "email": invitation.email,
        "role": invitation.role,
        "created_at": moment(invitation.created_at),
        "expires_at": moment(invitation.expires_at),
    }
