"""The OpenAPI document as programs read it, and the page that lets people read and try the API."""

from functools import cache

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from drf_spectacular.renderers import OpenApiYamlRenderer

from apps.api.openapi import document
from apps.api.outer import outside_of
from apps.api.reference import groups

YAML = "application/yaml"


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """JSON; YAML where that alone is asked for."""
    if "yaml" in request.headers.get("Accept", "") or request.GET.get("format") == "yaml":
        return HttpResponse(_yaml(), content_type=YAML)
    return JsonResponse(document())


@never_cache
@require_safe
def documentation(request: HttpRequest) -> HttpResponse:
    context = {"reference": _reference(), "groups": _groups(), "origin": outside_of(request).origin.http}
    return render(request, "api/docs.html", context)


@cache
def _groups() -> list[object]:
    return [*groups(document())]


@cache
def _reference() -> str:
    """What is the same for everybody is written once."""
    return render_to_string("api/reference.html", {"groups": _groups()})


@cache
def _yaml() -> bytes:
    written: bytes = OpenApiYamlRenderer().render(document(), renderer_context={})  # type: ignore[no-untyped-call]
    return written
