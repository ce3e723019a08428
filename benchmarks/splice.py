"""The splice alone: one hop under a bare ASGI application, beside one hop of node http-proxy and none at all.

Method (research/relay.md §7): echo server, proxy and load generator share one core, so a round trip is the sum of the
work done; the order is shuffled in every round; the best round counts for latencies, the
median for the rest, the largest for memory.
"""

import json
import os
import random
import resource
import statistics
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.candidates import DIRECT, PEER, SPLICE, Candidate, running
from benchmarks.programs import compile_wsbench, install_peer, start_pinned
from benchmarks.report import Bar, Report, Table

MEGABYTE = 1_000_000
IDLE_CONNECTIONS = 1000

# Column → how rounds become one figure, and whether less is better (which only decides how a ratio is read).
COLUMNS: dict[str, Callable[[list[float]], float]] = {
    "p50 µs @1": min,
    "p99 µs @1": min,
    "p50 µs @32": min,
    "p99 µs @32": min,
    "msgs/s @32": statistics.median,
    "p50 µs beside a download": statistics.median,
    "1 MB: MB/s": statistics.median,
    "16 MB: MB/s": statistics.median,
    "64 MB: MB/s": statistics.median,
    "up 16 MB: MB/s": statistics.median,
    "opens/s": statistics.median,
    "kB/idle conn.": max,  # later rounds reuse the memory of the first
}


def measure(rounds: int, seconds: float) -> Report:
    """Run everything; about 7 s a candidate and round with the default 0.5 s a measurement."""
    allow_many_sockets()
    core = max(os.sched_getaffinity(0))
    figures: dict[str, dict[str, list[float]]] = {}
    with tempfile.TemporaryDirectory(prefix="browsergrid-bench-") as folder:
        programs, peer = compile_wsbench(Path(folder)), install_peer()
        with running(programs / "echo", peer, core) as candidates:
            for number in range(rounds):
                for candidate in random.sample(candidates, len(candidates)):
                    print(f"round {number + 1} of {rounds}: {candidate.name}", flush=True)
                    load = Load(programs / "load", core, candidate, seconds)
                    for column, value in load.one_round().items():
                        figures.setdefault(candidate.name, {}).setdefault(column, []).append(value)
            names = [candidate.name for candidate in candidates]
    rows = {
        name: {column: combine(figures[name][column]) for column, combine in COLUMNS.items() if column in figures[name]}
        for name in names
    }
    return Report("splice", [Table("The splice alone, one core", rows, DIRECT, PEER)], bars(rows), {"rounds": rounds})


def bars(rows: dict[str, dict[str, float]]) -> list[Bar]:
    """What has to hold, within this run."""

    def ratio(column: str) -> float:
        return rows[SPLICE][column] / rows[PEER][column]

    return [
        Bar("round trip p50 @1, splice : node http-proxy", ratio("p50 µs @1"), at_most=1.1),
        Bar("16 MB, splice : node http-proxy", ratio("16 MB: MB/s"), at_least=1.5),
        Bar("opens/s, splice : node http-proxy", ratio("opens/s"), at_least=1.2),
    ]


class Load:
    """The load generator against one candidate."""

    def __init__(
        self, program: Path, core: int | None, candidate: Candidate, seconds: float, path: str = "/bench"
    ) -> None:
        self.program, self.core, self.candidate, self.seconds = program, core, candidate, seconds
        self.path = path

    def one_round(self) -> dict[str, float]:
        """Every column once."""
        one, many = self.run("rr", 1, 200), self.run("rr", 32, 200)
        values = {
            "p50 µs @1": one["p50"],
            "p99 µs @1": one["p99"],
            "p50 µs @32": many["p50"],
            "p99 µs @32": many["p99"],
            "msgs/s @32": many["peak_rate"],
        }
        for megabytes in (1, 16, 64):
            values[f"{megabytes} MB: MB/s"] = self.run("big", 1, megabytes * MEGABYTE)["median"]
        values["p50 µs beside a download"] = self.beside_a_download()
        values["up 16 MB: MB/s"] = self.run("up", 1, 16 * MEGABYTE)["mean"]
        values["opens/s"] = self.run("open", 16, 0)["per_second"]
        if self.candidate.processes:
            values["kB/idle conn."] = self.idle_memory()
        return values

    def run(self, mode: str, connections: int, size: int) -> dict[str, float]:
        """One measurement."""
        process = self.start(mode, connections, size)
        output, _ = process.communicate(timeout=120)
        return self.parse(mode, output)

    def idle_memory(self) -> float:
        """Growth of Pss over many connections that exchanged one message each."""
        before = self.candidate.proportional_memory_kb
        process = self.start("idle", IDLE_CONNECTIONS, 200)
        assert process.stdout
        self.parse("idle", process.stdout.readline())
        grown = self.candidate.proportional_memory_kb - before
        process.communicate("\n", timeout=60)
        return grown / IDLE_CONNECTIONS

    def beside_a_download(self) -> float:
        """What a small message waits while another connection is full of large ones."""
        download = self.start("big", 1, 64 * MEGABYTE, seconds=60)
        try:
            return self.run("rr", 1, 200)["p50"]
        finally:
            download.kill()
            download.communicate()

    def start(self, mode: str, connections: int, size: int, *, seconds: float | None = None) -> subprocess.Popen[str]:
        command = [str(self.program), mode, str(self.candidate.port), self.path, str(connections)]
        command += [str(seconds or self.seconds), str(size)]
        return start_pinned(command, self.core, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def parse(self, mode: str, output: str) -> dict[str, float]:
        answer: dict[str, float] = json.loads(output or '{"error": "no output"}')
        if "error" in answer:
            raise RuntimeError(f"{self.candidate.name}, {mode}: {answer['error']}")
        return answer


def allow_many_sockets() -> None:
    """A thousand idle connections are two thousand sockets in a proxy."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 65536) if most > 0 else 65536, most))
