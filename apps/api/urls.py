"""Addresses of the API face. What leads nowhere is a problem document too."""

from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.decorators.csrf import csrf_exempt

from apps.api.documentation import documentation, schema
from apps.api.errors import not_found

app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", schema, name="schema"),
    path("docs/", documentation, name="docs"),
    path("v1/", include("apps.api.v1.urls")),
    re_path(r"", csrf_exempt(not_found), name="nothing"),
]
