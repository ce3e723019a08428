"""Which face answers which address. Connect addresses never come here: the gateway takes them before Django."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from browsergrid.health import healthz, readyz
from browsergrid.metrics import metrics

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("api/", include("apps.api.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("apps.dashboard.urls")),
]
