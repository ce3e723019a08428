"""Handing browsers to callers: one conditional UPDATE decides, and never two win the same one.

Lock order: the pool's counter, the queue, the session. Whoever holds the counter's row lock sees the queue as it is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists

from apps.access.actor import Actor
from apps.access.permissions import Permission
from apps.accounts.models import User
from apps.core import clock
from apps.core.errors import NoCapacity, NotAllowed, NotFound, TooMany
from apps.core.secrets import decrypt, encrypt
from apps.events.catalog import EventType
from apps.events.publish import publish
from apps.nodes.use import check_launch
from apps.pools.launch import configuration_hash, effective, launch_hash, template
from apps.pools.models import Pool, PoolCounter
from apps.pools.queries import pool_to_claim
from apps.quotas.queries import all_quotas, defaults
from apps.sessions.advance import Raced, advance, count, tell, want
from apps.sessions.lifecycle import EndReason, Outcome, SessionState, counted
from apps.sessions.models import BrowserSession, Claim, SessionActivity
from apps.sessions.options import SessionOptions
from apps.sessions.queries import in_use_by, oldest_ready, waiting
from apps.sessions.quotas import Room
from apps.sessions.services import ask_to_stop
from apps.sessions.tickets import UNKNOWN, Keys, mint_first
from apps.sessions.viewing import USUAL_SECONDS

ATTENDANCE = {True: timedelta(seconds=3), False: timedelta(seconds=15)}  # held; polled
POLLED_LIFE = timedelta(minutes=10)
TRIES = 5  # under the counter's lock a ready row can be lost only to the reconciler


@dataclass(frozen=True)
class Caller:
    """Who claims and how: `is_held` waits on the line, else it polls. `address` only where stickiness wants it.

    `with_tickets` mints those of the answer's addresses in the claim's own transaction: another one after it would
    wait for the reconciler, which the claim has woken.
    """

    actor: Actor
    is_held: bool = True
    address: str = ""
    with_tickets: bool = False


@dataclass(frozen=True)
class Order:
    """What is to be handed over to whom: of a caller on the line, or of one who waited."""

    pool: Pool
    user: User
    credential: str
    options: SessionOptions
    address: str = ""


@dataclass(frozen=True)
class Claimed:
    """Either a session (perhaps not yet usable), or a place in the queue. `keys` where the caller wanted them."""

    session: BrowserSession | None = None
    claim: Claim | None = None
    keys: Keys = UNKNOWN


def claim_session(caller: Caller, options: SessionOptions) -> Claimed:
    """Claim a browser for `caller`. Raises NotFound, NotAllowed, TooMany, NoCapacity, Invalid."""
    actor = caller.actor
    actor.require(Permission.POOL_CLAIM)
    if actor.user is None or actor.session_id is not None:
        raise NotAllowed("no_claim", "This credential serves one session and cannot claim another.")
    found = pool_to_claim(actor, options.pool)
    if options.launch:
        check_launch(effective(found, options.launch))
    for _ in range(TRIES):
        try:
            return _claim(caller, actor.user, found, options)
        except Raced:
            continue
    raise NoCapacity("contended", f"Too many ask the pool {found.name} at once.", retry_after=1)


def _claim(caller: Caller, user: User, found: Pool, options: SessionOptions) -> Claimed:
    with transaction.atomic():
        counter = PoolCounter.objects.select_for_update().get(pool=found)
        now = clock.now()
        # A statement of its own: one that waited for the lock would still tell of the time before.
        pools = Pool.current.select_related("provider").annotate(
            has_queue=Exists(waiting(found, now)), has_quota=Exists(all_quotas())
        )
        pool = pools.filter(pk=found.pk).first()
        if pool is None:
            raise NotFound
        _check_limits(pool, user)
        if pool.has_quota or defaults():
            Room([user], now).check(user.pk)
        if not pool.has_queue:
            session = _take(Order(pool, user, caller.actor.credential, options, caller.address), counter, now)
            if session is not None:
                until = now + timedelta(seconds=USUAL_SECONDS)
                keys = mint_first(session, actor=caller.actor, view_until=until) if caller.with_tickets else UNKNOWN
                return Claimed(session=session, keys=keys)
        return Claimed(claim=_queue(pool, caller, user, options, now))


def attend(claim: Claim) -> Claim:
    """Renew a waiting claim and serve it if its turn has come. Returns it as it is now."""
    with transaction.atomic():
        PoolCounter.objects.select_for_update().get(pool_id=claim.pool_id)
        now = clock.now()
        waits = Claim.objects.filter(pk=claim.pk, state=Claim.State.QUEUED)
        waits.filter(expires_at__gt=now).update(attended_until=now + ATTENDANCE[claim.is_held])
        waits.filter(expires_at__lte=now).update(state=Claim.State.EXPIRED)
        _serve(claim.pool, now)
    claim.refresh_from_db()
    return claim


def cancel(claim: Claim) -> None:
    """The caller left. A session that was served meanwhile is ended, for nobody will come for it."""
    with transaction.atomic():
        PoolCounter.objects.select_for_update().get(pool_id=claim.pool_id)
        now = clock.now()
        waits = Claim.objects.filter(pk=claim.pk, state=Claim.State.QUEUED)
        if waits.update(state=Claim.State.CANCELLED, attended_until=now):
            return
        claim.refresh_from_db()
        if claim.session is not None and claim.session.connected_at is None and claim.fetched_at is None:
            reason = EndReason.CLIENT_DISCONNECTED
            ask_to_stop([claim.session.pk], outcome=Outcome.COMPLETED, reason=reason, now=now)
            want(claim.session)


def serve(pool: Pool) -> int:
    """Give what is free to those who wait, round robin between people. Returns how many were served."""
    with transaction.atomic():
        PoolCounter.objects.select_for_update().get(pool=pool)
        return _serve(pool, clock.now())


def _serve(known: Pool, now: datetime) -> int:
    pools = Pool.objects.select_related("provider").annotate(has_quota=Exists(all_quotas()))
    pool = pools.get(pk=known.pk)  # as it is under the lock
    if pool.deleted_at is not None:
        Claim.objects.filter(pool=pool, state=Claim.State.QUEUED).update(state=Claim.State.EXPIRED)
    if pool.deleted_at is not None or pool.paused_at is not None:
        return 0
    if PoolCounter.objects.get(pool=pool).in_use >= pool.max_concurrency:
        return 0  # the usual case of a long queue, whose every claim asks each second
    served = 0
    waits = _fair_order(pool, now)
    room = _room(waits, now) if waits and (pool.has_quota or defaults()) else None
    for claim in waits:
        counter = PoolCounter.objects.get(pool=pool)
        if counter.in_use >= pool.max_concurrency:
            break
        if pool.per_user_limit is not None and in_use_by(claim.owner, pool) >= pool.per_user_limit:
            continue
        if room is not None and room.refusal(claim.owner_id) is not None:
            continue  # it keeps its place, and is served when a session of theirs ends
        options = SessionOptions(**{**claim.options, "launch": _opened(claim.options["launch"])})
        order = Order(pool, claim.owner, claim.credential, options, claim.address)
        session = _take(order, counter, now)
        if session is None:
            break
        if not claim.is_held:
            fetch_by = now + timedelta(seconds=settings.GRID.polled_fetch_seconds)
            BrowserSession.objects.filter(pk=session.pk).update(connect_deadline=fetch_by)
        Claim.objects.filter(pk=claim.pk).update(state=Claim.State.SERVED, session=session, served_at=now)
        if room is not None:
            room.take(claim.owner_id)
        served += 1
    return served


def _room(waits: Iterable[Claim], now: datetime) -> Room:
    return Room({claim.owner_id: claim.owner for claim in waits}.values(), now)


def _fair_order(pool: Pool, now: datetime) -> list[Claim]:
    """Each person's first claim before anybody's second; who was served least lately goes first."""
    rounds: dict[Any, int] = {}
    ordered: list[tuple[int, datetime, Claim]] = []
    for claim in waiting(pool, now).select_related("owner").order_by("queued_at", "id"):
        if claim.owner_id not in rounds:
            rounds[claim.owner_id] = in_use_by(claim.owner, pool)
        turn = rounds[claim.owner_id]
        rounds[claim.owner_id] += 1
        ordered.append((turn, claim.queued_at, claim))
    return [claim for *_, claim in sorted(ordered, key=lambda entry: entry[:2])]


def _check_limits(pool: Pool, user: User) -> None:
    if pool.paused_at is not None:
        raise NoCapacity("pool_paused", f"The pool {pool.name} is paused for maintenance.", retry_after=60)
    if pool.per_user_limit is not None and in_use_by(user, pool) >= pool.per_user_limit:
        words = f"You have {pool.per_user_limit} sessions in use in the pool {pool.name}, its limit for one person."
        raise TooMany("per_user_limit", f"{words} Release one, or ask for a higher per_user_limit.", retry_after=5)


def _take(order: Order, counter: PoolCounter, now: datetime) -> BrowserSession | None:
    """A warm session, else a new one started for this caller, else None: the caller must wait."""
    pool = order.pool
    if counter.in_use >= pool.max_concurrency:
        return None
    fields = _claimed_fields(order, now)
    ready = oldest_ready(pool)
    if connection.features.has_select_for_update_skip_locked:
        ready = ready.select_for_update(skip_locked=True)
    session = ready.first()
    if session is not None:
        session.pool = pool
        _hand_over(session, fields, now)
        return session
    if counter.alive >= pool.max:
        return None
    return new_session(pool, now=now, **fields)


def _hand_over(session: BrowserSession, fields: dict[str, Any], now: datetime) -> None:
    """A warm session becomes the caller's. Raises Raced where it is not as read, which its lock should forbid."""
    usable = fields["launch_wanted"] == session.launch_present
    connect = now + timedelta(seconds=settings.GRID.connect_seconds)
    start = now + timedelta(seconds=settings.GRID.start_timeout_seconds)
    advance(
        session,
        SessionState.CLAIMED,
        EventType.SESSION_CLAIMED,
        now=now,
        claimed_at=now,
        connect_deadline=connect if usable and not fields["keep_alive"] else None,
        start_deadline=None if usable else start,
        **fields,
    )
    SessionActivity.objects.filter(session=session).update(last_at=now)
    want(session)


