"""/metrics for Prometheus: what this process counted itself, and what the database knows, read at the scrape.

Open to this machine (or to the networks of BROWSERGRID_METRICS_OPEN), else to staff alone.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from apps.access.outside import is_within
from apps.api.authentication import caller_of
from apps.api.errors import refusal
from apps.api.outer import outside_of
from apps.core import clock
from apps.core.errors import GridError, NotAllowed
from apps.nodes.leases import lease_end
from apps.nodes.queries import all_nodes
from apps.sessions.statistics import sessions_and_queues

THIS_MACHINE = ("127.0.0.0/8", "::1", "unix")
FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP")


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    try:
        _check(request)
    except GridError as error:
        return refusal(error)
    registry = CollectorRegistry()
    registry.register(FromDatabase())
    return HttpResponse(generate_latest(REGISTRY) + generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _check(request: HttpRequest) -> None:
    """Raises Unauthenticated, NotAllowed. A proxy on this machine lends nobody its address."""
    is_relayed = any(name in request.headers for name in FORWARDED) and not settings.GRID.trusted_proxies
    if not is_relayed and is_within(outside_of(request).address, settings.GRID.metrics_open or THIS_MACHINE):
        return
    user = caller_of(request).user
    if user is None or not user.is_staff:
        raise NotAllowed("staff_only", "Only staff may read the metrics.")


class FromDatabase(Collector):
    """One moment for all of its numbers."""

    def describe(self) -> Iterator[Metric]:
        return iter(())

    def collect(self) -> Iterator[Metric]:
        now = clock.now()
        yield from _sessions(now)
        yield from _nodes(now)
        yield from _lag(now)


def _sessions(now: datetime) -> Iterator[Metric]:
    sessions, queues = sessions_and_queues(now)
    by_state = GaugeMetricFamily("browsergrid_sessions", "Live sessions.", labels=["pool", "state"])
    for pool, state, number in sessions:
        by_state.add_metric([pool, state], number)
    yield by_state
    queued = GaugeMetricFamily("browsergrid_queued_claims", "Claims that wait for a browser.", labels=["pool"])
    for pool, number in queues:
        queued.add_metric([pool], number)
    yield queued


# What a node says of itself at /health, by name there.
FACTS = {
    "memory_total": ("browsergrid_node_memory_bytes", "Memory that the node may use."),
    "memory_available": ("browsergrid_node_memory_available_bytes", "Memory that is free on the node."),
}


def _nodes(now: datetime) -> Iterator[Metric]:
    up = GaugeMetricFamily("browsergrid_node_up", "Whether the node's lease holds.", labels=["node"])
    taken = GaugeMetricFamily("browsergrid_node_browsers", "Room taken on the node.", labels=["node"])
    room = GaugeMetricFamily("browsergrid_node_max_browsers", "Browsers that the node may hold.", labels=["node"])
    facts = {name: GaugeMetricFamily(*said, labels=["node"]) for name, said in FACTS.items()}
    for node in all_nodes():
        up.add_metric([node.name], float(node.lease_expires_at is not None and node.lease_expires_at > now))
        taken.add_metric([node.name], node.browsers)
        room.add_metric([node.name], node.max_browsers)
        for name, family in facts.items():
            value = node.facts.get(name)
            if isinstance(value, int | float):
                family.add_metric([node.name], value)
    yield from (up, taken, room, *facts.values())


def _lag(now: datetime) -> Iterator[Metric]:
    until = lease_end("reconciler")
    if until is not None:
        ticked = until - timedelta(seconds=settings.GRID.reconciler_lease_seconds)
        lag = max((now - ticked).total_seconds(), 0.0)
        yield GaugeMetricFamily("browsergrid_reconcile_lag_seconds", "Since the reconciler's last tick.", value=lag)
