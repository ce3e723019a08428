"""Settings: the theme, and where the account's own pages are."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_http_methods

from apps.dashboard.templatetags.grid import THEMES
from apps.dashboard.views.page import page

YEAR = 365 * 24 * 3600
LINKS = (  # allauth's address, icon, label, sentence; absent ones are left out
    ("account_change_password", "tokens", "Password", "Change the password you sign in with."),
    ("account_email", "mail", "E-mail addresses", "Where you sign in from, and where we write to."),
    ("mfa_index", "admin", "Two-factor authentication", "An authenticator app, passkeys and recovery codes."),
    ("usersessions_list", "devices", "Devices", "Where you are signed in, and signing out everywhere else."),
    ("socialaccount_connections", "link", "Connected accounts", "Other services that you may sign in with."),
)


@page
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        theme = request.POST.get("theme", "")
        response = redirect("dashboard:settings")
        if theme in THEMES:
            response.set_cookie("bg_theme", theme, max_age=YEAR, samesite="Lax", secure=request.is_secure())
            messages.success(request, "Saved.")
        return response
    return render(request, "dashboard/settings/page.html", {"links": _links(), "themes": THEMES})


def _links() -> list[dict[str, str]]:
    found = []
    for name, icon, label, sentence in LINKS:
        try:
            found.append({"url": reverse(name), "icon": icon, "label": label, "sentence": sentence})
        except NoReverseMatch:  # that part of allauth is not installed
            continue
    return found
