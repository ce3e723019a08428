"""What goes wrong with browsers, nodes and machines, and what is left afterwards: nothing."""

import os
import signal
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from browser_node.client import NodeRefused, NodeUnreachable
from browser_node.processes import confining, wait_gone_now
from browser_node.wire import Phase, Reason
from tests.support.eventually import eventually
from tests.support.node import RunningNode, launch_spec

pytestmark = pytest.mark.browser

VERSION = 'if [ "$1" = --version ]; then echo "Chromium 156.0.1.1"; exit 0; fi\n'


@pytest.fixture
def directory() -> Iterator[Path]:
    """Short, since socket paths have 107 letters, and open to the browsers' own uids."""
    with tempfile.TemporaryDirectory(prefix="bg-") as path:
        Path(path).chmod(0o755)
        yield Path(path)


def pretender(directory: Path, script: str) -> dict[str, str]:
    """The environment of a node whose Chromium is this shell script."""
    place = directory / "bin" / "chromium"
    place.parent.mkdir()
    place.write_text(f"#!/bin/sh\n{VERSION}{script}\n")
    place.chmod(0o755)
    return {"BROWSERGRID_NODE_CHROMIUM": str(place)}


@pytest.mark.alone
def test_a_browser_that_never_answers_fails_at_its_start_timeout(directory: Path) -> None:
    with RunningNode(directory, environment=pretender(directory, "exec sleep 1000")) as node:
        spec = launch_spec(start_timeout_seconds=1.5)
        begun = time.monotonic()
        node.client.start(spec)
        seen = node.wait_for(spec.instance_id, lambda seen: seen and seen.phase is Phase.FAILED, what="the failure")
        assert seen is not None
        assert (seen.reason, seen.launch) == (Reason.START_TIMEOUT, "")
        assert 1.4 < time.monotonic() - begun < 5
        assert eventually(lambda: not node.browser_processes(), what="no processes")
        with pytest.raises(NodeRefused) as refusal:
            node.client.json(spec.instance_id, "version", spec.credential, launch=spec.launch)
        assert (refusal.value.status, refusal.value.code) == (503, "start_timeout")
        node.stop_browser(spec.instance_id)


def test_a_browser_that_ends_at_once_fails_with_its_last_words(directory: Path) -> None:
    environment = pretender(directory, "echo 'cannot open libmissing.so' >&2; exit 42")
    with RunningNode(directory, environment=environment) as node:
        spec = launch_spec()
        node.client.start(spec)
        seen = node.wait_for(spec.instance_id, lambda seen: seen and seen.phase is Phase.FAILED, what="the failure")
        assert seen is not None
        assert seen.reason is Reason.BROWSER_CRASHED
        assert "status 42" in seen.detail
        assert "libmissing.so" in seen.detail


@pytest.mark.alone
def test_a_browser_that_ignores_the_end_of_its_start_can_be_stopped_at_once(directory: Path) -> None:
    with RunningNode(directory, environment=pretender(directory, "trap '' TERM; sleep 1000 & wait")) as node:
        spec = launch_spec()
        node.client.start(spec)
        eventually(node.browser_processes, what="processes")
        begun = time.monotonic()
        node.stop_browser(spec.instance_id)
        assert time.monotonic() - begun < 3
        assert not node.browser_processes()


@pytest.mark.alone
def test_kill_9_of_the_node_leaves_no_process_and_its_directories_go_at_the_next_start(directory: Path) -> None:
    node = RunningNode(directory)
    first = node.start()
    specs = [launch_spec(prepare=True) for _ in range(2)]
    for spec in specs:
        node.run_browser(spec)
    starting = launch_spec()
    node.client.start(starting)
    tree = node.processes()
    assert len(tree) > 10
    os.kill(node.pid, signal.SIGKILL)
    assert wait_gone_now(tree, 2.0)
    left = {path.name for path in node.browsers_path.iterdir()}
    assert {spec.instance_id for spec in specs} <= left
    node.kill()
    second = node.start()
    try:
        assert second.boot_id != first.boot_id
        assert node.client.browsers().browsers == ()
        assert list(node.browsers_path.iterdir()) == []
    finally:
        assert node.stop() == 0


@pytest.mark.alone
def test_sigterm_of_the_node_ends_everything_cleanly(directory: Path) -> None:
    node = RunningNode(directory)
    node.start()
    spec = launch_spec(prepare=True)
    node.run_browser(spec)
    begun = time.monotonic()
    assert node.stop() == 0
    assert time.monotonic() - begun < 6
    assert list(node.browsers_path.iterdir()) == []
    assert not node.socket_path.exists()
    with pytest.raises(NodeUnreachable):
        node.client.health()


@pytest.mark.alone
def test_a_stopped_keeper_can_still_be_ended(directory: Path) -> None:
    with RunningNode(directory) as node:
        spec = launch_spec()
        node.run_browser(spec)
        for process in node.browser_processes():
            os.kill(process.pid, signal.SIGSTOP)
        begun = time.monotonic()
        node.stop_browser(spec.instance_id, grace_seconds=1.0)
        assert time.monotonic() - begun < 6
        assert not node.browser_processes()


def test_a_second_node_on_the_same_directory_refuses_to_start(directory: Path) -> None:
    with RunningNode(directory, tcp=True) as node:
        spec = launch_spec()
        node.run_browser(spec)
        other = RunningNode(directory, tcp=True)
        assert other.spawn().wait(20) == 3
        assert "another node uses" in node.log
        assert node.client.health().ok
        assert node.observed(spec.instance_id) is not None


