"""Every address and what it answers to whom. A route that is not here fails the matrix.

A row: the route of the resolver, a path with places for A's things (`{session}`, `{pool}` …) or the system's
(`{warm}`, `{system}`), the method, and the answers to A, B, staff and A's read-only token. Superusers are staff here.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Row:
    route: str
    path: str
    method: str
    answers: tuple[int, ...]
    body: Any = None
    data: dict[str, str] = field(default_factory=dict)


V1 = "api/v1/"
ID = "<str:id>"


def _v1(route: str, method: str, a: int, b: int, staff: int, reader: int, body: Any = None, *, of: str = "") -> Row:
    path = f"/{V1}{route.replace(ID, '{' + of + '}')}"
    return Row(f"{V1}{route}", path, method, (a, b, staff, reader), body)


POOL = {"name": "another", "min": 0, "max": 1}

# The default pool is full in the matrix' world, so that claims queue.
PROGRAM = [
    _v1("sessions", "GET", 200, 200, 200, 200),
    _v1("sessions", "POST", 202, 202, 202, 403, {}),
    _v1("sessions/release", "POST", 202, 202, 202, 403),
    _v1(f"sessions/{ID}", "GET", 200, 404, 200, 200, of="session"),
    _v1(f"sessions/{ID}", "GET", 404, 404, 200, 404, of="warm"),
    _v1(f"sessions/{ID}", "PATCH", 200, 404, 200, 403, {"name": "x"}, of="session"),
    _v1(f"sessions/{ID}", "PATCH", 404, 404, 200, 403, {"name": "x"}, of="warm"),
    _v1(f"sessions/{ID}", "DELETE", 202, 404, 202, 403, of="session"),
    _v1(f"sessions/{ID}", "DELETE", 404, 404, 202, 403, of="warm"),
    _v1(f"sessions/{ID}/release", "POST", 202, 404, 202, 403, of="session"),
    _v1(f"sessions/{ID}/release", "POST", 404, 404, 202, 403, of="warm"),
    _v1(f"sessions/{ID}/host-root", "POST", 200, 404, 200, 403, of="session"),
    _v1(f"sessions/{ID}/host-root", "POST", 404, 404, 409, 403, of="warm"),
    _v1(f"sessions/{ID}/events", "GET", 200, 404, 200, 200, of="session"),
    _v1(f"sessions/{ID}/events", "GET", 404, 404, 200, 404, of="warm"),
    _v1(f"claims/{ID}", "GET", 200, 404, 200, 403, of="claim"),
    _v1(f"claims/{ID}", "DELETE", 204, 404, 204, 403, of="claim"),
    _v1("pools", "GET", 200, 200, 200, 200),
    _v1("pools", "POST", 201, 201, 201, 403, POOL),
    _v1("pools", "POST", 403, 403, 201, 403, POOL | {"is_system": True}),
    _v1(f"pools/{ID}", "GET", 200, 404, 200, 200, of="pool"),
    _v1(f"pools/{ID}", "GET", 404, 404, 200, 404, of="system"),
    _v1(f"pools/{ID}", "PATCH", 200, 404, 200, 403, {"min": 0}, of="pool"),
    _v1(f"pools/{ID}", "PATCH", 404, 404, 200, 403, {"min": 0}, of="system"),
    _v1(f"pools/{ID}", "DELETE", 204, 404, 204, 403, of="pool"),
    _v1(f"pools/{ID}", "DELETE", 404, 404, 409, 403, of="system"),
    _v1(f"pools/{ID}/stats", "GET", 200, 404, 200, 200, of="pool"),
    _v1(f"pools/{ID}/stats", "GET", 404, 404, 200, 404, of="system"),
    _v1(f"pools/{ID}/claim", "POST", 202, 404, 202, 403, of="pool"),
    _v1(f"pools/{ID}/claim", "POST", 404, 404, 202, 403, of="system"),
    _v1(f"pools/{ID}/drain", "POST", 200, 404, 200, 403, of="pool"),
    _v1(f"pools/{ID}/drain", "POST", 404, 404, 200, 403, of="system"),
    _v1(f"pools/{ID}/drain", "DELETE", 200, 404, 200, 403, of="pool"),
    _v1(f"pools/{ID}/drain", "DELETE", 404, 404, 200, 403, of="system"),
    _v1(f"pools/{ID}/flush", "POST", 202, 404, 202, 403, of="pool"),
    _v1(f"pools/{ID}/flush", "POST", 404, 404, 202, 403, of="system"),
    _v1("tokens", "GET", 200, 200, 200, 200),
    _v1("tokens", "POST", 201, 201, 201, 403, {"name": "x"}),
    _v1(f"tokens/{ID}", "GET", 200, 404, 200, 200, of="token"),
    _v1(f"tokens/{ID}", "PATCH", 200, 404, 200, 403, {"name": "x"}, of="token"),
    _v1(f"tokens/{ID}", "DELETE", 204, 404, 204, 403, of="token"),
    _v1("events", "GET", 200, 200, 200, 200),
    _v1("audit", "GET", 200, 200, 200, 200),
    _v1("usage", "GET", 200, 200, 200, 200),
    _v1("me", "GET", 200, 200, 200, 200),
]


def _page(route: str, method: str, a: int, b: int, staff: int, *, of: str = "", **data: str) -> Row:
    return Row(route, f"/{route.replace(ID, '{' + of + '}')}", method, (a, b, staff), None, data)


ACT = f"pools/{ID}/<slug:act>/"
POOL_ACTS = ("pause", "resume", "drain", "flush")

PASSKEY = "settings/second-factor/passkeys/<int:pk>/"

# Pages: nobody is sent to the sign-in.
PAGES = [
    _page("", "GET", 200, 200, 200),
    _page("overview/parts/", "GET", 200, 200, 200),
    _page("overview/token/", "POST", 200, 200, 200),
    _page("live/tally/", "GET", 200, 200, 200),
    _page("live/notices/", "GET", 200, 200, 200),
    _page("commands/", "GET", 200, 200, 200),
    _page("sessions/", "GET", 200, 200, 200),
    _page("sessions/rows/", "GET", 200, 200, 200),
    _page("sessions/release/", "POST", 302, 302, 302),
    _page("sessions/new/", "GET", 200, 200, 200),
    _page("sessions/new/", "POST", 302, 302, 302),
    _page(f"sessions/queue/{ID}/", "GET", 200, 404, 200, of="claim"),
    _page(f"sessions/queue/{ID}/leave/", "POST", 302, 404, 302, of="claim"),
    _page("sessions/views/", "POST", 302, 302, 302),
    _page(f"sessions/views/{ID}/remove/", "POST", 302, 404, 404, of="view"),
    _page(f"sessions/{ID}/", "GET", 200, 404, 200, of="session"),
    _page(f"sessions/{ID}/story/", "GET", 200, 404, 200, of="session"),
    _page(f"sessions/{ID}/story/", "GET", 404, 404, 200, of="warm"),
    _page(f"sessions/{ID}/address/", "POST", 200, 404, 200, of="session"),
    _page(f"sessions/{ID}/address/", "POST", 404, 404, 200, of="warm"),
    _page(f"sessions/{ID}/change/", "POST", 302, 404, 302, of="session", name="x"),
    _page(f"sessions/{ID}/change/", "POST", 404, 404, 302, of="warm", name="x"),
    _page(f"sessions/{ID}/extend/", "POST", 302, 404, 302, of="session"),
    _page(f"sessions/{ID}/extend/", "POST", 404, 404, 302, of="warm"),
    _page(f"sessions/{ID}/keep-alive/", "POST", 302, 404, 302, of="session"),
    _page(f"sessions/{ID}/keep-alive/", "POST", 404, 404, 302, of="warm", keep_alive="true"),
    _page(f"sessions/{ID}/", "GET", 404, 404, 200, of="warm"),
    _page(f"sessions/{ID}/parts/", "GET", 200, 404, 200, of="session"),
    _page(f"sessions/{ID}/parts/", "GET", 404, 404, 200, of="warm"),
    _page(f"sessions/{ID}/release/", "POST", 302, 404, 302, of="session"),
    _page(f"sessions/{ID}/release/", "POST", 404, 404, 302, of="warm"),
    _page(f"sessions/{ID}/replay/", "GET", 200, 404, 200, of="session"),
    _page(f"sessions/{ID}/replay/", "GET", 404, 404, 200, of="warm"),
    _page("replay/frame/", "GET", 200, 200, 200),
    _page("pools/", "GET", 200, 200, 200),
    _page("pools/new/", "GET", 200, 200, 200),
    _page("pools/new/", "POST", 422, 422, 422),
    _page("pools/strips/", "GET", 200, 200, 200),
    _page(f"pools/{ID}/", "GET", 200, 404, 200, of="pool"),
    _page(f"pools/{ID}/", "GET", 404, 404, 200, of="system"),
    _page(f"pools/{ID}/edit/", "GET", 200, 404, 200, of="pool"),
    _page(f"pools/{ID}/edit/", "GET", 404, 404, 200, of="system"),
    _page(f"pools/{ID}/edit/", "POST", 422, 404, 422, of="pool"),
    _page(f"pools/{ID}/edit/", "POST", 404, 404, 422, of="system"),
    _page(f"pools/{ID}/delete/", "GET", 200, 404, 200, of="pool"),
    _page(f"pools/{ID}/delete/", "GET", 404, 404, 200, of="system"),
    _page(f"pools/{ID}/delete/", "POST", 302, 404, 302, of="pool"),
    _page(f"pools/{ID}/delete/", "POST", 404, 404, 302, of="system"),
    _page("pools/explain/", "GET", 200, 200, 200),
    _page(f"pools/{ID}/parts/", "GET", 200, 404, 200, of="pool"),
    _page(f"pools/{ID}/parts/", "GET", 404, 404, 200, of="system"),
    *(Row(ACT, f"/pools/{{pool}}/{act}/", "GET", (200, 404, 200)) for act in POOL_ACTS),
    *(Row(ACT, f"/pools/{{system}}/{act}/", "GET", (404, 404, 200)) for act in POOL_ACTS),
    *(Row(ACT, f"/pools/{{pool}}/{act}/", "POST", (302, 404, 302)) for act in POOL_ACTS),
    *(Row(ACT, f"/pools/{{system}}/{act}/", "POST", (404, 404, 302)) for act in POOL_ACTS),
    Row(ACT, "/pools/{pool}/explode/", "POST", (404, 404, 404)),
    _page("status/", "GET", 200, 200, 200),
    _page("status/parts/", "GET", 200, 200, 200),
    _page("status/operations/", "GET", 404, 404, 200),
    _page("tasks/", "GET", 404, 404, 200),
    _page("tasks/", "POST", 404, 404, 405),
    _page("tasks/parts/", "GET", 404, 404, 200),
    Row("tasks/<path:name>/run/", "/tasks/forget/run/", "GET", (404, 404, 405)),
    Row("tasks/<path:name>/run/", "/tasks/forget/run/", "POST", (404, 404, 302)),
    Row("tasks/<path:name>/run/", "/tasks/nothing/run/", "POST", (404, 404, 404)),
    _page("tokens/", "GET", 200, 200, 200),
    _page("tokens/new/", "GET", 200, 200, 200),
    _page("tokens/new/", "POST", 422, 422, 422),
    _page(f"tokens/{ID}/revoke/", "GET", 200, 404, 200, of="token"),
    _page(f"tokens/{ID}/revoke/", "POST", 302, 404, 302, of="token"),
    _page("usage/", "GET", 200, 200, 200),
    _page("usage/days.csv", "GET", 200, 200, 200),
    _page("settings/audit/", "GET", 200, 200, 200),
    _page("settings/", "GET", 200, 200, 200),
    _page("settings/appearance/", "GET", 200, 200, 200),
    _page("settings/appearance/", "POST", 302, 302, 302),
    _page("settings/devices/", "GET", 200, 200, 200),
    _page("settings/devices/everywhere/", "POST", 302, 302, 302),
    _page(f"settings/devices/{ID}/end/", "POST", 302, 404, 404, of="device"),
    _page("settings/invitations/", "GET", 404, 404, 200),
    _page("settings/invitations/", "POST", 404, 404, 422),
    _page(f"settings/invitations/{ID}/withdraw/", "POST", 404, 404, 404, of="device"),
    _page("settings/data/", "GET", 200, 200, 200),
    _page("settings/data/export/", "POST", 302, 302, 302),  # to the question whether it is they
    _page("settings/data/delete/", "GET", 302, 302, 302),
    _page("settings/data/delete/", "POST", 302, 302, 302),
    _page("settings/email/", "GET", 200, 200, 200),
    _page("settings/password/", "GET", 200, 200, 200),
    _page("settings/password/set/", "GET", 302, 302, 302),  # they have one
    _page("settings/second-factor/", "GET", 200, 200, 200),
    _page("settings/second-factor/app/", "GET", 302, 302, 302),
    _page("settings/second-factor/app/remove/", "GET", 404, 404, 404),
    _page("settings/second-factor/codes/", "GET", 404, 404, 404),
    _page("settings/second-factor/codes/new/", "GET", 302, 302, 302),
    _page("settings/second-factor/codes/download/", "GET", 404, 404, 404),
    _page("settings/second-factor/passkeys/", "GET", 200, 200, 200),
    _page("settings/second-factor/passkeys/add/", "GET", 302, 302, 302),
    Row(PASSKEY + "name/", "/settings/second-factor/passkeys/1/name/", "GET", (302, 302, 302)),
    Row(PASSKEY + "remove/", "/settings/second-factor/passkeys/1/remove/", "GET", (302, 302, 302)),
    _page("settings/connected/", "GET", 200, 200, 200),
]

# Open to everybody, with what anybody gets. allauth's own pages guard themselves; none takes an id of ours.
OPEN = {
    "healthz": 200,
    "readyz": 503,  # no reconciler in the tests
    "metrics": 200,  # to this machine
    "api/schema/": 200,
    "api/docs/": 200,
    "api/": 404,
    "accounts/login/": 200,
    "accounts/logout/": 302,
    "accounts/inactive/": 200,
    "accounts/signup/": 200,
    "accounts/reauthenticate/": 302,
    "accounts/confirm-email/": 200,
    "accounts/password/reset/": 200,
    "accounts/second-factor/": 302,
    "accounts/second-factor/confirm/": 302,
    "accounts/passkey/": 302,
    "accounts/passkey/confirm/": 302,
    "accounts/oidc/cancelled/": 200,
    "accounts/oidc/error/": 401,
    "accounts/oidc/signup/": 302,
    "accounts/oidc/<slug:provider_id>/login/": 404,
    "accounts/oidc/<slug:provider_id>/login/callback/": 404,
    r"accounts/^confirm-email/(?P<key>[-:\w]+)/$": 200,
    "accounts/password/reset/key/done/": 200,
    r"accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": 200,
    "accounts/password/reset/done/": 200,
}
OPEN_PATHS = {
    "accounts/oidc/<slug:provider_id>/login/": "/accounts/oidc/nobody/login/",
    "accounts/oidc/<slug:provider_id>/login/callback/": "/accounts/oidc/nobody/login/callback/",
    "api/": "/api/nothing",
    r"accounts/^confirm-email/(?P<key>[-:\w]+)/$": "/accounts/confirm-email/x/",
    r"accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": "/accounts/password/reset/key/1-x/",
}

ADMIN = "admin/"
ADMIN_SIGN_IN = "admin/login/"
