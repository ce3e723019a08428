"""Makes what is into what is wanted: sweep, size pools, look, decide, hand over. A tick waits for no effect."""

import functools
import logging
import os
import secrets
import time
from collections.abc import Callable
from datetime import datetime
from threading import Lock

from django.conf import settings
from django.db.models import Q

from apps.core import clock
from apps.events import bus
from apps.nodes.leases import Held, hold, release
from apps.nodes.models import Node
from apps.pools.models import Pool, ProviderConfiguration
from apps.providers.contract import BrowserRef, Observation, Phase
from apps.reconciler.act import Turn, carry_out, ref_of
from apps.reconciler.decide_session import Start, Wait, Wanted, decide_session
from apps.reconciler.observe import Observer
from apps.reconciler.orphans import Orphans
from apps.reconciler.pools import bring_to_size, yield_room
from apps.reconciler.steps import Steps
from apps.reconciler.sweep import sweep
from apps.sessions.lifecycle import EndReason, Outcome, SessionState
from apps.sessions.models import BrowserSession
from apps.sessions.queries import live, live_of_provider, sessions_with_clients

logger = logging.getLogger(__name__)
S = SessionState

LEASE = "reconciler"
PATIENCE_SECONDS = 0.8  # for the look of one tick


class Reconciler:
    """One per process; whoever holds the lease acts, everyone else returns at once."""

    def __init__(self) -> None:
        self.holder = f"{os.getpid()}-{secrets.token_hex(8)}"
        self._turn = Lock()
        self._steps = Steps()
        self._observer = Observer()
        self._orphans = Orphans()
        self._compared_at = 0.0

    def tick(self, again: Callable[[], None] = lambda: bus.hint(bus.Topic.RECONCILE)) -> bool:
        """True where this process holds the lease, so that the wish is seen to; `again` is called after each step."""
        if not self._turn.acquire(blocking=False):
            return True  # a tick of ours is under way and will be followed by another
        try:
            now = clock.now()
            fence = hold(LEASE, self.holder, now=now, seconds=settings.GRID.reconciler_lease_seconds)
            if fence is None:
                return False
            sweep(now)
            self._size_pools(fence, now)
            for configuration in ProviderConfiguration.objects.all():
                self._reconcile(configuration, fence, now, again)
            self._compare_in_full()
            return True
        finally:
            self._turn.release()

    def resign(self) -> None:
        """Let another process take over at once."""
        fence = hold(LEASE, self.holder, now=clock.now(), seconds=0.001)
        if fence is not None:
            release(fence)

    def _size_pools(self, fence: Held, now: datetime) -> None:
        with_life = Q(pk__in=live().values("pool"))
        for pool in Pool.objects.filter(Q(deleted_at__isnull=True) | with_life).select_related("provider"):
            bring_to_size(pool, fence, now)

    def _reconcile(
        self, configuration: ProviderConfiguration, fence: Held, now: datetime, again: Callable[[], None]
    ) -> None:
        sessions = list(live_of_provider(configuration.pk))
        refs = [ref_of(session) for session in sessions if session.started_at is not None]
        seen = self._observer.look([(configuration, refs)], patience_seconds=PATIENCE_SECONDS) if refs else {}
        attached = sessions_with_clients([session.pk for session in sessions])
        starved = False
        for session in self._in_order(sessions):
            sight = self._sight(session, seen)
            wanted = self._wanted(session, now, attached=session.pk in attached)
            step = decide_session(wanted, sight, now)
            if isinstance(step, Wait):
                continue
            if isinstance(step, Start) and session.status is S.PENDING and session.owner_id and not starved:
                starved = self._is_starved(configuration, now)
            turn = Turn(session, configuration, sight, fence)
            work = functools.partial(carry_out, step, turn)
            self._steps.submit(session.instance_id, ref_of(session).place, work, done=again)
        if starved:
            yield_room(configuration.pk, now)

    def _in_order(self, sessions: list[BrowserSession]) -> list[BrowserSession]:
        """Starts for waiting callers before starts for the warm ones."""
        return sorted(sessions, key=lambda session: (session.status is S.PENDING, session.owner_id is None, session.pk))

    def _sight(self, session: BrowserSession, seen: dict[BrowserRef, Observation]) -> Observation | None:
        if session.started_at is None:
            return Observation(Phase.GONE, alive=False)  # nothing was ever asked for
        return seen.get(ref_of(session))

    def _wanted(self, session: BrowserSession, now: datetime, *, attached: bool) -> Wanted:
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
            lost=self._observer.is_lost(place, now),
            attached=attached,
        )

    def _is_starved(self, configuration: ProviderConfiguration, now: datetime) -> bool:
        if configuration.kind != ProviderConfiguration.Kind.NODE:
            return False
        nodes = Node.objects.filter(provider=configuration.name, draining=False, lease_expires_at__gt=now)
        return all(node.browsers >= node.max_browsers for node in nodes)

    def _compare_in_full(self) -> None:
        """Every 30 s: what providers run against the rows there are. The rows' side is every tick's."""
        if time.monotonic() - self._compared_at < min(settings.GRID.resync_seconds, settings.GRID.orphan_grace_seconds):
            return
        self._compared_at = time.monotonic()
        for configuration in ProviderConfiguration.objects.all():
            remove = functools.partial(self._orphans.remove, configuration)
            self._steps.submit(f"orphans of {configuration.name}", "", remove, done=lambda: None)
