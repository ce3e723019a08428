"""A name for every request, in its log lines and its answer."""

import secrets
from collections.abc import Awaitable, Callable

import structlog
from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse


class RequestIdentity:
    """Binds `request_id` to the log context and answers with X-Request-Id. Never takes one from outside."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse | Awaitable[HttpResponse]]) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponse | Awaitable[HttpResponse]:
        if iscoroutinefunction(self.get_response):
            return self._async_call(request)
        with structlog.contextvars.bound_contextvars(request_id=_name(request)):
            response: HttpResponse = self.get_response(request)  # type: ignore[assignment] # checked above
            return _signed(request, response)

    async def _async_call(self, request: HttpRequest) -> HttpResponse:
        with structlog.contextvars.bound_contextvars(request_id=_name(request)):
            response: HttpResponse = await self.get_response(request)  # type: ignore[misc] # checked above
            return _signed(request, response)


def _name(request: HttpRequest) -> str:
    request.request_id = f"req_{secrets.token_hex(8)}"  # type: ignore[attr-defined] # read by errors and logs
    return str(request.request_id)  # type: ignore[attr-defined]


def _signed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
    return response
