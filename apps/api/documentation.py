"""The page that lets people read and try the API: Swagger UI from the sidecar's static files, under our own CSP."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def documentation(request: HttpRequest) -> HttpResponse:
    return render(request, "api/docs.html")
