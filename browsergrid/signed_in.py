"""What is done for every request of a signed-in browser: staff without a second factor are held at its set-up, and the
device is noted as seen, at most once a minute."""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from apps.accounts.devices import GRAIN, note_device
from apps.accounts.models import User
from apps.accounts.second_factor import is_missing

MOST_DEVICES = 10_000  # remembered by one process as seen lately
FREE = ("/accounts/", "/settings/second-factor/", "/static/", "/healthz", "/readyz", "/metrics")
OF_PROGRAMS = "/api/"  # there the face itself asks, for it knows whether a token speaks or the cookie

Answer = HttpResponseBase | Awaitable[HttpResponseBase]


class SignedIn:
    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Answer]) -> None:
        self.get_response = get_response
        self._seen: OrderedDict[str, float] = OrderedDict()
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Answer:
        if iscoroutinefunction(self.get_response):
            return self._answer(request)
        held = _held(request) if _may_be_held(request) else None
        response: HttpResponseBase = held or self.get_response(request)  # type: ignore[assignment] # checked above
        if self._is_due(request):
            _note(request)
        return response

    async def _answer(self, request: HttpRequest) -> HttpResponseBase:
        held = await sync_to_async(_held)(request) if _may_be_held(request) else None
        response: HttpResponseBase = held or await self.get_response(request)  # type: ignore[misc] # checked above
        if self._is_due(request):
            await sync_to_async(_note)(request)
        return response

    def _is_due(self, request: HttpRequest) -> bool:
        """Only where the session was looked into anyway: a request for nobody in particular asks no database."""
        session = request.session
        if not session.accessed or not session.session_key or SESSION_KEY not in session:
            return False
        now = time.monotonic()
        if now - self._seen.get(session.session_key, -GRAIN.total_seconds()) < GRAIN.total_seconds():
            return False
        self._seen[session.session_key] = now
        self._seen.move_to_end(session.session_key)
        while len(self._seen) > MOST_DEVICES:
            self._seen.popitem(last=False)
        return True


def _may_be_held(request: HttpRequest) -> bool:
    has_cookie = settings.SESSION_COOKIE_NAME in request.COOKIES
    return settings.GRID.staff_mfa and has_cookie and not request.path.startswith((*FREE, OF_PROGRAMS))


def _held(request: HttpRequest) -> HttpResponseBase | None:
    user = request.user
    return HttpResponseRedirect(reverse("mfa_index")) if isinstance(user, User) and is_missing(user) else None


def _note(request: HttpRequest) -> None:
    user = request.user
    if isinstance(user, User):
        note_device(request, user)
