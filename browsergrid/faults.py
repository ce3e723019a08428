"""Requests that no view has answered: below /api/ as a problem document, elsewhere as a page."""

import sys

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views import defaults

from apps.api.errors import answer_for

API = "/api/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if request.path.startswith(API):
        return answer_for(exception)
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    failure = sys.exc_info()[1]
    if request.path.startswith(API) and isinstance(failure, Exception):
        return answer_for(failure)
    return defaults.server_error(request)
