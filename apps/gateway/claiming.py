"""From a claim to a usable browser: ask, hold while it waits or starts, give up when the caller leaves.

The functions without `async` are one database step each.
"""

import asyncio
from dataclasses import dataclass, replace

from django.conf import settings

from apps.access.actor import Actor
from apps.core.errors import Ended, GridError, NoCapacity
from apps.events.bus import Topic
from apps.events.news import News
from apps.gateway.database import in_database
from apps.sessions.claims import Caller, attend, cancel
from apps.sessions.idempotency import claim_once
from apps.sessions.lifecycle import EndReason
from apps.sessions.models import BrowserSession, Claim
from apps.sessions.options import SessionOptions
from apps.sessions.services import stop_session

ATTEND_SECONDS = 1.0  # a waiting claim is renewed this often; it lapses after three
LOOK_SECONDS = 0.25  # without news a starting browser is looked at this often
LEAST_SECONDS = 0.02  # between two looks of all callers held here together, however much news there is
NEVER_USABLE = frozenset(
    {
        EndReason.START_TIMEOUT,
        EndReason.IMAGE_PULL,
        EndReason.BROWSER_CRASHED,
        EndReason.BROWSER_UNREACHABLE,
        EndReason.NODE_LOST,
        EndReason.OUT_OF_MEMORY,
    }
)

news = News(Topic.NEWS)
_held: set[object] = set()  # callers on the line at this process


@dataclass(frozen=True)
class Wish:
    """One claim as the caller put it."""

    actor: Actor
    options: SessionOptions
    key: str = ""
    address: str = ""


@dataclass(frozen=True)
class Standing:
    """How far it has come: waiting in the queue, or with a session that may still be starting.

    Without a wish nobody claimed just now: a client has come to a session that was there.
    """

    wish: Wish | None
    session: BrowserSession | None
    claim: Claim | None

    @property
    def usable(self) -> BrowserSession | None:
        return self.session if self.session is not None and self.session.is_usable else None


def begin(wish: Wish) -> Standing:
    """Claim. Raises whatever refuses it."""
    caller = Caller(wish.actor, is_held=True, address=wish.address)
    answer = claim_once(caller, wish.options, wish.key)
    standing = Standing(wish, answer.claimed.session, answer.claimed.claim)
    if standing.session is None and standing.claim is None:
        raise Ended("claim_ended", "What was claimed under this key is yours no more. Use another key.")
    try:
        _check(standing)
    except NoCapacity as error:
        if answer.repeated:  # trying again under this key cannot help
            raise Ended("claim_ended", f"What was claimed under this key is over. {error.detail}") from error
        raise
    return standing


def arrive(session: BrowserSession) -> Standing:
    """A client has come to a session that is there. Raises Ended where it is over."""
    standing = Standing(None, session, None)
    _check(standing)
    return standing


def look(standing: Standing, *, is_renewing: bool) -> Standing:
    """As it is now. Raises Ended or NoCapacity where nothing can come of it any more."""
    claim, session = standing.claim, standing.session
    if session is None and claim is not None:
        if is_renewing:
            claim = attend(claim)
        else:
            claim.refresh_from_db()
        session = claim.session
    elif session is not None:
        session.refresh_from_db()
    standing = replace(standing, session=session, claim=claim)
    _check(standing)
    return standing


def give_up(standing: Standing) -> None:
    """The caller left or was told no. A claim under a key is left to lapse: its caller may ask for it again."""
    if standing.wish is None or standing.wish.key:
        return
    if standing.claim is not None:
        cancel(standing.claim)
    elif standing.session is not None:
        # The caller's own token may lack the scope to end sessions; this one was never in its hands.
        stop_session(standing.session, actor=Actor.system(), reason=EndReason.CLIENT_DISCONNECTED)


async def until_usable(standing: Standing) -> Standing:
    """Hold. Raises Ended or NoCapacity; the caller's leaving is the caller's to watch (see `give_up`)."""
    marker = object()
    _held.add(marker)
    try:
        return await _until_usable(standing)
    finally:
        _held.discard(marker)


async def _until_usable(standing: Standing) -> Standing:
    loop = asyncio.get_running_loop()
    ends = loop.time() + settings.GRID.start_timeout_seconds + _queue_seconds(standing)
    renewed = loop.time()
    while standing.usable is None:
        if loop.time() > ends:
            await in_database(give_up, standing)
            raise NoCapacity("start_timeout", "The browser was not usable in time. Try again.", retry_after=1)
        await asyncio.sleep(min(ATTEND_SECONDS, LEAST_SECONDS * len(_held)))
        await news.wait(ATTEND_SECONDS if standing.session is None else LOOK_SECONDS)
        is_renewing = loop.time() - renewed >= ATTEND_SECONDS - LEAST_SECONDS
        standing = await in_database(look, standing, is_renewing=is_renewing)
        renewed = loop.time() if is_renewing else renewed
    return standing


def _queue_seconds(standing: Standing) -> float:
    claim = standing.claim
    return 5.0 + ((claim.expires_at - claim.queued_at).total_seconds() if claim else 0.0)


def _check(standing: Standing) -> None:
    if standing.session is not None:
        over = over_error(standing.session)
        if over is not None:
            raise over
    elif standing.claim is not None and standing.claim.state != Claim.State.QUEUED:
        seconds = round((standing.claim.expires_at - standing.claim.queued_at).total_seconds())
        raise NoCapacity("queue_timeout", f"No browser came free within {seconds} s. Try again.", retry_after=2)


def over_error(session: BrowserSession) -> GridError | None:
    """What to say of a session that is over, or told to end; None while it lives."""
    if not session.is_ended and session.stop_requested_at is None:
        return None
    if session.connected_at is None and session.end_reason in NEVER_USABLE:
        words = f"The browser did not come up ({session.end_reason}). Try again."
        return NoCapacity("start_failed", words, retry_after=1)
    words = f"This session has ended ({session.end_reason or 'released'}). Claim a new one."
    return Ended("session_ended", words)
