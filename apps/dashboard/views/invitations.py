"""Where an invitation's link leads. Its secret leaves the address bar at once; the visitor's session keeps which."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from apps.accounts.invitations import IN_SESSION, accept_invitation, invitation_kept, invitation_with
from apps.accounts.sign_up import may as may_sign_up
from apps.core.errors import GridError, NotFound
from apps.dashboard.asking import actor_of
from apps.dashboard.views.page import refusal


@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest) -> HttpResponse:
    try:
        return _accept(request) if request.method == "POST" else _look(request)
    except GridError as error:
        request.session.pop(IN_SESSION, None)
        return refusal(request, error)


def _look(request: HttpRequest) -> HttpResponse:
    secret = request.GET.get("secret", "")
    if secret:
        request.session[IN_SESSION] = invitation_with(secret).public_id
        return redirect("dashboard:invitation")
    found = invitation_kept(str(request.session.get(IN_SESSION, "")))
    context = {
        "invitation": found,
        "by": found.invited_by.get_full_name() if found.invited_by else "",
        "next": reverse("dashboard:invitation"),
        "may_sign_up": may_sign_up(request),
    }
    return render(request, "dashboard/invitations/page.html", context)


def _accept(request: HttpRequest) -> HttpResponse:
    found = invitation_kept(str(request.session.get(IN_SESSION, "")))
    if not request.user.is_authenticated:
        return redirect(f"{reverse('account_login')}?next={reverse('dashboard:invitation')}")
    if found.team is None:
        raise NotFound  # to sign up; whoever is signed in has done so
    accept_invitation(found, actor=actor_of(request))
    del request.session[IN_SESSION]
    messages.success(request, f"You are in the team “{found.team.name}”.")
    return redirect("dashboard:teams-one", found.team.public_id)
