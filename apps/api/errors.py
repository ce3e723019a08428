"""Every error of the API as RFC 9457 `application/problem+json`: `{type, title, status, detail, code, errors?}`."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import DisallowedHost, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.views import set_rollback

from apps.access.actor import Actor
from apps.access.callers import address_of
from apps.access.rates import RateExceeded
from apps.audit.refusals import refused
from apps.core.errors import GridError, Invalid, NotFound, Unauthenticated

logger = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
REFUSED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
CODES = {
    400: "bad_request",
    403: "not_allowed",
    405: "method_not_allowed",
    406: "not_acceptable",
    415: "unsupported_media_type",
}


def problem(error: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """DRF's exception handler."""
    set_rollback()
    headers = {}
    if isinstance(error, exceptions.MethodNotAllowed):
        headers["Allow"] = ", ".join(context["view"].allowed_methods)
    answer = answer_for(error, headers)
    if answer.status_code in REFUSED:
        _audit(context["request"], error, answer.status_code)
    return answer


def _audit(request: Request, error: Exception, status: int) -> None:
    """Who shows nothing is nobody's business; who shows something and is refused is."""
    asked = request._request  # noqa: SLF001 - DRF's name for Django's request
    known = getattr(request, "_auth", None)
    if not isinstance(known, Actor):
        if status == HTTPStatus.UNAUTHORIZED and not {"Authorization", "X-Api-Key"} & set(asked.headers):
            return
        known = Actor(user=None, address=address_of(asked))
    code = error.code if isinstance(error, GridError) else CODES.get(status, "unauthenticated")
    refused(known, code=code, method=str(asked.method), path=asked.path)


def answer_for(error: Exception, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """The response that tells of `error`; what nobody foresaw is logged and told without details."""
    match error:
        case GridError():
            return refusal(error)
        case Http404():
            return refusal(NotFound())
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return refusal(Unauthenticated())
        case PermissionDenied():
            return _response(403, "Not allowed", "You may not do this.", CODES[403])
        case RequestDataTooBig():
            return _response(413, "Too large", "The body is larger than this address takes.", "too_large")
        case DisallowedHost():
            words = "This installation does not answer to that host name."
            return _response(400, "Bad request", words, "invalid_host")
        case SuspiciousOperation() | UnreadablePostError():
            return _response(400, "Bad request", "The request cannot be read.", CODES[400])
        case exceptions.APIException():
            title, code = HTTPStatus(error.status_code).phrase, CODES.get(error.status_code, "error")
            return _response(error.status_code, title, str(error.detail), code, headers=headers)
    logger.error("api.failed", exc_info=error)
    return _response(500, "Internal error", "Something went wrong on our side.", "internal_error")


def refusal(error: GridError) -> HttpResponse:
    headers = error.allowance.headers() if isinstance(error, RateExceeded) else {}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if error.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="BrowserGrid"'
    errors = None
    if isinstance(error, Invalid) and error.fields:
        errors = [{"field": name, "detail": words} for name, words in error.fields.items()]
    return _response(error.status, error.title, error.detail, error.code, errors=errors, headers=headers)


def not_found(request: HttpRequest, **_: object) -> HttpResponse:
    """For addresses below /api/ that lead nowhere."""
    return refusal(NotFound())


def _response(
    status: int,
    title: str,
    detail: str,
    code: str,
    *,
    errors: list[dict[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    body: dict[str, Any] = {
        "type": f"urn:browsergrid:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
    }
    if errors is not None:
        body["errors"] = errors
    response = JsonResponse(body, status=status, content_type=MEDIA_TYPE, headers=dict(headers or {}))
    response["Cache-Control"] = "no-store"
    return response
