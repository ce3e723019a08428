"""Which face answers which address. Connect addresses never come here: the gateway takes them before Django."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from browsergrid.health import healthz, readyz
from browsergrid.metrics import metrics

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("api/", include("apps.api.urls")),
    path("", include("apps.accounts.urls")),
    path("admin/login/", secure_admin_login(admin.site.login)),
    path("admin/password_change/", admin.site.admin_view(RedirectView.as_view(pattern_name="account_change_password"))),
    path("admin/", admin.site.urls),
    path("", include("apps.dashboard.urls")),
]

handler400 = "browsergrid.faults.bad_request"
handler500 = "browsergrid.faults.server_error"
