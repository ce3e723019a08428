"""Settings: who one is, and how the pages look. allauth has pages of its own beside these; see `own_places`."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from apps.accounts.profile import LONGEST_NAME, rename
from apps.core.errors import Invalid
from apps.dashboard.asking import actor_of, person
from apps.dashboard.templatetags.grid import THEMES
from apps.dashboard.views.page import page

YEAR = 365 * 24 * 3600


@page
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    user, refused, name = person(request), "", person(request).name
    if request.method == "POST":
        name = request.POST.get("name", "")
        try:
            rename(user, name, actor=actor_of(request))
        except Invalid as error:
            refused = error.detail
        else:
            messages.success(request, "Saved.")
            return redirect("dashboard:settings")
    context = {"name": name, "refused": refused, "longest": LONGEST_NAME}
    return render(request, "dashboard/settings/profile.html", context, status=422 if refused else 200)


@page
@require_http_methods(["GET", "POST"])
def appearance(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        theme = request.POST.get("theme", "")
        response = redirect("dashboard:settings-appearance")
        if theme in THEMES:
            response.set_cookie("bg_theme", theme, max_age=YEAR, samesite="Lax", secure=request.is_secure())
            messages.success(request, "Saved.")
        return response
    return render(request, "dashboard/settings/appearance.html", {"themes": THEMES})
