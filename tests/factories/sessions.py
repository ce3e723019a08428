"""Sessions in each state, moved there by the functions that move them in the product."""

from datetime import datetime, timedelta

from django.db import transaction

from apps.access.actor import Actor
from apps.accounts.models import User
from apps.core import clock
from apps.core.identifiers import least
from apps.events.catalog import EventType
from apps.nodes.models import Process
from apps.pools.models import Pool, PoolCounter
from apps.providers.fake import VERSION
from apps.sessions.advance import advance
from apps.sessions.claims import Caller, claim_session, new_session
from apps.sessions.connections import open_connection
from apps.sessions.lifecycle import EndReason, Outcome, SessionState
from apps.sessions.models import BrowserSession, Claim, Connection, SessionActivity
from apps.sessions.options import SessionOptions
from apps.sessions.services import stop_session
from tests.factories.people import actor_for
from tests.factories.pools import ensure_default_pool

S = SessionState


def make_ready_session(pool: Pool | None = None, *, prepared: bool = True) -> BrowserSession:
    """A warm browser of that pool."""
    pool = pool or ensure_default_pool()
    with transaction.atomic():
        PoolCounter.objects.select_for_update().get(pool=pool)
        session = new_session(pool, now=clock.now(), prepared=prepared)
    answer(session)
    return session


def answer(session: BrowserSession) -> None:
    """A pending or starting session's browser answers, as the reconciler would record it."""
    if session.status is S.PENDING:
        with transaction.atomic():
            advance(session, S.STARTING, EventType.SESSION_STARTING, now=clock.now())
    with transaction.atomic():
        owned = session.owner_id is not None
        advance(
            session,
            S.CLAIMED if owned else S.READY,
            EventType.SESSION_CLAIMED if owned else EventType.SESSION_READY,
            now=clock.now(),
            launch_present=session.launch_wanted,
            start_deadline=None,
            version=dict(VERSION),
        )


def make_claimed_session(
    user: User, pool: Pool | None = None, *, actor: Actor | None = None, **options: object
) -> BrowserSession:
    """Claimed by that person from a warm browser; `options` are fields of SessionOptions."""
    pool = pool or ensure_default_pool()
    make_ready_session(pool)
    wanted = SessionOptions(pool="" if pool.is_default else pool.name, **options)  # type: ignore[arg-type]
    claimed = claim_session(Caller(actor or actor_for(user)), wanted)
    assert claimed.session is not None
    return claimed.session


def made_at(session: BrowserSession, moment: datetime) -> BrowserSession:
    """As if it had been made and claimed then: its id tells, too. For one that nothing but its activity belongs to."""
    key = least(moment)
    BrowserSession.objects.filter(pk=session.pk).update(id=key, created_at=moment, claimed_at=moment)
    SessionActivity.objects.filter(session_id=session.pk).update(session_id=key)
    return BrowserSession.objects.get(pk=key)


def write_sessions(owner: User, number: int, **fields: object) -> list[BrowserSession]:
    """Rows alone, of the default pool, which lists read no more of; the oldest first."""
    launch = {"viewport": {"width": 1280, "height": 720}}
    row = {"claimed_at": clock.now(), "launch": launch, "launch_wanted": "", "pool_launch": "", **fields}
    pool = ensure_default_pool()
    return BrowserSession.objects.bulk_create(BrowserSession(pool=pool, owner=owner, **row) for _ in range(number))


def make_gateway(name: str = "gateway-test") -> Process:
    until = clock.now() + timedelta(minutes=5)
    return Process.objects.get_or_create(
        name=name, defaults={"kind": Process.Kind.GATEWAY, "boot_id": "boot", "lease_expires_at": until}
    )[0]


def make_running_session(user: User, pool: Pool | None = None, **options: object) -> tuple[BrowserSession, Connection]:
    """Claimed, with one client attached."""
    session = make_claimed_session(user, pool, **options)
    connection = open_connection(session, actor=actor_for(user), gateway=make_gateway())
    session.refresh_from_db()
    return session, connection


def end(
    session: BrowserSession,
    *,
    actor: Actor,
    reason: EndReason = EndReason.RELEASED,
    outcome: Outcome = Outcome.COMPLETED,
) -> BrowserSession:
    """Asked to end for that reason, by default released, and seen gone."""
    stop_session(session, actor=actor, reason=reason, outcome=outcome)
    session.refresh_from_db()
    with transaction.atomic():
        advance(session, S.STOPPING, EventType.SESSION_STOPPING, now=clock.now())
    with transaction.atomic():
        advance(session, S(session.outcome), EventType.SESSION_ENDED, now=clock.now())
    return session


def make_queued_claim(user: User, pool: Pool | None = None, *, is_held: bool = False, **options: object) -> Claim:
    """A place in the queue of a pool that is made full first."""
    pool = pool or ensure_default_pool()
    Pool.objects.filter(pk=pool.pk).update(max_concurrency=1)
    counter = PoolCounter.objects.get(pool=pool)
    if counter.in_use < 1:
        make_claimed_session(user, pool)
    wanted = SessionOptions(pool="" if pool.is_default else pool.name, **options)  # type: ignore[arg-type]
    claimed = claim_session(Caller(actor_for(user), is_held=is_held), wanted)
    assert claimed.claim is not None
    return claimed.claim
