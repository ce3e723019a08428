"""Makes what is into what is wanted: sweep, size pools, look, decide, hand over. A tick waits for no effect."""

import functools
import logging
import os
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from threading import Lock

from django.conf import settings

from apps.core import clock
from apps.events import bus
from apps.nodes.leases import Held, hold, release
from apps.pools.models import ProviderConfiguration
from apps.pools.provider import provider_for
from apps.providers.contract import BrowserRef, Observation, Phase
from apps.reconciler.act import Turn, carry_out, ref_of
from apps.reconciler.decide_session import Prepare, Start, Wait, Wanted, decide_session
from apps.reconciler.observe import Observer, Question, Sight
from apps.reconciler.orphans import Orphans
from apps.reconciler.pools import yield_room
from apps.reconciler.situation import Situation, read_situation, size_pools
from apps.reconciler.steps import Steps, Task
from apps.reconciler.sweep import end_used_up, sweep
from apps.sessions.lifecycle import EndReason, Outcome, SessionState
from apps.sessions.models import BrowserSession
from apps.sessions.queries import sessions_with_clients

logger = logging.getLogger(__name__)
S = SessionState

LEASE = "reconciler"
QUOTA_SECONDS = 5.0  # between two looks at who has used up the day's minutes
PATIENCE_SECONDS = 0.8  # for the looks of one tick, all providers together
NOTHING_THERE = Observation(Phase.GONE, alive=False)  # of one that was never asked for


class Reconciler:
    """One per process; whoever holds the lease acts, everyone else returns at once."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.holder = f"{os.getpid()}-{secrets.token_hex(8)}"
        self.steps = Steps(monotonic)
        self._monotonic = monotonic
        self._turn = Lock()
        self._observer = Observer(monotonic)
        self._orphans: dict[object, Orphans] = {}
        self._told_to_prepare: set[str] = set()
        self._compared_at = float("-inf")
        self._quotas_at = float("-inf")

    def tick(self, again: Callable[[], None] = lambda: bus.hint(bus.Topic.RECONCILE)) -> bool:
        """True where this process holds the lease, so that the wish is seen to. `again` is called when a step moved
        something, so that it is worth while to look again at once."""
        if not self._turn.acquire(blocking=False):
            return True  # a tick of ours is under way and will be followed by another
        try:
            now = clock.now()
            fence = hold(LEASE, self.holder, now=now, seconds=settings.GRID.reconciler_lease_seconds)
            if fence is None:
                return False
            sweep(now)
            self._end_used_up(now)
            read_at = self._monotonic()
            situation = read_situation()
            if size_pools(situation, fence, now):
                read_at = self._monotonic()
                situation = read_situation()
            self._reconcile(situation, read_at, fence, again)
            self._compare_in_full(again)
            return True
        finally:
            self._turn.release()

    def resign(self) -> None:
        """Let another process take over at once."""
        fence = hold(LEASE, self.holder, now=clock.now(), seconds=0.001)
        if fence is not None:
            release(fence)

    def _reconcile(self, situation: Situation, read_at: float, fence: Held, again: Callable[[], None]) -> None:
        sights = self._look(situation)
        attached = self._attached(situation.sessions)
        now = clock.now()  # looking took a while
        admission = situation.admission(now)
        for session in situation.sessions:
            configuration = situation.configuration_of(session)
            sight = self._sight(session, sights.get((configuration.pk, ref_of(session))), read_at)
            wanted = self._wanted(session, configuration, now, attached=session.pk in attached)
            step = decide_session(wanted, sight.seen if sight else None, now)
            if isinstance(step, Wait) or (isinstance(step, Prepare) and not self._may_prepare(session)):
                continue
            if isinstance(step, Start) and session.status is S.PENDING and session.pk not in admission.start:
                continue
            turn = Turn(session, configuration, sight.seen if sight else None, fence)
            decided_at = min(read_at, sight.looked_at) if sight else read_at
            work = functools.partial(carry_out, step, turn)
            place = f"{configuration.name}/{ref_of(session).place}"
            self.steps.submit(Task(session.instance_id, place, decided_at, work), again)
        for provider_id, missing in situation.lacking(admission).items():
            if yield_room(provider_id, missing, now):
                again()

    def _look(self, situation: Situation) -> Mapping[tuple[object, BrowserRef], Sight]:
        questions = []
        for configuration in situation.configurations:
            refs = frozenset(
                ref_of(session)
                for session in situation.sessions
                if session.started_at is not None and situation.configuration_of(session) == configuration
            )
            if refs:
                questions.append(Question(configuration.pk, provider_for(configuration), refs))
        return self._observer.look(questions, patience_seconds=PATIENCE_SECONDS)

    def _attached(self, sessions: Sequence[BrowserSession]) -> set[object]:
        in_use = [session.pk for session in sessions if session.status in {S.CLAIMED, S.RUNNING}]
        return sessions_with_clients(in_use) if in_use else set()

    def _sight(self, session: BrowserSession, sight: Sight | None, read_at: float) -> Sight | None:
        return Sight(NOTHING_THERE, read_at) if session.started_at is None else sight

    def _wanted(
        self, session: BrowserSession, configuration: ProviderConfiguration, now: datetime, *, attached: bool
    ) -> Wanted:
        place = session.node.name if session.node else ""
        return Wanted(
            state=session.status,
            owned=session.owner_id is not None,
            launch_wanted=session.launch_wanted,
            launch_present=session.launch_present,
            stop_requested=session.stop_requested_at is not None,
            outcome=Outcome(session.outcome) if session.outcome else None,
            end_reason=EndReason(session.end_reason) if session.end_reason else None,
            start_deadline=session.start_deadline,
            lost=self._observer.is_lost(configuration.pk, place, now),
            attached=attached,
            prepared=session.prepared,
        )

    def _may_prepare(self, session: BrowserSession) -> bool:
        """Once between two comparisons: a node short of memory leaves pages unprepared, and knows the wish already."""
        if session.instance_id in self._told_to_prepare:
            return False
        self._told_to_prepare.add(session.instance_id)
        return True

    def _end_used_up(self, now: datetime) -> None:
        if self._monotonic() - self._quotas_at >= QUOTA_SECONDS:
            self._quotas_at = self._monotonic()
            end_used_up(now)

    def _compare_in_full(self, again: Callable[[], None]) -> None:
        """Every 30 s: what providers run against the rows there are. The rows' side is every tick's."""
        now = self._monotonic()
        if now - self._compared_at < min(settings.GRID.resync_seconds, settings.GRID.orphan_grace_seconds):
            return
        self._compared_at = now
        self._told_to_prepare.clear()
        for configuration in ProviderConfiguration.objects.all():
            known = self._orphans.setdefault(configuration.pk, Orphans(configuration, self._monotonic))
            self.steps.submit(Task(f"orphans of {configuration.name}", "orphans", now, known.remove), again)