def new_session(pool: Pool, *, now: datetime, **fields: Any) -> BrowserSession:
    """A pending session, warm or (with an owner) for a claim; its place is counted. The counter's lock must be held."""
    present = launch_hash(template(pool))
    session = BrowserSession(
        pool=pool,
        **{
            "launch": _sealed(template(pool)),
            "launch_wanted": present,
            "pool_launch": configuration_hash(pool),
            **fields,
        },
    )
    session.sequence = 1
    count(pool.pk, counted(SessionState.PENDING, owned=session.owner_id is not None))
    session.save(force_insert=True)
    SessionActivity.objects.create(session=session, last_at=now)
    tell(session, EventType.SESSION_CREATED, now=now, data={})
    want(session)
    return session


def _queue(pool: Pool, caller: Caller, user: User, options: SessionOptions, now: datetime) -> Claim:
    if waiting(pool, now).count() >= pool.queue_limit:
        words = f"The pool {pool.name} is full and {pool.queue_limit} claims wait already (queue_limit)."
        raise NoCapacity("queue_full", words, retry_after=5)
    if not waiting(pool, now).exists():
        publish(
            EventType.POOL_EXHAUSTED, at=now, owner_id=pool.owner_id, pool_id=pool.pk, data={"pool": pool.public_id}
        )
    held = timedelta(seconds=pool.queue_timeout_seconds)
    return Claim.objects.create(
        owner=user,
        pool=pool,
        credential=caller.actor.credential,
        address=caller.address,
        options={**options.as_json(), "launch": _sealed(options.launch)},
        is_held=caller.is_held,
        queued_at=now,
        attended_until=now + ATTENDANCE[caller.is_held],
        expires_at=now + (held if caller.is_held else POLLED_LIFE),
    )


