"""Asking for a session over the API: the claim, the answer as it stands, and holding the answer with `?wait=`."""

import asyncio
import functools
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

from apps.access.actor import Actor
from apps.access.claim_rates import count_claim
from apps.access.outside import Outside, network_of
from apps.access.rates import Allowance
from apps.api.aside import aside
from apps.api.errors import answer_for
from apps.api.figures import claim_answered
from apps.api.v1.session_json import claim_json, session_json
from apps.core import clock
from apps.core.errors import Ended, GridError, NoCapacity
from apps.events.bus import Topic
from apps.events.news import News
from apps.sessions.claims import Caller, attend, cancel
from apps.sessions.idempotency import claim_once
from apps.sessions.lifecycle import EndReason
from apps.sessions.models import BrowserSession, Claim
from apps.sessions.options import SessionOptions
from apps.sessions.services import fetched, stop_session
from apps.sessions.tickets import UNKNOWN, Keys

LONGEST_WAIT = 60
LOOK_SECONDS = 0.25  # without news a held answer is looked at this often
LEAST_SECONDS = 0.02  # between two looks, however much news there is
ATTEND_SECONDS = 1.0  # a waiting claim is renewed this often
RETRY_SECONDS = 2

news = News(Topic.NEWS)


@dataclass(frozen=True)
class Wish:
    """One claim as the caller put it."""

    actor: Actor
    outside: Outside
    options: SessionOptions
    key: str = ""


@dataclass(frozen=True)
class Standing:
    """How far it has come: waiting in the queue, or with a session that may still be starting."""

    wish: Wish
    session: BrowserSession | None
    claim: Claim | None
    repeated: bool
    allowance: Allowance
    keys: Keys = UNKNOWN  # minted with the claim, where it was served at once
    began: float = field(default_factory=time.monotonic)
    attended: float = field(default_factory=time.monotonic)

    @property
    def is_settled(self) -> bool:
        """Nothing better will come of waiting."""
        return self.session is not None and self.session.is_usable


def begin(wish: Wish) -> Standing:
    """Claim. Raises whatever refuses it."""
    began = time.monotonic()
    try:
        allowance = count_claim(wish.actor, wish.outside.address)
        address = network_of(wish.outside.address) if settings.GRID.claim_sticky_ip else ""
        caller = Caller(wish.actor, is_held=False, address=address, with_tickets=True)
        answer = claim_once(caller, wish.options, wish.key)
    except GridError:
        claim_answered("refused", 0.0)
        raise
    claimed = answer.claimed
    return Standing(wish, claimed.session, claimed.claim, answer.repeated, allowance, claimed.keys, began)


def response_to(standing: Standing) -> JsonResponse:
    """The answer as it stands now. Raises Ended, NoCapacity."""
    wish, session, now = standing.wish, standing.session, clock.now()
    headers = dict(standing.allowance.headers())
    if session is None:
        claim = _alive(standing)
        headers["Location"] = f"/api/v1/claims/{claim.public_id}"
        headers["Retry-After"] = str(RETRY_SECONDS)
        return _json(claim_json(claim, wish.actor, wish.outside.origin, now), 202, headers)
    _check(session, repeated=standing.repeated)
    if standing.claim is not None or standing.repeated:
        fetched(session)
    headers["Location"] = f"/api/v1/sessions/{session.public_id}"
    body = session_json(session, wish.actor, wish.outside.origin, now, with_addresses=True, keys=standing.keys)
    status = 202 if not session.is_usable else 200 if standing.repeated else 201
    return _json(body, status, headers)


def count_answer(standing: Standing) -> None:
    """For /metrics, once the answer is on its way."""
    result = "starting" if standing.session is not None else "queued"
    if standing.repeated:
        result = "repeated"
    elif standing.is_settled:
        result = "usable"
    claim_answered(result, time.monotonic() - standing.began)


def look(standing: Standing) -> Standing:
    """As it is now; a waiting claim is renewed. Raises Ended, NoCapacity where nothing can come of it any more."""
    claim, session, attended = standing.claim, standing.session, standing.attended
    if session is not None:
        session.refresh_from_db()
    elif claim is not None:
        if time.monotonic() - attended >= ATTEND_SECONDS:
            claim, attended = attend(claim), time.monotonic()
        else:
            claim.refresh_from_db()
        session = claim.session
    standing = replace(standing, session=session, claim=claim, attended=attended)
    if session is not None:
        _check(session, repeated=standing.repeated)
    else:
        _alive(standing)
    return standing


def give_up(standing: Standing) -> None:
    """The caller left and knows of nothing. What stands under a key is left alone: it may ask for it again."""
    if standing.wish.key:
        return
    if standing.session is not None:
        # Its token may lack the scope to end sessions; this one was never in its hands.
        stop_session(standing.session, actor=Actor.system(), reason=EndReason.CLIENT_DISCONNECTED)
    elif standing.claim is not None:
        cancel(standing.claim)


async def until_settled(standing: Standing, seconds: float) -> HttpResponseBase:
    """Hold the answer until the session is usable, or the time is up; a caller that leaves gives up its claim."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + seconds
    try:
        while not standing.is_settled and loop.time() < ends:
            await asyncio.sleep(LEAST_SECONDS)
            await news.wait(min(LOOK_SECONDS, max(ends - loop.time(), 0.0)))
            standing = await aside(look, standing)
        response = await aside(response_to, standing)
    except asyncio.CancelledError:
        await asyncio.shield(aside(give_up, standing))
        raise
    except GridError as error:
        return answer_for(error)
    count_answer(standing)
    return response


View = Callable[..., HttpResponseBase]


def holding(view: View) -> Callable[..., Awaitable[HttpResponseBase]]:
    """`view`, whose answer is held without a database connection where it carries `standing` and `hold_seconds`."""

    @functools.wraps(view)
    async def held(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        asking = asyncio.ensure_future(sync_to_async(_asked)(view, request, *args, **kwargs))
        try:
            response = await asyncio.shield(asking)
        except asyncio.CancelledError:
            await _give_up_what(await asking)  # what was begun is finished first
            raise
        seconds: float = getattr(response, "hold_seconds", 0.0)
        if not seconds:
            return response
        return await until_settled(response.standing, seconds)  # type: ignore[attr-defined] # they come together

    return held


def _asked(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    response = view(request, *args, **kwargs)
    if hasattr(response, "hold_seconds"):
        close_old_connections()
    return response


async def _give_up_what(response: HttpResponseBase) -> None:
    standing: Standing | None = getattr(response, "standing", None)
    if standing is not None:
        await aside(give_up, standing)


def _alive(standing: Standing) -> Claim:
    claim = standing.claim
    if claim is None:
        raise Ended("claim_ended", "What was asked for under this key is gone. Use another key.")
    if claim.state == Claim.State.CANCELLED:
        raise Ended("claim_cancelled", "This claim was cancelled. Claim again.")
    if claim.state == Claim.State.EXPIRED:
        raise Ended("claim_expired", "This claim expired before a browser came free. Claim again.")
    return claim


def _check(session: BrowserSession, *, repeated: bool) -> None:
    if not session.is_ended and session.stop_requested_at is None:
        return
    why = session.end_reason or "released"
    if not repeated and session.connected_at is None and session.outcome == "error":
        raise NoCapacity("start_failed", f"The browser did not come up ({why}). Try again.", retry_after=1)
    raise Ended("session_ended", f"This session has ended ({why}). Claim a new one.")


def _json(body: dict[str, Any], status: int, headers: dict[str, str]) -> JsonResponse:
    response = JsonResponse(body, status=status, headers=headers)
    response["Cache-Control"] = "no-store"
    return response
