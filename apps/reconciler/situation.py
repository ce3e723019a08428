"""What one tick knows: live sessions, their pools and providers, the room of nodes. Read once, in few statements."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.nodes.leases import Held
from apps.nodes.models import Node
from apps.pools.models import Pool, ProviderConfiguration
from apps.reconciler.admit import Admission, Pending, admit
from apps.reconciler.decide_pool import PoolStep
from apps.reconciler.pools import bring_to_size, decide
from apps.sessions.claims import serve
from apps.sessions.lifecycle import SessionState
from apps.sessions.models import BrowserSession
from apps.sessions.queries import live_with_places, pools_with_queue

S = SessionState


@dataclass(frozen=True)
class Situation:
    """Sessions, and the pools that are current or still have some."""

    sessions: tuple[BrowserSession, ...]
    pools: tuple[Pool, ...]
    configurations: tuple[ProviderConfiguration, ...]
    nodes: tuple[Node, ...]

    def configuration_of(self, session: BrowserSession) -> ProviderConfiguration:
        """Of the node it is on, where it is on one: its pool may have changed to another provider since."""
        if session.node is not None:
            for configuration in self.configurations:
                if configuration.name == session.node.provider:
                    return configuration
        return session.pool.provider

    def sessions_of(self, pool: Pool) -> list[BrowserSession]:
        return [session for session in self.sessions if session.pool_id == pool.pk]

    def room(self, now: datetime) -> dict[UUID, int]:
        """By provider of nodes: how many more browsers its live nodes hold."""
        room: dict[UUID, int] = {}
        for configuration in self.configurations:
            if configuration.kind == ProviderConfiguration.Kind.NODE:
                free = [node.max_browsers - node.browsers for node in self._open_nodes(configuration, now)]
                room[configuration.pk] = sum(max(places, 0) for places in free)
        return room

    def unstarted(self) -> Counter[UUID]:
        """By provider: sessions that hold no room yet and will want it."""
        waits = [session for session in self.sessions if session.status is S.PENDING and not session.stop_requested_at]
        return Counter(session.pool.provider_id for session in waits)

    def admission(self, now: datetime) -> Admission:
        pending = [
            Pending(session.pk, session.pool_id, session.pool.provider_id, session.owner_id is not None)
            for session in self.sessions
            if session.status is S.PENDING and session.stop_requested_at is None
        ]
        if not pending:
            return Admission(frozenset())
        starting = Counter(session.pool_id for session in self.sessions if session.status is S.STARTING)
        slots = {pool.pk: pool.max_starting - starting[pool.pk] for pool in self.pools}
        admission = admit(pending, slots, self.room(now))
        there = {c.pk for c in self.configurations if self._open_nodes(c, now)}  # a node that is away is not full
        return Admission(admission.start, {key: n for key, n in admission.starved.items() if key in there})

    def lacking(self, admission: Admission) -> Mapping[UUID, int]:
        """By provider: browsers that must give way to claims, beyond those that are leaving already."""
        leaving = Counter(
            self.configuration_of(session).pk
            for session in self.sessions
            if session.node_id is not None and (session.stop_requested_at is not None or session.status is S.STOPPING)
        )
        lacks = {key: starved - leaving[key] for key, starved in admission.starved.items()}
        return {key: missing for key, missing in lacks.items() if missing > 0}

    def _open_nodes(self, configuration: ProviderConfiguration, now: datetime) -> list[Node]:
        return [
            node
            for node in self.nodes
            if node.provider == configuration.name
            and not node.draining
            and node.lease_expires_at is not None
            and node.lease_expires_at > now
        ]


def read_situation() -> Situation:
    sessions = tuple(live_with_places().order_by("id"))
    current = {pool.pk: pool for pool in Pool.current.select_related("provider")}
    leftover = {session.pool_id: session.pool for session in sessions if session.pool_id not in current}
    return Situation(
        sessions=sessions,
        pools=(*current.values(), *leftover.values()),
        configurations=tuple(ProviderConfiguration.objects.order_by("name")),
        nodes=tuple(Node.objects.all()),
    )


def size_pools(situation: Situation, fence: Held, now: datetime) -> bool:
    """Serve queues and bring pools to size, where their rows as read say that there is something to do."""
    queued = pools_with_queue(now)
    room, unstarted = situation.room(now), situation.unstarted()
    acted = False
    for pool in situation.pools:
        if pool.pk in queued and serve(pool):
            acted = True
        provider = pool.provider_id
        free = max(room[provider] - unstarted[provider], 0) if provider in room else None
        if decide(pool, situation.sessions_of(pool), free=free) != PoolStep():
            unstarted[provider] += bring_to_size(pool, fence, now, free=free)
            acted = True
    return acted
