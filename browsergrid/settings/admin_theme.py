"""The administration in the product's own language: its greys, accent and mark. See static/dashboard/css/admin.css."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse


def _mark(request: HttpRequest) -> str:
    return static("dashboard/favicon.svg")


def _file(name: str) -> Callable[[HttpRequest], str]:
    return lambda request: static(f"dashboard/{name}")


PLACES: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...] = (  # heading → label, icon, address
    ("", (("Overview", "dashboard", "admin:index"),)),
    (
        "Grid",
        (
            ("Pools", "view_week", "admin:pools_pool_changelist"),
            ("Sessions", "web_asset", "admin:browser_sessions_browsersession_changelist"),
            ("Nodes", "dns", "admin:nodes_node_changelist"),
            ("Processes", "memory", "admin:nodes_process_changelist"),
            ("Providers", "hub", "admin:pools_providerconfiguration_changelist"),
        ),
    ),
    (
        "People",
        (
            ("People", "person", "admin:accounts_user_changelist"),
            ("Teams", "group", "admin:accounts_team_changelist"),
            ("Invitations", "mail", "admin:accounts_invitation_changelist"),
            ("Tokens", "key", "admin:tokens_apitoken_changelist"),
            ("Quotas", "speed", "admin:quotas_quota_changelist"),
        ),
    ),
    (
        "Shares",
        (
            ("Pools with people", "share", "admin:pools_poolpersongrant_changelist"),
            ("Pools with teams", "share", "admin:pools_poolteamgrant_changelist"),
            ("Sessions with people", "share", "admin:browser_sessions_sessionpersongrant_changelist"),
            ("Sessions with teams", "share", "admin:browser_sessions_sessionteamgrant_changelist"),
        ),
    ),
    (
        "Background work",
        (
            ("Periodic tasks", "schedule", "admin:django_celery_beat_periodictask_changelist"),
            ("Runs", "checklist", "admin:tasks_taskrun_changelist"),
            ("Intervals", "timelapse", "admin:django_celery_beat_intervalschedule_changelist"),
            ("Crontabs", "calendar_month", "admin:django_celery_beat_crontabschedule_changelist"),
        ),
    ),
    (
        "Record",
        (
            ("Audit", "policy", "admin:audit_entry_changelist"),
            ("Events", "list_alt", "admin:events_event_changelist"),
        ),
    ),
)


def _navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The places of the rail; one whose part is not installed is left out."""
    return [
        {"title": heading, "items": [*_items(places)], "separator": False, "collapsible": heading == "Shares"}
        for heading, places in PLACES
    ]


def _items(places: tuple[tuple[str, str, str], ...]) -> Iterator[dict[str, Any]]:
    for label, icon, address in places:
        with suppress(NoReverseMatch):
            yield {"title": label, "icon": icon, "link": reverse(address)}


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "BrowserGrid",
    "SITE_HEADER": "BrowserGrid",
    "SITE_SUBHEADER": "Administration",
    "SITE_URL": "/",
    "SITE_ICON": {"light": _mark, "dark": _mark},
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _mark}],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "6px",
    "STYLES": [_file(f"css/{name}.css") for name in ("admin", "tokens", "states", "strip")],
    "SCRIPTS": [_file("js/admin-theme.js")],
    "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": _navigation},
    "COLORS": {
        "base": {
            "50": "oklch(0.985 0.001 230)",
            "100": "oklch(0.967 0.0015 230)",
            "200": "oklch(0.912 0.003 230)",
            "300": "oklch(0.84 0.005 230)",
            "400": "oklch(0.68 0.009 225)",
            "500": "oklch(0.53 0.012 225)",
            "600": "oklch(0.43 0.013 225)",
            "700": "oklch(0.36 0.012 225)",
            "800": "oklch(0.283 0.01 225)",
            "900": "oklch(0.2 0.008 225)",
            "950": "oklch(0.168 0.007 225)",
        },
        "primary": {
            "50": "oklch(0.975 0.015 200)",
            "100": "oklch(0.945 0.035 200)",
            "200": "oklch(0.9 0.06 199)",
            "300": "oklch(0.85 0.085 198)",
            "400": "oklch(0.79 0.105 196)",
            "500": "oklch(0.66 0.11 201)",
            "600": "oklch(0.53 0.092 205)",
            "700": "oklch(0.47 0.085 205)",
            "800": "oklch(0.4 0.07 206)",
            "900": "oklch(0.33 0.055 207)",
            "950": "oklch(0.25 0.04 208)",
        },
        "font": {
            "subtle-light": "oklch(0.53 0.012 225)",
            "subtle-dark": "oklch(0.655 0.01 215)",
            "default-light": "oklch(0.43 0.013 225)",
            "default-dark": "oklch(0.765 0.009 215)",
            "important-light": "oklch(0.215 0.012 225)",
            "important-dark": "oklch(0.955 0.004 215)",
        },
    },
}
