"""Trees of processes as /proc tells them."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from browser_node.processes import Process, Snapshot, confining, identify, is_alive, kill, wait_gone, wait_gone_now
from tests.support.eventually import eventually


def test_a_tree_has_the_process_and_all_below_it() -> None:
    with subprocess.Popen(["/bin/sh", "-c", "sleep 100 & sleep 100 & wait"]) as shell:
        eventually(lambda: len(Snapshot().tree(shell.pid)) == 3, what="two children")
        tree = Snapshot().tree(shell.pid)
        assert shell.pid in {process.pid for process in tree}
        usage = Snapshot().usage(shell.pid)
        assert usage.memory_bytes > 0
        assert usage.cpu_seconds >= 0
        for process in tree:
            kill(process)
        assert wait_gone_now([process for process in tree if process.pid != shell.pid], 5)
    assert Snapshot().tree(shell.pid) == []


def test_waiting_ends_with_the_processes_or_the_time() -> None:
    with subprocess.Popen(["/bin/sleep", "100"]) as sleeper:
        process = identify(sleeper.pid)
        assert process is not None
        assert not asyncio.run(wait_gone([process], 0.05))
        kill(process)
        assert asyncio.run(wait_gone([process], 5))


def test_a_zombie_counts_as_gone() -> None:
    child = os.fork()
    if not child:
        os._exit(0)
    process = identify(child)
    assert process is not None
    assert wait_gone_now([process], 5)
    os.waitpid(child, 0)


def test_a_pid_that_is_used_again_is_not_hit() -> None:
    with subprocess.Popen(["/bin/sleep", "100"]) as sleeper:
        impostor = Process(sleeper.pid, 1)
        assert not is_alive(impostor)
        kill(impostor)
        assert sleeper.poll() is None
        sleeper.kill()


def test_keepers_and_bubblewraps_are_found_by_name(tmp_path: Path) -> None:
    keeper, other = tmp_path / "keeper.py", tmp_path / "other.py"
    for script in (keeper, other):
        script.write_text("import time; time.sleep(100)")
    with (
        subprocess.Popen([sys.executable, str(keeper), "/x/name-1"]) as found,
        subprocess.Popen([sys.executable, str(other), "/x/name-1"]) as stranger,
    ):
        eventually(lambda: identify(found.pid) in confining(["name-1"]))
        assert identify(stranger.pid) not in confining(["name-1"])
        assert identify(found.pid) not in confining(["name-2"])
        found.kill()
        stranger.kill()
