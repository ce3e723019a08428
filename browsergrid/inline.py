"""Django's middleware without a thread for each step: under ASGI every `process_*` runs on one, though few ever wait.

What a class here does on the event loop touches neither the database nor a file; where it would, it says so by `waits`.
"""

from contextlib import suppress
from typing import Any

from asgiref.sync import sync_to_async
from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.common import CommonMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.security import SecurityMiddleware

ADMINISTRATION = "/admin/"
ADMINISTRATION_MAY = {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}


class Inline:
    """Goes before a `MiddlewareMixin`, whose asynchronous half it replaces."""

    get_response: Any

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        ask, answer = getattr(self, "process_request", None), getattr(self, "process_response", None)
        response = ask(request) if ask else None
        response = response or await self.get_response(request)
        if answer is None:
            done: HttpResponseBase = response
        elif self.waits(request):
            done = await sync_to_async(answer)(request, response)
        else:
            done = answer(request, response)
        return done

    def waits(self, request: HttpRequest) -> bool:
        """Whether the answer's half may wait for the database."""
        return False


class Security(Inline, SecurityMiddleware):
    """What does not say how long it may be kept is kept by nobody: nearly every page is somebody's own."""

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        """The way to https is shown under our own names; of others `OurHosts` says what there is to say."""
        with suppress(DisallowedHost):
            return super().process_request(request)
        return None

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response.headers.setdefault("Cache-Control", "no-store")
        return super().process_response(request, response)


class Csrf(Inline, CsrfViewMiddleware):
    pass


class Frames(Inline, XFrameOptionsMiddleware):
    pass


class Csp(Inline, CSPMiddleware):
    """The administration's theme evaluates expressions in attributes and writes styles into its pages; it may, and
    nothing else may: neither scripts in pages, nor other sites' files, nor talking to them, nor frames (decision 9)."""

    def get_policy_parts(
        self,
        request: HttpRequest,
        response: HttpResponseBase,
        report_only: bool = False,  # noqa: FBT001, FBT002
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path_info.startswith(ADMINISTRATION):
            parts.replace = dict(ADMINISTRATION_MAY)
        return parts


class Sessions(Inline, SessionMiddleware):
    def waits(self, request: HttpRequest) -> bool:
        return bool(request.session.modified)  # then it is saved


class Common(Inline, CommonMiddleware):
    pass


class Authentication(Inline, AuthenticationMiddleware):
    pass


class Messages(Inline, MessageMiddleware):
    def waits(self, request: HttpRequest) -> bool:
        storage = request._messages  # type: ignore[attr-defined] # Django's own name  # noqa: SLF001
        return bool(storage.used or storage.added_new)
