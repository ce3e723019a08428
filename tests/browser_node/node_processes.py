"""Which processes belong to which browser of a running node."""

from collections.abc import Callable
from pathlib import Path

from browser_node.processes import Snapshot
from browser_node.wire import LaunchSpec
from tests.support.node import RunningNode

Start = Callable[..., LaunchSpec]


def chromium_of(node: RunningNode, spec: LaunchSpec) -> int:
    """The pid of that browser's main process."""
    found = []
    for process in node.browser_processes():
        arguments = Path(f"/proc/{process.pid}/cmdline").read_bytes().split(b"\0")
        if arguments[0].endswith(b"chromium") and not any(part.startswith(b"--type=") for part in arguments):
            tree = {each.pid for each in Snapshot().tree(keeper_of(node, spec))}
            if process.pid in tree:
                found.append(process.pid)
    (pid,) = found
    return pid


def keeper_of(node: RunningNode, spec: LaunchSpec) -> int:
    for process in node.browser_processes():
        arguments = Path(f"/proc/{process.pid}/cmdline").read_bytes().decode().split("\0")
        is_keeper = any(part.endswith("keeper.py") for part in arguments)
        if is_keeper and any(spec.instance_id in part for part in arguments):
            return process.pid
    raise AssertionError("it has no keeper")
