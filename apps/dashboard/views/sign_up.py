"""Invitations to sign up: staff ask people in by e-mail, and see who has not come yet."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from apps.access.lookup import one_of
from apps.access.staff import staff_only
from apps.accounts.invitations import invite, open_invitations, withdraw_invitation
from apps.accounts.links import absolute
from apps.core import clock
from apps.core.errors import Conflict, Invalid
from apps.dashboard.asking import actor_of
from apps.dashboard.views.page import page


@page
@require_http_methods(["GET", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Without a mail server the link is shown, once, to be handed over by other means."""
    actor, refused, link, email = actor_of(request), "", "", request.POST.get("email", "")
    staff_only(actor)
    if request.method == "POST":
        origin = absolute(request, "")
        try:
            sent = invite(email, actor=actor, origin=origin)
        except (Invalid, Conflict) as error:
            refused = getattr(error, "fields", {}).get("email", error.detail)
        else:
            if settings.MAIL_IS_CONFIGURED:
                messages.success(request, f"Sent to {sent.invitation.email}. The link is good once, for seven days.")
                return redirect("dashboard:settings-people")
            link = f"{origin}/invitations/?secret={sent.secret}"
    context = {
        "invitations": open_invitations(None, clock.now()),
        "mode": settings.GRID.signup,
        "email": "" if link else email,
        "refused": refused,
        "link": link,
    }
    return render(request, "dashboard/settings/people.html", context, status=422 if refused else 200)


@page
@require_POST
def withdraw(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002 - the address calls it so
    actor = actor_of(request)
    staff_only(actor)
    invitation = one_of(open_invitations(None, clock.now()), id)
    withdraw_invitation(invitation, actor=actor)
    messages.success(request, f"The invitation to {invitation.email} is withdrawn.")
    return redirect("dashboard:settings-people")
