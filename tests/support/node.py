"""A real browser node in a process of its own, for tests: started, stopped, killed; everything below one directory."""

import os
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from browser_node.client import NodeClient, NodeError, NodeRefused
from browser_node.processes import Process, Snapshot, wait_gone_now
from browser_node.wire import Egress, LaunchOptions, LaunchSpec, NodeHealth, Observed, Phase, launch_hash
from tests.support.eventually import eventually

REPOSITORY = Path(__file__).resolve().parents[2]
KEY = "a-node-key-for-tests-only"
CREDENTIAL = "a-browser-credential-for-tests-only"
READY_SECONDS = 30.0


class RunningNode:
    """Listens on a unix socket in `directory`, or with `tcp` on a free port of 127.0.0.1."""

    def __init__(
        self,
        directory: Path,
        *,
        tcp: bool = False,
        environment: Mapping[str, str] | None = None,
        command: tuple[str, ...] = (sys.executable, "-m", "browser_node"),
    ) -> None:
        self.directory = directory
        self.key = KEY
        self.port = _free_port() if tcp else 0
        self.socket_path = directory / "node.sock"
        self.log_path = directory / "node.log"
        self.browsers_path = directory / "node" / "browsers"
        self.process: subprocess.Popen[bytes] | None = None
        self.client = NodeClient(self.address, self.key)
        self._command = command
        self._environment = dict(environment or {})

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}" if self.port else f"unix:{self.socket_path}"

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def log(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def __enter__(self) -> "RunningNode":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.client.close()

    def start(self) -> NodeHealth:
        """Until it answers; may be called again after `stop` or `kill`."""
        self.spawn()
        return eventually(self._health, within=READY_SECONDS, what=self._silent)

    def _silent(self) -> str:
        return f"the node's health; it said: {self.log[-2000:]}"

    def spawn(self) -> subprocess.Popen[bytes]:
        """`start` without waiting."""
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, (str(REPOSITORY), os.environ.get("PYTHONPATH")))),
            "BROWSERGRID_NODE_NAME": "test",
            "BROWSERGRID_NODE_KEY": self.key,
            "BROWSERGRID_NODE_DIR": str(self.directory / "node"),
            "BROWSERGRID_NODE_LISTEN": self.address,
            "BROWSERGRID_NODE_LOG": "pretty",
            "BROWSERGRID_NODE_DIE_WITH_PARENT": "1",
            **self._environment,
        }
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                self._command, env=environment, cwd=REPOSITORY, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        return self.process

    def stop(self) -> int:
        """Gracefully; every browser ends with it."""
        return self._end(signal.SIGTERM)

    def kill(self) -> int:
        """As a crash does."""
        return self._end(signal.SIGKILL)

    def processes(self) -> list[Process]:
        """The node and everything below it."""
        return Snapshot().tree(self.pid)

    def browser_processes(self) -> list[Process]:
        return [process for process in self.processes() if process.pid != self.pid]

    def observed(self, instance_id: str) -> Observed | None:
        return next((seen for seen in self.client.browsers().browsers if seen.instance_id == instance_id), None)

    def wait_for(
        self, instance_id: str, is_it: Callable[[Observed | None], object], *, within: float = 20.0, what: str
    ) -> Observed | None:
        """What is observed as soon as `is_it` says so."""
        seen: list[Observed | None] = []

        def looks() -> bool:
            seen[:] = [self.observed(instance_id)]
            return bool(is_it(seen[0]))

        eventually(looks, within=within, what=what)
        return seen[0]

    def run_browser(self, spec: LaunchSpec, *, within: float = 30.0) -> Observed:
        """Start it and wait until it runs that launch."""
        self.client.start(spec)
        seen = self.wait_for(
            spec.instance_id,
            lambda seen: seen and seen.phase in (Phase.RUNNING, Phase.FAILED) and seen.launch in ("", spec.launch),
            within=within,
            what=f"{spec.instance_id} to run",
        )
        assert seen is not None
        assert seen.phase is Phase.RUNNING, f"{seen}\n{self.log[-2000:]}"
        return seen

    def stop_browser(self, instance_id: str, *, grace_seconds: float = 5.0) -> None:
        self.client.stop(instance_id, grace_seconds=grace_seconds)
        self.wait_for(instance_id, lambda seen: seen is None, what=f"{instance_id} to be gone")

    def websocket_url(self, instance_id: str, path: str = "devtools/browser") -> str:
        return f"ws://{self.address if self.port else 'node'}/browsers/{instance_id}/{path}"

    def _health(self) -> NodeHealth | None:
        assert self.process is not None
        assert self.process.poll() is None, f"the node ended with {self.process.returncode}: {self.log[-2000:]}"
        try:
            return self.client.health()
        except NodeRefused:
            raise
        except NodeError:
            return None

    def _end(self, number: signal.Signals) -> int:
        if self.process is None:
            return 0
        tree = self.processes()
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            code = self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        assert wait_gone_now(tree, 20.0), "processes of the node are left"
        return code


def launch_spec(
    instance_id: str = "",
    *,
    launch: str = "",
    allow: tuple[str, ...] = (),
    prepare: bool = False,
    start_timeout_seconds: float = 30.0,
    **options: Any,
) -> LaunchSpec:
    """A spec with fresh names where none are given; `options` are those of LaunchOptions."""
    chosen, egress = LaunchOptions(**options), Egress(allow)
    return LaunchSpec(
        instance_id=instance_id or f"{uuid.uuid4()}-1",
        credential=CREDENTIAL,
        launch=launch or launch_hash(chosen, egress),
        options=chosen,
        egress=egress,
        prepare=prepare,
        start_timeout_seconds=start_timeout_seconds,
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
