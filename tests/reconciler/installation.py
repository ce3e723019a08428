"""A real node, `manage.py watch` and worker over the test database: killed and started again as often as one likes."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import redis
from django.conf import settings
from django.db import connection

from apps.nodes.credentials import node_key
from apps.nodes.models import Lease, Node, Process
from apps.pools.models import Pool, PoolCounter, ProviderConfiguration
from apps.sessions.queries import live
from browser_node.client import NodeClient
from browser_node.processes import Process as RunningProcess
from browser_node.processes import wait_gone_now
from browsergrid.supervisor.redis_server import find_program
from tests.reconciler.drive import assert_counted, is_at_min
from tests.support.eventually import eventually
from tests.support.node import REPOSITORY, RunningNode

NAME = "local"
LEASE_SECONDS = "1"  # a killed leader is followed soon


def database_url() -> str:
    """The test database, for other processes."""
    facts = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{facts['NAME']}"
    return f"postgres://{facts['USER']}@/{facts['NAME']}?host={facts['HOST']}"


@dataclass(frozen=True)
class Left:
    """What stands in the database and on the node."""

    nodes: int
    watchers: int
    workers: int
    live: int
    running: int


class Installation:
    """`node`, `watcher` and `worker` (which brings a Redis) are processes of their own; rows are read here."""

    def __init__(self, directory: Path, **pool: int) -> None:
        self.directory = directory
        key = node_key(NAME)
        names = {"BROWSERGRID_NODE_NAME": NAME, "BROWSERGRID_NODE_KEY": key, "BROWSERGRID_NODE_MAX_BROWSERS": "4"}
        self.node = RunningNode(directory, environment=names)
        self.node.key, self.node.client = key, NodeClient(self.node.address, key)
        self.watcher: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None
        self._redis: subprocess.Popen[bytes] | None = None
        self.log_path = directory / "watch.log"
        self._doomed: list[RunningProcess] = []
        provider, _ = ProviderConfiguration.objects.get_or_create(
            name=NAME, defaults={"kind": ProviderConfiguration.Kind.NODE}
        )
        Pool.objects.filter(is_default=True).delete()  # the migrations' own, where no test before has flushed it
        wanted = {"min": 2, "max": 3, "max_concurrency": 3, "max_starting": 2, "idle_timeout_seconds": 0, **pool}
        self.pool = Pool.objects.create(name="drilled", provider=provider, **wanted)
        PoolCounter.objects.create(pool=self.pool)

    def __enter__(self) -> "Installation":
        self.node.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end_watcher(signal.SIGKILL)
        self.kill_worker()
        if self._redis is not None:
            self._redis.kill()
            self._redis.wait(10)
        self.node.kill()
        self.node.client.close()

    def environment(self) -> Mapping[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("BROWSERGRID_")}
        return clean | {
            "DJANGO_SETTINGS_MODULE": "browsergrid.settings.development",
            "DATABASE_URL": database_url(),
            "BROWSERGRID_DATA_DIR": str(self.directory),
            "BROWSERGRID_KEYS": ",".join(settings.KEY_RING),
            "BROWSERGRID_NODE_ADDRESS": self.node.address,
            "BROWSERGRID_RECONCILER_LEASE_SECONDS": LEASE_SECONDS,
            "REDIS_URL": f"unix://{self.directory}/redis.sock",  # which is there only where a worker needs it
            "PYTHONFAULTHANDLER": "1",
        }

    def kill_node(self) -> None:
        """Its walls fall with it, but for one caught between two of them: that one its successor must end."""
        assert self.node.process is not None
        self._doomed += self.node.browser_processes()
        self.node.process.kill()
        self.node.process.wait(20)

    def start_node(self) -> None:
        self.node.start()
        assert wait_gone_now(self._doomed, 20.0), "processes of a killed node are left"
        self._doomed.clear()

    def start_watcher(self) -> None:
        with self.log_path.open("ab") as log:
            self.watcher = subprocess.Popen(
                [sys.executable, "manage.py", "watch"],
                cwd=REPOSITORY, env=dict(self.environment()), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

    def end_watcher(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """Its exit code, and how long it took."""
        if self.watcher is None:
            return 0, 0.0
        began = time.monotonic()
        self.watcher.send_signal(number)
        code = self.watcher.wait(30)
        self.watcher = None
        return code, time.monotonic() - began

    def start_worker(self) -> None:
        """Until it has its row. The redis-server that it needs is started with the first one."""
        if self._redis is None:
            socket = str(self.directory / "redis.sock")
            command = [
                find_program(),
                "--port",
                "0",
                "--unixsocket",
                socket,
                "--save",
                "",
                "--dir",
                str(self.directory),
            ]
            self._redis = subprocess.Popen(command, stdout=subprocess.DEVNULL)
            # Before the worker: one that finds nobody waits two seconds, then four, then six.
            asked = redis.Redis(unix_socket_path=socket)
            eventually(lambda: answers(asked), within=30, what="Redis")
        command = [sys.executable, "-m", "celery", "--quiet", "-A", "browsergrid", "worker", "-P", "threads", "-c", "2"]
        with self.log_path.open("ab") as log:
            self.worker = subprocess.Popen(
                [*command, "-Q", "celery,reconcile", "--without-gossip", "--without-mingle"],
                cwd=REPOSITORY, env=dict(self.environment()), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        mine = Process.objects.filter(kind=Process.Kind.WORKER, boot_id__startswith=f"{self.worker.pid}-")
        eventually(lambda: mine.exists() or self.has_ended(), within=30, what="the worker's row")
        assert not self.has_ended(), self.said()

    def has_ended(self) -> bool:
        return self.worker is not None and self.worker.poll() is not None

    def kill_worker(self) -> None:
        if self.worker is not None:
            self.worker.kill()
            self.worker.wait(20)
            self.worker = None

    def left(self) -> Left:
        return Left(
            nodes=Node.objects.count(),
            watchers=Process.objects.filter(kind=Process.Kind.WATCHER).count(),
            workers=Process.objects.filter(kind=Process.Kind.WORKER).count(),
            live=live(self.pool.sessions.all()).count(),
            running=len(self.node.client.browsers().browsers),
        )

    def same_browsers(self) -> bool:
        """Whether the node runs exactly the browsers that rows stand for."""
        there = {browser.instance_id for browser in self.node.client.browsers().browsers}
        return there == {row.instance_id for row in live(self.pool.sessions.all())}

    def wait_at_min(self, *, within: float = 60.0) -> None:
        eventually(lambda: is_at_min(self.pool), within=within, what=lambda: f"the pool at its min; {self.said()}")

    def wait_lead(self) -> None:
        """Until a watcher acts: the node, empty since its own start, has a browser."""
        eventually(lambda: self.left().running, within=30, what=lambda: f"a browser; {self.said()}")

    def said(self) -> str:
        """Rows, leases and the end of the log, with what each thread of the watcher was about. It is ended by that."""
        rows = [(row.state, row.end_reason) for row in live(self.pool.sessions.all())]
        rows += list(Node.objects.values_list("name", "boot_id", "browsers", "lease_expires_at"))
        rows += list(Process.objects.values_list("name", "boot_id", "lease_expires_at"))
        rows += list(Lease.objects.values_list("name", "holder", "epoch", "expires_at"))
        self.end_watcher(signal.SIGABRT)
        return f"{rows} {self.log_path.read_text(errors='replace')[-6000:] if self.log_path.exists() else ''}"


def answers(server: redis.Redis) -> bool:
    try:
        return bool(server.ping())
    except redis.ConnectionError:
        return False


def restart_again_and_again(installation: Installation, rounds: int, seed: int) -> None:
    """Node, watcher, worker are killed and started at moments that chance chooses; then everything comes to rest."""
    chance = random.Random(seed)
    killed = 0
    for number in range(rounds):
        installation.start_watcher()
        if number % 2:
            installation.start_worker()
        if number % 3 == 2:
            installation.wait_lead()
        # Not waiting for a state: in which one the kill falls is what is drawn.
        time.sleep(chance.uniform(0.0, 1.5))
        killed += installation.left().running
        victims = [installation.kill_node, installation.kill_worker, lambda: installation.end_watcher(signal.SIGKILL)]
        chance.shuffle(victims)
        for kill in victims:
            kill()
        installation.start_node()
        assert installation.left().nodes <= 1, f"round {number}"
        assert installation.left().watchers <= 1, f"round {number}"
        assert installation.left().workers <= 1, f"round {number}"
        assert installation.left().live <= installation.pool.max, f"round {number}"
        assert_counted(installation.pool)
    installation.start_watcher()
    low = installation.pool.min
    at_rest = Left(nodes=1, watchers=1, workers=1, live=low, running=low)
    eventually(
        lambda: is_at_min(installation.pool) and installation.left() == at_rest and installation.same_browsers(),
        within=60,
        what=lambda: f"rest; there is {installation.left()} {installation.said()}",
    )
    assert_counted(installation.pool)
    assert killed, "no round fell on a browser that was there"
    assert not installation.pool.sessions.filter(ended_at__isnull=False, end_reason="").exists()