def _claimed_fields(order: Order, now: datetime) -> dict[str, Any]:
    """The columns of a claimed session; the same for a warm one and for one that is started for the claim."""
    pool, options = order.pool, order.options
    launch = effective(pool, options.launch)
    longest = pool.timeout_minutes * 60
    idle = pool.idle_timeout_seconds
    return {
        "owner": order.user,
        "credential": order.credential,
        "claimed_from": order.address,
        "name": options.name,
        "metadata": options.metadata,
        "keep_alive": bool(options.keep_alive),
        "record": options.record or pool.recording,
        "idle_timeout_seconds": min(options.idle_timeout or idle, idle) if idle else options.idle_timeout or 0,
        "expires_at": now + timedelta(seconds=min(options.timeout or longest, longest)),
        "launch": _sealed(launch),
        "launch_wanted": launch_hash(launch),
    }


def _sealed(launch: dict[str, Any]) -> dict[str, Any]:
    """As stored: a proxy's address may carry a password."""
    return {**launch, "proxy": encrypt(launch["proxy"])} if launch.get("proxy") else launch


def _opened(launch: dict[str, Any]) -> dict[str, Any]:
    return {**launch, "proxy": decrypt(launch["proxy"])} if launch.get("proxy") else launch


def expire_unattended(now: datetime) -> int:
    """Claims whose caller left without a word, or whose time is up. Returns how many."""
    queued = Claim.objects.filter(state=Claim.State.QUEUED)
    lapsed = queued.filter(attended_until__lte=now) | queued.filter(expires_at__lte=now)
    return lapsed.update(state=Claim.State.EXPIRED) if lapsed.exists() else 0
