"""Teams: mine, one with its people and invitations, and what its managers do there."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.access.actor import Actor
from apps.access.lookup import find, one_of
from apps.access.permissions import Permission
from apps.accounts.invitations import invite, open_invitations, withdraw_invitation
from apps.accounts.models import Role, Team
from apps.accounts.queries import member, members_of, own_roles, visible_teams
from apps.accounts.teams import change_role, create_team, delete_team, remove_member, rename_team
from apps.core import clock
from apps.core.errors import Conflict, Invalid
from apps.dashboard.asking import actor_of, person
from apps.dashboard.forms.teams import InvitationForm, TeamForm
from apps.dashboard.origin import origin_of
from apps.dashboard.views.page import page

MOST = 500


@page
@require_GET
def teams(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    roles = own_roles(actor)
    listed = [{"team": team, "role": roles.get(team.pk, "")} for team in visible_teams(actor)[:MOST]]
    return render(request, "dashboard/teams/page.html", {"teams": listed})


@page
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    form = TeamForm(request.POST or None)
    if form.is_valid():
        try:
            team = create_team(form.cleaned_data["name"], actor=actor)
        except (Invalid, Conflict) as error:
            form.refuse(error)
        else:
            messages.success(request, f"The team “{team.name}” is there. Invite its people.")
            return redirect("dashboard:teams-one", team.public_id)
    return render(request, "dashboard/teams/name.html", {"form": form}, status=422 if form.errors else 200)


@page
@require_GET
def team(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002 - the address's own word
    return _show(request, find(Team, id, actor_of(request), Permission.TEAM_VIEW), InvitationForm())


@page
@require_http_methods(["GET", "POST"])
def rename(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    actor = actor_of(request)
    found = find(Team, id, actor, Permission.TEAM_MANAGE)
    form = TeamForm(request.POST or None, initial={"name": found.name})
    if form.is_valid():
        try:
            rename_team(found, form.cleaned_data["name"], actor=actor)
        except Invalid as error:
            form.refuse(error)
        else:
            messages.success(request, "Renamed.")
            return redirect("dashboard:teams-one", id)
    context = {"form": form, "team": found}
    return render(request, "dashboard/teams/name.html", context, status=422 if form.errors else 200)


@page
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    actor = actor_of(request)
    found = find(Team, id, actor, Permission.TEAM_MANAGE)
    if request.method == "POST":
        delete_team(found, actor=actor)
        messages.success(request, f"The team “{found.name}” is deleted. What was shared with it is shared no more.")
        return redirect("dashboard:teams")
    return render(request, "dashboard/teams/delete.html", {"team": found})


@page
@require_http_methods(["GET", "POST"])
def send(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    """Invite somebody; the form stands on the team's own page."""
    actor = actor_of(request)
    found = find(Team, id, actor, Permission.TEAM_MANAGE)
    form = InvitationForm(request.POST or None)
    if form.is_valid():
        try:
            role = Role(form.cleaned_data["role"])
            sent = invite(form.cleaned_data["email"], actor=actor, origin=_origin(request), team=found, role=role)
        except (Invalid, Conflict) as error:
            form.refuse(error)
        else:
            messages.success(request, f"Sent to {sent.invitation.email}. The link is good once, for seven days.")
            return redirect("dashboard:teams-one", id)
    return _show(request, found, form, status=422 if form.errors else 200)


@page
@require_POST
def withdraw(request: HttpRequest, id: str, invitation_id: str) -> HttpResponse:  # noqa: A002
    actor = actor_of(request)
    found = find(Team, id, actor, Permission.TEAM_MANAGE)
    invitation = one_of(open_invitations(found, clock.now()), invitation_id)
    withdraw_invitation(invitation, actor=actor)
    messages.success(request, f"The invitation to {invitation.email} is withdrawn.")
    return redirect("dashboard:teams-one", id)


@page
@require_POST
def role(request: HttpRequest, id: str, member_id: str) -> HttpResponse:  # noqa: A002
    actor = actor_of(request)
    found = find(Team, id, actor, Permission.TEAM_MANAGE)
    wanted = request.POST.get("role", "")
    user = member(found, member_id).user
    if wanted not in Role.values:
        raise Invalid("invalid", "There is no such role.")
    try:
        change_role(found, user, Role(wanted), actor=actor)
    except Conflict as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, f"{user.email} is a {Role(wanted).label.lower()} now.")
    return redirect("dashboard:teams-one", id)


@page
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, id: str, member_id: str) -> HttpResponse:  # noqa: A002
    """Somebody, by a manager; oneself, which is leaving."""
    actor = actor_of(request)
    is_own = member_id == person(request).public_id
    found = find(Team, id, actor, Permission.TEAM_VIEW if is_own else Permission.TEAM_MANAGE)
    user = member(found, member_id).user
    if request.method != "POST":
        return render(request, "dashboard/teams/remove.html", {"team": found, "member": user, "is_own": is_own})
    try:
        remove_member(found, user, actor=actor)
    except Conflict as error:
        messages.error(request, error.detail)
        return redirect("dashboard:teams-one", id)
    messages.success(request, f"You left “{found.name}”." if is_own else f"{user.email} is removed.")
    return redirect("dashboard:teams") if is_own else redirect("dashboard:teams-one", id)


def _show(request: HttpRequest, found: Team, form: InvitationForm, status: int = 200) -> HttpResponse:
    actor: Actor = actor_of(request)
    own = own_roles(actor).get(found.pk, "")
    manages = own == Role.MANAGER or actor.sees_all
    context = {
        "team": found,
        "members": list(members_of(found)[:MOST]),
        "invitations": list(open_invitations(found, clock.now())) if manages else [],
        "own_role": own,
        "manages": manages,
        "me": person(request),
        "form": form,
    }
    return render(request, "dashboard/teams/one.html", context, status=status)


def _origin(request: HttpRequest) -> str:
    return origin_of(request).http
