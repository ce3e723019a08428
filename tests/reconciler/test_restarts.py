"""Processes die and come back: no row twice, nothing left, sessions told the truth. The long one is in tests/long."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from apps.accounts.models import User
from apps.core import clock
from apps.nodes.models import Node
from apps.nodes.services import ensure_node, node_answered
from apps.pools.models import ProviderConfiguration
from apps.pools.provider import provider_for
from apps.providers.contract import ProviderUnavailable
from apps.providers.node import NodeProvider
from apps.reconciler.reconciler import Reconciler
from apps.sessions.models import BrowserSession
from apps.sessions.queries import live
from tests.reconciler.drive import assert_counted, claimed, ends_of, is_at_min, ready
from tests.reconciler.installation import NAME, Installation, Left, restart_again_and_again
from tests.support.eventually import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIGTERM_SECONDS = 4.0  # 2 on an idle machine; tests share theirs


@pytest.fixture
def installation(tmp_path: Path, transactional_db: None) -> Iterator[Installation]:
    with Installation(tmp_path) as one:
        yield one


class Here:
    """The watcher's beat and clock, turned in this process."""

    def __init__(self, installation: Installation) -> None:
        self.reconciler = Reconciler()
        self.node = ensure_node(NAME, provider=NAME, address=installation.node.address)

    def turn(self) -> None:
        provider = provider_for(ProviderConfiguration.objects.get(name=NAME))
        assert isinstance(provider, NodeProvider)
        try:
            health = provider.health(NAME)
        except ProviderUnavailable:
            pass
        else:
            told = {"boot_id": health.boot_id, "max_browsers": health.max_browsers, "facts": health.to_json()}
            node_answered(self.node, **told, now=clock.now())
        assert self.reconciler.tick(again=lambda: None)

    def until(self, is_it: Callable[[], object], *, within: float = 60.0, what: str) -> None:
        def look() -> bool:
            self.turn()
            return bool(is_it())

        eventually(look, within=within, what=what)


def test_a_killed_nodes_sessions_end_as_node_lost_and_its_pool_is_filled_again(
    installation: Installation, make_user: Callable[..., User]
) -> None:
    pool, here = installation.pool, Here(installation)
    here.until(lambda: is_at_min(pool), what="warm browsers")
    session = claimed(make_user(), pool, keep_alive=True)
    here.until(lambda: len(ready(pool)) == 2, what="its replacement")
    before = Node.objects.get(name=NAME).boot_id
    installation.node.kill()
    here.turn()
    session.refresh_from_db()
    assert session.stop_requested_at is None  # unanswered is no loss yet
    installation.node.start()
    here.until(lambda: is_at_min(pool), what="the pool refilled")
    assert ends_of(pool) == [("error", "node_lost")] * 3
    assert BrowserSession.objects.get(pk=session.pk).is_ended
    assert Node.objects.get(name=NAME).boot_id != before
    assert_counted(pool)
    eventually(lambda: len(installation.node.client.browsers().browsers) == 2, what="two browsers")


def test_a_claim_relaunches_a_real_browser_in_place_and_its_end_leaves_nothing(
    installation: Installation, make_user: Callable[..., User]
) -> None:
    pool, here = installation.pool, Here(installation)
    here.until(lambda: is_at_min(pool), what="warm browsers")
    session = claimed(make_user(), pool, launch={"locale": "de-DE"})
    here.until(lambda: BrowserSession.objects.get(pk=session.pk).is_usable, what="the relaunch")
    BrowserSession.objects.filter(pk=session.pk).update(connect_deadline=clock.now())
    here.until(lambda: is_at_min(pool), what="the pool at its min")
    assert ends_of(pool) == [("timed_out", "no_connect")]
    type(pool).objects.filter(pk=pool.pk).update(min=0)
    here.until(lambda: not live(pool.sessions.all()).exists(), what="nobody")
    eventually(lambda: not installation.node.browser_processes(), what="no process below the node")
    assert not any(installation.node.browsers_path.iterdir())


@pytest.mark.alone
def test_the_watcher_ends_soon_and_lets_its_successor_lead(installation: Installation) -> None:
    installation.start_watcher()
    installation.wait_at_min()
    code, seconds = installation.end_watcher()
    assert code == 0, installation.said()
    assert seconds <= SIGTERM_SECONDS
    assert Reconciler().tick(again=lambda: None)  # the lease is free at once


@pytest.mark.alone
def test_the_watcher_ends_as_fast_when_its_node_hangs(installation: Installation) -> None:
    installation.start_watcher()
    installation.wait_at_min()
    assert installation.node.process is not None
    installation.node.process.send_signal(signal.SIGSTOP)
    try:
        code, seconds = installation.end_watcher()
    finally:
        installation.node.process.send_signal(signal.SIGCONT)
    assert code == 0, installation.said()
    assert seconds <= SIGTERM_SECONDS


@pytest.mark.wide
@pytest.mark.timeout(240)
def test_ten_rounds_of_kills_leave_one_row_of_each(installation: Installation) -> None:
    restart_again_and_again(installation, rounds=10, seed=7)


def test_a_second_watcher_takes_the_next_name_and_acts_only_when_the_first_is_gone(installation: Installation) -> None:
    installation.start_watcher()
    first = installation.watcher
    assert first is not None
    installation.wait_at_min()
    installation.start_watcher()
    try:
        eventually(lambda: installation.left().watchers == 2, within=30, what="a second row")
    finally:
        first.kill()
        first.wait(10)
    type(installation.pool).objects.filter(pk=installation.pool.pk).update(min=1)
    installation.wait_at_min()
    assert installation.left() == Left(nodes=1, watchers=2, workers=0, live=1, running=1)
