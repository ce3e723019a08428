"""Teams: the caller's, who is in them, who is invited."""

from typing import Any

from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.access.lookup import find
from apps.access.permissions import Permission
from apps.accounts.models import Membership, Role, Team
from apps.accounts.queries import member, members_of, own_roles, visible_teams
from apps.accounts.teams import change_role, create_team, delete_team, remove_member, rename_team
from apps.api.endpoint import Endpoint, is_storable, known_only
from apps.api.once import made_once
from apps.api.pagination import page_of
from apps.api.schema import KEY, PAGING, problems, problems_with_key, repeated
from apps.api.v1 import documents
from apps.api.v1 import team_documents as shapes
from apps.api.v1.moments import moment
from apps.core.errors import Invalid


class Teams(Endpoint):
    @extend_schema(
        operation_id="teams_list",
        tags=["teams"],
        summary="List my teams, newest first",
        parameters=PAGING,
        responses={200: documents.page_of(shapes.TeamSerializer), **problems(422)},
    )
    def get(self, request: Request) -> Response:
        roles = own_roles(self.actor)
        page = page_of(visible_teams(self.actor), request)
        return Response(page.as_json(lambda team: team_json(team, roles.get(team.pk), getattr(team, "people", 0))))

    @extend_schema(
        operation_id="teams_create",
        tags=["teams"],
        summary="Make a team; you are its first manager",
        parameters=[KEY],
        request=shapes.TeamRequest,
        responses={
            201: shapes.TeamSerializer,
            200: repeated(shapes.TeamSerializer),
            **problems_with_key(),
        },
    )
    def post(self, request: Request) -> Response:
        actor = self.actor
        actor.require(Permission.TEAM_CREATE)
        body = self.body()
        name = _name(body)
        made = made_once(
            self,
            body,
            lambda: create_team(name, actor=actor),
            lambda former: find(Team, former, actor, Permission.TEAM_MANAGE),
        )
        return made.answer(_told(self, made.thing), "/api/v1/teams")


class TeamOne(Endpoint):
    @extend_schema(
        operation_id="teams_retrieve",
        tags=["teams"],
        summary="One team",
        responses={200: shapes.TeamSerializer, **problems(404)},
    )
    def get(self, request: Request, id: str) -> Response:  # noqa: A002 - the address's own word
        return Response(_told(self, find(Team, id, self.actor, Permission.TEAM_VIEW)))

    @extend_schema(
        operation_id="teams_change",
        tags=["teams"],
        summary="Give it another name",
        request=shapes.TeamRequest,
        responses={200: shapes.TeamSerializer, **problems(404, 422)},
    )
    def patch(self, request: Request, id: str) -> Response:  # noqa: A002
        team = find(Team, id, self.actor, Permission.TEAM_MANAGE)
        return Response(_told(self, rename_team(team, _name(self.body()), actor=self.actor)))

    @extend_schema(
        operation_id="teams_delete",
        tags=["teams"],
        summary="Delete a team; what was shared with it is shared no more",
        responses={204: None, **problems(404)},
    )
    def delete(self, request: Request, id: str) -> HttpResponseBase:  # noqa: A002
        delete_team(find(Team, id, self.actor, Permission.TEAM_MANAGE), actor=self.actor)
        return Response(status=204)


class TeamMembers(Endpoint):
    @extend_schema(
        operation_id="teams_members",
        tags=["teams"],
        summary="Who is in a team",
        parameters=PAGING,
        responses={200: documents.page_of(shapes.MemberSerializer), **problems(404, 422)},
    )
    def get(self, request: Request, id: str) -> Response:  # noqa: A002
        team = find(Team, id, self.actor, Permission.TEAM_VIEW)
        return Response(page_of(members_of(team), request).as_json(member_json))


class TeamMember(Endpoint):
    @extend_schema(
        operation_id="teams_members_change",
        tags=["teams"],
        summary="Change the role of a member",
        request=shapes.MemberChange,
        responses={200: shapes.MemberSerializer, **problems(404, 409, 422)},
    )
    def patch(self, request: Request, id: str, member_id: str) -> Response:  # noqa: A002
        team = find(Team, id, self.actor, Permission.TEAM_MANAGE)
        body = self.body()
        known_only(body, frozenset({"role"}))
        found = member(team, member_id)
        return Response(member_json(change_role(team, found.user, role_of(body), actor=self.actor)))

    @extend_schema(
        operation_id="teams_members_delete",
        tags=["teams"],
        summary="Remove a member; with your own id, leave",
        responses={204: None, **problems(404, 409)},
    )
    def delete(self, request: Request, id: str, member_id: str) -> HttpResponseBase:  # noqa: A002
        user = self.actor.user
        is_own = user is not None and member_id == user.public_id
        self.actor.require(Permission.TEAM_MANAGE)
        team = find(Team, id, self.actor, Permission.TEAM_VIEW if is_own else Permission.TEAM_MANAGE)
        remove_member(team, member(team, member_id).user, actor=self.actor)
        return Response(status=204)


def team_json(team: Team, role: str | None, members: int) -> dict[str, Any]:
    return {
        "object": "team",
        "id": team.public_id,
        "name": team.name,
        "members": members,
        "role": role,
        "created_at": moment(team.created_at),
    }


def member_json(membership: Membership) -> dict[str, Any]:
    user = membership.user
    return {
        "object": "member",
        "id": user.public_id,
        "email": user.email,
        "name": user.name,
        "role": membership.role,
        "joined_at": moment(membership.created_at),
    }


def role_of(body: dict[str, Any]) -> Role:
    """Raises Invalid."""
    word = body.get("role", Role.MEMBER)
    if word not in Role.values:
        words = f"Give one of {', '.join(Role.values)}."
        raise Invalid("invalid", f"role: {words}", fields={"role": words})
    return Role(word)


def _told(endpoint: Endpoint, team: Team) -> dict[str, Any]:
    return team_json(team, own_roles(endpoint.actor).get(team.pk), members_of(team).count())


def _name(body: dict[str, Any]) -> str:
    known_only(body, frozenset({"name"}))
    name = body.get("name")
    if not is_storable(name):
        raise Invalid("invalid", "name: Give a name.", fields={"name": "Give a name."})
    return str(name)
