"""Who is measured: direct, the splice, the node's relay, both in a row, node http-proxy. Each is one process a hop."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.programs import start_pinned

ROOT = Path(__file__).parent.parent

DIRECT, SPLICE, RELAY, PRODUCT, PEER = "direct", "splice", "node relay", "splice → node relay", "node http-proxy"


@dataclass
class Candidate:
    """One way from client to upstream: where to connect, and the processes in between."""

    name: str
    port: int
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def proportional_memory_kb(self) -> int:
        """Pss of all its processes: shared pages counted by share."""
        total = 0
        for process in self.processes:
            for line in Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
        return total


@contextlib.contextmanager
def running(echo: Path, peer: Path, core: int) -> Iterator[list[Candidate]]:
    """All of them up and warm, on one core; all gone afterwards."""
    started: list[subprocess.Popen[str]] = []

    def start(command: list[str], port: int, **environment: str) -> subprocess.Popen[str]:
        options = {"cwd": ROOT, "env": {**os.environ, **environment}, "stdin": subprocess.DEVNULL}
        process = start_pinned(command, core, **options)
        started.append(process)
        wait_for_port(port, process)
        return process

    def spliced(port: int, upstream: int, *, with_relay: bool) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "uvicorn", "benchmarks.bare:application", "--port", str(port)]
        command += [
            "--ws",
            "splice.protocol:SpliceProtocol",
            "--loop",
            "uvloop",
            "--http",
            "splice.entrance:Entrance",  # as the product does
            "--lifespan",
            "off",
        ]
        command += ["--log-level", "error", "--no-access-log", "--no-proxy-headers", "--backlog", "4096"]
        return start(command, port, BENCH_UPSTREAM=str(upstream), BENCH_RELAY="1" if with_relay else "0")

    try:
        upstream, plain, relayed, first, node = free_ports(5)
        start([str(echo), str(upstream)], upstream)
        splice, relay = spliced(plain, upstream, with_relay=False), spliced(relayed, upstream, with_relay=True)
        hop = spliced(first, relayed, with_relay=False)
        proxy = start(["node", str(peer), str(node), str(upstream)], node)
        yield [
            Candidate(DIRECT, upstream),
            Candidate(SPLICE, plain, [splice]),
            Candidate(RELAY, relayed, [relay]),
            Candidate(PRODUCT, first, [hop, relay]),
            Candidate(PEER, node, [proxy]),
        ]
    finally:
        for process in started:
            process.kill()
        for process in started:
            process.wait()


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def wait_for_port(port: int, process: subprocess.Popen[str], seconds: float = 20) -> None:
    """Until somebody accepts there."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{process.args!r} did not come up") from None
            time.sleep(0.02)
        else:
            return
