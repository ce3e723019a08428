"""The pages of one's own settings, in the order of the list beside them."""

from collections.abc import Iterator

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from apps.dashboard.navigation import Place

PLACES = (  # the address's name, label, icon, and the names that light it up too
    ("dashboard:settings", "Profile", "user", ()),
    ("dashboard:settings-appearance", "Appearance", "theme", ()),
    ("account_email", "E-mail", "mail", ()),
    ("account_change_password", "Password", "edit", ("account_set_password",)),
    ("mfa_index", "Second factor", "admin", ("mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes",
                                            "mfa_generate_recovery_codes")),
    ("mfa_list_webauthn", "Passkeys", "tokens", ("mfa_add_webauthn", "mfa_edit_webauthn", "mfa_remove_webauthn")),
    ("dashboard:settings-devices", "Devices", "devices", ()),
    ("socialaccount_connections", "Connected accounts", "link", ()),
    ("dashboard:audit", "Audit log", "history", ()),
    ("dashboard:settings-people", "Invitations", "teams", ()),
    ("dashboard:settings-data", "Your data", "download", ("dashboard:settings-delete",)),
)  # fmt: skip


def own_places(request: HttpRequest) -> Iterator[Place]:
    match = getattr(request, "resolver_match", None)
    here = match.view_name if match else ""
    for name, label, icon, others in PLACES:
        if name == "socialaccount_connections" and not settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]:
            continue
        if name == "dashboard:settings-people" and not getattr(request.user, "is_staff", False):
            continue
        yield Place(name, label, icon, "", reverse(name), current=here == name or here in others)
