"""A real node process with real Chromium keeps the contract; and what happens when the node itself goes."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from apps.providers.contract import BrowserRef, Phase, Provider, ProviderUnavailable
from apps.providers.node import NodeAddress, NodeProvider
from tests.providers.contract import ProviderContract
from tests.support.eventually import eventually
from tests.support.node import RunningNode

pytestmark = pytest.mark.browser
ROOM = 3
NAME = "test"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    folder = tmp_path_factory.mktemp("node")
    with RunningNode(folder, environment={"BROWSERGRID_NODE_MAX_BROWSERS": str(ROOM)}) as running:
        yield running


def is_chromium(pid: int) -> bool:
    """Its main process, or one that this has just forked and that has no command line of its own yet."""
    command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    return "chrom" in Path(command[0].decode()).name and not any(b"--type=" in word for word in command)


def provider_of(node: RunningNode) -> NodeProvider:
    return NodeProvider([NodeAddress(NAME, node.address, node.key)])


class TestNode(ProviderContract):
    place = NAME
    room = ROOM
    within = 30.0

    @pytest.fixture
    def provider(self, node: RunningNode) -> Iterator[NodeProvider]:
        provider = provider_of(node)
        yield provider
        for ref in provider.owned():
            provider.stop(ref, grace_seconds=0)
        eventually(lambda: not provider.owned(), within=self.within, what="an empty node")

    @pytest.fixture(autouse=True)
    def _of_this_node(self, node: RunningNode) -> None:
        self.node = node

    def fail(self, provider: Provider, ref: BrowserRef) -> None:
        assert len(provider.owned()) == 1, "which browser to end cannot be told from outside its walls"
        ours = [process for process in self.node.browser_processes() if is_chromium(process.pid)]
        os.kill(min(ours, key=lambda process: (process.started, process.pid)).pid, signal.SIGKILL)

    def test_a_change_is_hinted_at(self, provider: NodeProvider) -> None:
        hints = provider.watch()
        next(hints)  # tells where things stand
        with ThreadPoolExecutor(1) as threads:
            told: Future[BrowserRef | None] = threads.submit(next, hints)
            spec = self.run(provider)
            hint = told.result(20)
        assert hint is not None
        assert hint.place == NAME
        self.end(provider, spec.ref)

    def test_a_ref_of_a_place_that_does_not_answer_is_left_out(self, provider: NodeProvider, tmp_path: Path) -> None:
        both = NodeProvider(
            [NodeAddress(NAME, self.node.address, self.node.key), NodeAddress("away", f"unix:{tmp_path}/none", "key")]
        )
        here, there = self.spec().ref, BrowserRef(self.spec().ref.instance_id, "away")
        seen = both.observe([here, there])
        assert set(seen) == {here}
        assert both.owned() == []

    def test_a_wrong_key_is_no_answer(self, provider: NodeProvider) -> None:
        stranger = NodeProvider([NodeAddress(NAME, self.node.address, "not the key of this node")])
        with pytest.raises(ProviderUnavailable):
            stranger.observe([self.spec().ref])
        with pytest.raises(ProviderUnavailable):
            stranger.start(self.spec())


def test_a_node_that_is_not_there_is_unavailable_for_every_verb(tmp_path: Path) -> None:
    suite = TestNode()
    away = NodeProvider([NodeAddress(NAME, f"unix:{tmp_path}/none", "key")])
    with pytest.raises(ProviderUnavailable):
        away.start(suite.spec())
    with pytest.raises(ProviderUnavailable):
        away.stop(suite.spec().ref, grace_seconds=1)
    with pytest.raises(ProviderUnavailable):
        away.observe([suite.spec().ref])
    assert away.owned() == []


def test_a_killed_node_takes_its_browsers_with_it_and_its_successor_says_that_they_are_gone(tmp_path: Path) -> None:
    suite = TestNode()
    with RunningNode(tmp_path) as node:
        provider = provider_of(node)
        before = provider.health(NAME).boot_id
        spec = suite.run(provider)
        node.kill()
        with pytest.raises(ProviderUnavailable):
            provider.observe([spec.ref])
        node.start()
        assert provider.health(NAME).boot_id != before
        assert suite.look(provider, spec.ref).phase is Phase.GONE
        assert provider.owned() == []
        suite.run(provider, spec)  # and the same name may come again