def test_more_browsers_than_there_is_room_for_are_refused(directory: Path) -> None:
    with RunningNode(directory, environment={"BROWSERGRID_NODE_MAX_BROWSERS": "1"}) as node:
        assert node.client.health().max_browsers == 1
        spec = launch_spec()
        node.run_browser(spec)
        with pytest.raises(NodeRefused) as refusal:
            node.client.start(launch_spec())
        assert (refusal.value.status, refusal.value.code) == (507, "no_room")
        node.client.start(spec)  # the one that is there is still welcome
        node.stop_browser(spec.instance_id)
        node.run_browser(launch_spec())


def test_a_name_that_is_being_stopped_is_not_started_again_before_it_is_gone(directory: Path) -> None:
    with RunningNode(directory) as node:
        spec = launch_spec()
        node.run_browser(spec)
        for process in node.browser_processes():
            os.kill(process.pid, signal.SIGSTOP)
        node.client.stop(spec.instance_id, grace_seconds=3.0)
        with pytest.raises(NodeRefused) as refusal:
            node.client.start(spec)
        assert refusal.value.status == 409
        node.wait_for(spec.instance_id, lambda seen: seen is None, what="the end")
        node.run_browser(spec)


def test_what_an_earlier_node_left_in_the_directory_is_wiped_without_following_links(directory: Path) -> None:
    node = RunningNode(directory)
    precious = directory / "precious"
    precious.mkdir()
    (precious / "kept").write_text("x")
    left = node.browsers_path / f"{uuid.uuid4()}-1"
    (left / "profile").mkdir(parents=True)
    (left / "profile" / "link").symlink_to(precious)
    (node.browsers_path / "unknown").mkdir()
    with node:
        assert [path.name for path in node.browsers_path.iterdir()] == ["unknown"]
    assert (precious / "kept").exists()


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"BROWSERGRID_NODE_CHROMIUM": "/nonexistent/chromium"}, "BROWSERGRID_NODE_CHROMIUM names"),
        ({"BROWSERGRID_NODE_KEY": ""}, "BROWSERGRID_NODE_KEY must be set"),
        ({"PATH": "/nonexistent"}, "bubblewrap was not found"),
    ],
)
def test_a_node_that_cannot_run_says_what_to_do(directory: Path, environment: dict[str, str], words: str) -> None:
    node = RunningNode(directory, environment=environment)
    assert node.spawn().wait(20) in (2, 3)
    assert words in node.log


def test_without_a_sandbox_the_node_starts_only_when_told_so(directory: Path) -> None:
    """PATH without bubblewrap stands for a machine where no sandbox works."""
    environment = {"PATH": "/nonexistent", "BROWSERGRID_NODE_CHROMIUM": "/usr/lib/chromium/chromium"}
    if not Path(environment["BROWSERGRID_NODE_CHROMIUM"]).exists():
        pytest.skip("needs Debian's Chromium")
    with RunningNode(directory, environment={**environment, "BROWSERGRID_ALLOW_NO_SANDBOX": "1"}) as node:
        assert "WITHOUT a sandbox" in node.log
        specs = [launch_spec(prepare=True) for _ in range(2)]
        for spec in specs:
            node.run_browser(spec)
            assert node.client.json(spec.instance_id, "list", spec.credential)[0]["type"] == "page"
        for spec in specs:
            node.stop_browser(spec.instance_id)
        assert not node.browser_processes()


@pytest.mark.alone
def test_the_node_dies_with_its_parent_when_told_so(directory: Path) -> None:
    command = ("/bin/sh", "-c", '"$0" -m browser_node & wait', sys.executable)
    node = RunningNode(directory, command=command)
    node.start()
    spec = launch_spec()
    node.run_browser(spec)
    tree = node.processes()
    assert node.process is not None
    node.process.send_signal(signal.SIGKILL)
    node.process.wait()
    assert wait_gone_now(tree, 2.0)


def test_browsers_that_are_ended_while_they_start_leave_nothing(directory: Path) -> None:
    """At whatever moment: the keeper, bubblewrap and Chromium are each killed in their first steps."""
    with RunningNode(directory, environment={"BROWSERGRID_NODE_MAX_BROWSERS": "100"}) as node:
        specs = [launch_spec() for _ in range(60)]
        for n, spec in enumerate(specs):
            node.client.start(spec)
            if n % 3:
                time.sleep(n / 300)  # a different moment each time, not a wait for a state
            node.client.stop(spec.instance_id, grace_seconds=0)
        eventually(lambda: not node.client.browsers().browsers, within=30, what="all to be gone")
        assert not node.browser_processes()
        assert not confining([spec.instance_id for spec in specs])
        assert list(node.browsers_path.iterdir()) == []


@pytest.mark.wide
def test_a_node_that_is_killed_while_browsers_start_leaves_none(directory: Path) -> None:
    """At whatever moment: bubblewrap asks to die with its parent only after it has begun to start what it was given."""
    node = RunningNode(directory)
    names = []
    for n in range(20):
        node.start()
        spec = launch_spec()
        names.append(spec.instance_id)
        node.client.start(spec)
        time.sleep(n / 200)  # a different moment each time, not a wait for a state
        node.kill()
        eventually(lambda name=names[-1]: not confining([name]), within=5, what=f"round {n} to leave nothing")
    node.client.close()
