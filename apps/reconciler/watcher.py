"""The resident process beside web and worker: numbers events, renews nodes' leases, passes hints on, ticks."""

import json
import logging
import select
import time
from collections.abc import Callable
from threading import Event, Thread
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection

from apps.audit.chain import seal_all
from apps.core import clock
from apps.events import bus, dispatcher
from apps.events.publish import NOTIFY_CHANNEL
from apps.nodes.models import Node, Process
from apps.nodes.services import ensure_node, node_answered, renew_process
from apps.pools.models import ProviderConfiguration
from apps.pools.provider import provider_for
from apps.providers.contract import ProviderUnavailable
from apps.providers.node import NodeProvider
from apps.reconciler import tasks
from apps.recordings import collector
from apps.recordings.collector import Collector
from apps.tasks.recorder import recorder

logger = logging.getLogger(__name__)

TICK_SECONDS = 1.0
POLL_SECONDS = 0.05  # where the database cannot wake the dispatcher
PAUSE_SECONDS = 1.0  # after a failure, before the next try
STOP_SECONDS = 1.5  # for the tick under way


class Watcher:
    """Six loops, each in a daemon thread, each of which survives the database, Redis and nodes going away."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self._over = Event()
        self._wake = Event()
        self._collector = Collector()
        self._threads: list[Thread] = []

    def start(self) -> None:
        """Returns at once."""
        ensure_node(settings.GRID.node_name, provider="local", address=settings.NODE_ADDRESS)
        loops = (self._tick, self._dispatch, self._beat, self._listen, self._watch_nodes, self._collect)
        self._threads = [Thread(target=self._keep, args=(loop,), name=loop.__name__, daemon=True) for loop in loops]
        for thread in self._threads:
            thread.start()

    def wait(self, seconds: float) -> bool:
        """True once it is over: stopped, or replaced by another process of its name."""
        return self._over.wait(seconds)

    def stop(self) -> None:
        """Ends the tick under way and hands the lead over. What waits for a node or for Redis is left behind."""
        self._over.set()
        self._wake.set()
        self._threads[0].join(STOP_SECONDS)
        tasks.resident().resign()
        self._collector.resign()

    def _keep(self, loop: Callable[[], None]) -> None:
        """Run `loop` again and again; what it needs may be away for a while."""
        while not self._over.is_set():
            try:
                loop()
            except (DatabaseError, redis.RedisError, ProviderUnavailable) as error:
                logger.warning(
                    "watcher.retry", extra={"loop": loop.__name__, "reason": f"{type(error).__name__}: {error}"}
                )
            except Exception:
                # A defect in one loop must not silence it for good, nor end the others.
                logger.exception("watcher.broken", extra={"loop": loop.__name__})
            else:
                continue
            connection.close()
            self._over.wait(PAUSE_SECONDS)

    def _tick(self) -> None:
        """On every hint, and each second."""
        self._wake.wait(TICK_SECONDS)
        self._wake.clear()
        with recorder.timed("watcher.tick"):
            is_ours = tasks.resident().tick(again=self._wake.set)
        if not is_ours:
            self._pass_on()

    def _pass_on(self) -> None:
        """Another process holds the lease: a message wakes it; without one it looks within a second anyway."""
        try:
            tasks.tick.apply_async(queue="reconcile", expires=2, retry=False)
        except tasks.tick.OperationalError as error:
            logger.info("watcher.not_passed_on", extra={"reason": str(error)})

    def _dispatch(self) -> None:
        wakes = dispatcher.wake_channel_is_available()
        seen = 0 if wakes else dispatcher.others_commits()
        numbered = dispatcher.BATCH
        while numbered == dispatcher.BATCH:
            with recorder.timed("watcher.dispatch"):
                numbered = dispatcher.dispatch()
        if wakes:
            self._wait_for_notification(0.25)
        else:
            self._wait_for_commit(seen)

    def _wait_for_commit(self, seen: int) -> None:
        """Of somebody else since `seen`, which was before the last look."""
        while not self._over.wait(POLL_SECONDS) and dispatcher.others_commits() == seen:
            pass

    def _wait_for_notification(self, seconds: float) -> None:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {NOTIFY_CHANNEL}")
        raw = connection.connection
        select.select([raw.fileno()], [], [], seconds)
        for _ in raw.notifies(timeout=0):
            pass

    def _beat(self) -> None:
        """Our own lease, and each node's for it: renewed exactly when the node answers with its boot id."""
        now = clock.now()
        if not renew_process(self.process, now):
            logger.error("watcher.replaced")
            self._over.set()
            return
        seal_all()  # of the audit: what was written since the last beat
        for configuration in ProviderConfiguration.objects.filter(kind=ProviderConfiguration.Kind.NODE):
            provider = provider_for(configuration)
            if isinstance(provider, NodeProvider):
                for node in Node.objects.filter(provider=configuration.name):
                    self._ask(provider, node)
        self._over.wait(settings.GRID.heartbeat_seconds if self._all_known() else 0.2)

    def _ask(self, provider: NodeProvider, node: Node) -> None:
        try:
            health = provider.health(node.name)
        except ProviderUnavailable:
            return
        reborn = node_answered(
            node, boot_id=health.boot_id, max_browsers=health.max_browsers, facts=health.to_json(), now=clock.now()
        )
        if reborn:
            self._wake.set()

    def _collect(self) -> None:
        """What nodes have captured since the last look."""
        began = time.monotonic()
        with recorder.timed("watcher.collect"):
            self._collector.turn()
        self._over.wait(max(0.0, collector.SECONDS - (time.monotonic() - began)))

    def _all_known(self) -> bool:
        """At start nodes are asked often, so that the first browser does not wait for the second beat."""
        return not Node.objects.filter(lease_expires_at__isnull=True).exists()

    def _listen(self) -> None:
        client: Any = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1)
        with client, client.pubsub() as channel:
            channel.subscribe(bus.Topic.RECONCILE)
            while not self._over.is_set():
                message = channel.get_message(ignore_subscribe_messages=True, timeout=1.0)
                if message is not None:
                    logger.debug("watcher.hint", extra={"hint": json.loads(message["data"])})
                    self._wake.set()

    def _watch_nodes(self) -> None:
        """Hints of the providers. A thread each would serve several; the embedded installation has one."""
        for configuration in ProviderConfiguration.objects.filter(kind=ProviderConfiguration.Kind.NODE):
            for hint in provider_for(configuration).watch():
                if hint is not None:
                    self._wake.set()
                if self._over.is_set():
                    return
        self._over.wait(PAUSE_SECONDS)
