"""One real node for the browser tests of this folder, and what they connect with."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from browser_node.wire import LaunchSpec
from tests.support.node import RunningNode, launch_spec


@pytest.fixture(scope="module")
def node() -> Iterator[RunningNode]:
    """Shared by the tests of one file, each with browsers of its own; 127.0.0.0/8 is never blocked as a whole."""
    with (
        tempfile.TemporaryDirectory(prefix="bg-node-") as directory,  # short: socket paths have 107 letters
        RunningNode(Path(directory), tcp=True) as running,
    ):
        yield running


@pytest.fixture
def start(node: RunningNode) -> Iterator[Callable[..., LaunchSpec]]:
    """Starts browsers (options as for launch_spec) and stops them after the test."""
    started: list[LaunchSpec] = []

    def begin(**options: object) -> LaunchSpec:
        spec = launch_spec(**options)  # type: ignore[arg-type]
        started.append(spec)
        node.run_browser(spec)
        return spec

    yield begin
    for spec in started:
        node.stop_browser(spec.instance_id, grace_seconds=2.0)
