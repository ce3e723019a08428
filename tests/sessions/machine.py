"""A pool lived through by chance: real services, real rows, a clock moved by hand, and a reconciler that may be slow.

After each step the invariants R1 to R4 of the reliability plan are checked; at the end everything is let go and ends.
"""

from datetime import timedelta
from typing import Any

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from apps.access.actor import Actor
from apps.accounts.models import User
from apps.core.errors import Ended, NoCapacity, TooMany
from apps.events.catalog import EventType
from apps.events.dispatcher import dispatch
from apps.events.models import Event
from apps.nodes.leases import Held, hold
from apps.nodes.models import Process
from apps.pools.models import Pool, PoolCounter
from apps.reconciler.sweep import sweep
from apps.sessions.advance import advance
from apps.sessions.claims import Caller, attend, cancel, claim_session, new_session, serve
from apps.sessions.connections import close_connection, open_connection
from apps.sessions.lifecycle import EDGES, IN_USE, LIVE, EndReason, Outcome, SessionState
from apps.sessions.models import BrowserSession, Claim, Connection
from apps.sessions.options import SessionOptions
from apps.sessions.services import adopt_launch, change_session, connect_by, fetched, stop_session
from tests.factories.people import actor_for, make_user
from tests.factories.pools import ensure_default_pool
from tests.factories.sessions import make_gateway
from tests.sessions.states import counters, recount
from tests.support.moving_clock import moving_clock

S = SessionState
LIMITS = {"min": 0, "max": 5, "max_concurrency": 3, "max_starting": 2, "per_user_limit": 2, "queue_limit": 4}
which = st.integers(0, 50)
# What a whole run has seen: a machine whose rules do nothing proves nothing.
seen: dict[str, int] = {}


def count(what: str) -> None:
    seen[what] = seen.get(what, 0) + 1


class PoolMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.rollback = transaction.atomic()
        self.rollback.__enter__()
        self.clock = moving_clock()
        self.time = self.clock.__enter__()
        self.pool: Pool = ensure_default_pool(**LIMITS)
        self.users: list[User] = [make_user() for _ in range(3)]
        self.gateway: Process = make_gateway()
        self.owners: dict[Any, Any] = {}
        self.versions: dict[Any, tuple[str, int]] = {}
        self.handed_out: list[Any] = []
        self.position = 0
        held = hold("reconciler", "machine", now=self.time.now, seconds=10**7)
        assert held is not None
        self.fence: Held = held

    @initialize(warm=st.integers(0, 3))
    def some_are_warm(self, warm: int) -> None:
        for _ in range(warm):
            self.warm()
        self.reconcile()
        self.reconcile()

    # What people do

    @rule(who=which, held=st.booleans(), keep_alive=st.booleans(), other_launch=st.booleans())
    def claim(self, who: int, held: bool, keep_alive: bool, other_launch: bool) -> None:
        options = SessionOptions(keep_alive=keep_alive, launch={"locale": "de-DE"} if other_launch else {})
        try:
            answer = claim_session(Caller(self.actor(who), is_held=held), options)
        except (TooMany, NoCapacity) as refused:
            count(f"refused: {refused.code}")
            return
        count("claimed" if answer.session else "queued")
        if answer.session:
            self.handed_out.append(answer.session.pk)

    @rule(n=which)
    def attend(self, n: int) -> None:
        if claim := self.pick(Claim.objects.filter(state="queued"), n):
            attend(claim)
            count("attended")

    @rule(n=which)
    def leave_the_queue(self, n: int) -> None:
        if claim := self.pick(Claim.objects.filter(state__in=["queued", "served"]), n):
            cancel(claim)
            count("left")

    @rule(n=which)
    def fetch(self, n: int) -> None:
        if claim := self.pick(Claim.objects.filter(state="served"), n):
            fetched(claim.session)
            count("fetched")

    @rule(n=which)
    def connect(self, n: int) -> None:
        if session := self.pick(self.sessions(*IN_USE), n):
            try:
                open_connection(session, actor=actor_for(session.owner), gateway=self.gateway)
            except (Ended, NoCapacity) as refused:
                count(f"refused: {refused.code}")
            else:
                count("connected")

    @rule(n=which, ours=st.booleans())
    def disconnect(self, n: int, ours: bool) -> None:
        if connection := self.pick(Connection.objects.filter(closed_at__isnull=True), n):
            close_connection(connection, ours=ours)
            count("disconnected")

    @rule(n=which)
    def release(self, n: int) -> None:
        if session := self.pick(self.sessions(*LIVE).filter(owner__isnull=False), n):
            stop_session(session, actor=actor_for(session.owner))
            count("released")

    @rule(n=which)
    def keep(self, n: int) -> None:
        if session := self.pick(self.sessions(*IN_USE).filter(stop_requested_at__isnull=True), n):
            change_session(session, {"keep_alive": True}, actor=actor_for(session.owner))
            count("kept")

    # What the grid does

    @rule()
    def warm(self) -> None:
        with transaction.atomic():
            counter = PoolCounter.objects.select_for_update().get(pool=self.pool)
            if counter.alive < self.pool.max:
                new_session(self.pool, now=self.time.now)
                count("warmed")

    @rule(n=which)
    def start(self, n: int) -> None:
        if session := self.pick(self.sessions(S.PENDING).filter(stop_requested_at__isnull=True), n):
            self.room_to_start(session)

    def room_to_start(self, session: BrowserSession) -> None:
        if PoolCounter.objects.get(pool=self.pool).starting < self.pool.max_starting:
            self.move(session, S.STARTING, EventType.SESSION_STARTING)
            count("started")

    @rule(n=which)
    def answers(self, n: int) -> None:
        if session := self.pick(self.sessions(S.STARTING).filter(stop_requested_at__isnull=True), n):
            to = S.CLAIMED if session.owner_id else S.READY
            deadline = connect_by(session, self.time.now) if to is S.CLAIMED else None
            event = EventType.SESSION_CLAIMED if to is S.CLAIMED else EventType.SESSION_READY
            self.move(session, to, event, launch_present=session.launch_wanted, connect_deadline=deadline)
            count(f"became {to}")

    @rule(n=which)
    def relaunched(self, n: int) -> None:
        waiting = [row for row in self.sessions(*IN_USE) if row.launch_wanted != row.launch_present]
        if waiting:
            session = waiting[n % len(waiting)]
            adopt_launch(session, session.launch_wanted, fence=self.fence)
            count("relaunched")

    @rule(n=which)
    def crash(self, n: int) -> None:
        if session := self.pick(self.sessions(*(LIVE - {S.STOPPING, S.PENDING})), n):
            self.stopping(session, Outcome.ERROR, EndReason.BROWSER_CRASHED)
            count("crashed")

    @rule(n=which)
    def carry_out_a_wish(self, n: int) -> None:
        wished = self.sessions(*(LIVE - {S.STOPPING})).filter(stop_requested_at__isnull=False)
        if session := self.pick(wished, n):
            self.stopping(session, Outcome(session.outcome), EndReason(session.end_reason))
            count("stopping")

    @rule(n=which)
    def seen_gone(self, n: int) -> None:
        if session := self.pick(self.sessions(S.STOPPING), n):
            self.move(session, S(session.outcome), EventType.SESSION_ENDED)
            count("ended")

    @rule()
    def reconcile(self) -> None:
        """One step for each session: what the reconciler does when it is not slow."""
        for number in range(LIMITS["max"]):
            self.carry_out_a_wish(number)
            self.seen_gone(number)
            self.relaunched(number)
            self.answers(number)
            self.start(number)

    @rule(who=which)
    def claim_and_connect(self, who: int) -> None:
        self.claim(who, held=bool(who % 2), keep_alive=who % 3 == 0, other_launch=bool(who % 2))
        self.connect(who)
        self.reconcile()
        self.reconcile()
        self.connect(who)

    @rule(who=which)
    def ask_for_another_launch(self, who: int) -> None:
        self.warm()
        self.reconcile()
        self.reconcile()
        self.claim(who, held=True, keep_alive=bool(who % 2), other_launch=True)
        for number in range(LIMITS["max_concurrency"]):
            self.connect(number)
        self.relaunched(who)

    @rule(who=which)
    def come_too_late(self, who: int) -> None:
        self.time_goes_by(10.1)
        self.connect(who)
        self.sweep()
        self.connect(who)

    @rule(who=which)
    def wait_in_turn(self, who: int) -> None:
        """More than there is room for, then one goes."""
        for more in range(LIMITS["max_concurrency"] + 1):
            self.claim(who + more, held=False, keep_alive=bool(who % 2), other_launch=bool(more % 2))
        self.release(who)
        self.reconcile()
        self.serve() if who % 2 else self.attend(who)
        self.fetch(who)
        if who % 3 == 0:
            self.leave_the_queue(who)

    @rule()
    def serve(self) -> None:
        if serve(self.pool):
            count("served")

    @rule(seconds=st.sampled_from([0.1, 1, 3, 9.9, 10, 16, 31, 301, 3601]))
    def time_goes_by(self, seconds: float) -> None:
        """The gateway renews its lease meanwhile."""
        self.time.forward(seconds)
        Process.objects.update(lease_expires_at=self.time.now + timedelta(seconds=15))

    @rule()
    def sweep(self) -> None:
        if sweep(self.time.now).ended:
            count("swept")

    @precondition(lambda self: Connection.objects.filter(closed_at__isnull=True).exists())
    @rule()
    def the_gateway_vanishes(self) -> None:
        Process.objects.update(lease_expires_at=self.time.now)
        if sweep(self.time.now).connections:
            count("lapsed")
        Process.objects.update(lease_expires_at=self.time.now + timedelta(seconds=15))

    @rule()
    def dispatch(self) -> None:
        dispatch()

    # What always holds

    @invariant()
    def the_counters_are_what_is_counted(self) -> None:
        assert counters(self.pool) == recount(self.pool)

    @invariant()
    def no_limit_is_overshot(self) -> None:
        now = counters(self.pool)
        assert now["alive"] <= self.pool.max
        assert now["in_use"] <= self.pool.max_concurrency
        assert now["starting"] <= self.pool.max_starting
        for user in self.users:
            used = self.sessions(S.PENDING, S.STARTING, *IN_USE).filter(owner=user, stop_requested_at__isnull=True)
            assert used.count() <= LIMITS["per_user_limit"]
        assert Claim.objects.filter(state="queued", attended_until__gt=self.time.now).count() <= LIMITS["queue_limit"]

    @invariant()
    def an_owner_never_changes_and_versions_only_grow(self) -> None:
        for session in self.sessions(*S):
            known = self.owners.setdefault(session.pk, session.owner_id)
            assert known in {None, session.owner_id}
            self.owners[session.pk] = session.owner_id
            state, generation = self.versions.get(session.pk, (session.state, -1))
            assert session.generation >= generation
            assert session.state == state or session.generation > generation
            self.versions[session.pk] = (session.state, session.generation)

    @invariant()
    def nobody_is_handed_what_another_was_handed(self) -> None:
        served = list(Claim.objects.filter(state="served").values_list("session", flat=True))
        assert len(set(served + self.handed_out)) == len(served) + len(self.handed_out)
        for claim in Claim.objects.filter(state="served").select_related("session"):
            assert claim.session.owner_id == claim.owner_id

    @invariant()
    def running_is_exactly_where_a_client_is(self) -> None:
        for session in self.sessions(S.CLAIMED, S.RUNNING):
            attached = session.connections.filter(closed_at__isnull=True).exists()
            assert (session.status is S.RUNNING) is attached

    @invariant()
    def a_deadline_to_connect_presses_exactly_who_should_connect(self) -> None:
        unfetched = set(
            Claim.objects.filter(state="served", is_held=False, fetched_at__isnull=True).values_list(
                "session", flat=True
            )
        )
        for session in self.sessions(S.CLAIMED, S.RUNNING).filter(stop_requested_at__isnull=True):
            presses = session.status is S.CLAIMED and session.is_usable and not session.keep_alive
            if session.status is S.RUNNING:
                assert session.connect_deadline is None
            elif presses:
                assert session.connect_deadline is not None
            elif session.pk not in unfetched:
                assert session.connect_deadline is None

    @invariant()
    def the_order_of_events_has_no_gap_and_never_goes_back(self) -> None:
        placed = list(Event.objects.filter(position__isnull=False).order_by("id").values_list("position", flat=True))
        assert placed == list(range(1, len(placed) + 1))
        assert len(placed) >= self.position
        self.position = len(placed)

    def teardown(self) -> None:
        try:
            self.everything_ends()
            self.the_story_is_whole()
        finally:
            self.clock.__exit__(None, None, None)
            transaction.set_rollback(True)
            self.rollback.__exit__(None, None, None)

    def everything_ends(self) -> None:
        """R6: whoever vanished, an hour and a half later the deadlines have ended what anybody owned."""
        Process.objects.update(lease_expires_at=self.time.now)
        self.time.forward(5400)
        sweep(self.time.now)
        sweep(self.time.now)
        for session in self.sessions(*(LIVE - {S.STOPPING})):
            if session.owner_id is not None:
                assert session.stop_requested_at is not None
            self.stopping(session, Outcome.COMPLETED, EndReason.SHUTDOWN)
        for session in self.sessions(S.STOPPING):
            self.move(session, S(session.outcome), EventType.SESSION_ENDED)
        assert set(counters(self.pool).values()) == {0}
        assert not Connection.objects.filter(closed_at__isnull=True).exists()
        assert not Claim.objects.filter(state="queued").exists()

    def the_story_is_whole(self) -> None:
        while dispatch():
            pass
        for session in self.sessions(*S):
            story = list(Event.objects.filter(session_id=session.pk).order_by("position"))
            assert [event.sequence for event in story] == list(range(1, session.sequence + 1))
            moves = [(S(event.data["from"]), S(event.data["to"])) for event in story if "to" in event.data]
            assert all(to in EDGES[start] for start, to in moves)
            assert [start for start, _ in moves[1:]] == [to for _, to in moves[:-1]]
            claimed = (
                [to for _, to in moves].index(S.CLAIMED) if any(to is S.CLAIMED for _, to in moves) else len(moves)
            )
            assert S.READY not in [to for _, to in moves[claimed:]]

    def actor(self, who: int) -> Actor:
        return actor_for(self.users[who % len(self.users)])

    def sessions(self, *states: SessionState) -> Any:
        return BrowserSession.objects.filter(state__in=states).select_related("owner").order_by("id")

    def pick(self, rows: Any, n: int) -> Any:
        found = list(rows)
        return found[n % len(found)] if found else None

    def move(self, session: BrowserSession, to: SessionState, event: EventType, **fields: Any) -> None:
        with transaction.atomic():
            advance(session, to, event, now=self.time.now, fence=self.fence, **fields)

    def stopping(self, session: BrowserSession, outcome: Outcome, reason: EndReason) -> None:
        wish = {} if session.stop_requested_at else {"outcome": outcome, "end_reason": reason}
        if not session.stop_requested_at:
            wish["stop_requested_at"] = self.time.now
        self.move(session, S.STOPPING, EventType.SESSION_STOPPING, **wish)
