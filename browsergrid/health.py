"""/healthz: this process answers. /readyz: it can do its work. What makes it unready is named.

Redis may be away without harm: that is said, and the answer stays 200.
"""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.sessions.readiness import OK, failing, readiness


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": OK})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    checks = readiness()
    are_failing = failing(checks)
    body = {"status": "failing" if are_failing else OK, "checks": checks}
    return JsonResponse(body, status=503 if are_failing else 200)
