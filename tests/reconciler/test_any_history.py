"""Whatever happens in whatever order: bounds hold at every moment, and when it stops everything comes to rest."""

import random
from collections.abc import Callable
from datetime import timedelta

import pytest

from apps.accounts.models import User
from apps.core import clock
from apps.core.errors import GridError
from apps.events.models import Event
from apps.nodes.models import Process
from apps.sessions import connections
from apps.sessions.lifecycle import EDGES, SessionState
from apps.sessions.models import BrowserSession, Connection
from apps.sessions.queries import live
from apps.sessions.services import stop_session
from tests.factories.people import actor_for
from tests.factories.sessions import make_gateway
from tests.providers.misbehaving import IsUnreachable
from tests.reconciler.drive import (
    Drive,
    assert_counted,
    assert_nothing_leaked,
    change,
    claim,
    driven,
    make_pool,
    ready,
    renew,
)
from tests.support.moving_clock import MovingClock

pytestmark = [pytest.mark.database, pytest.mark.concurrency, pytest.mark.wide]
STEPS = 70
ROOM = 6


class History:
    """One run of things that happen to an installation of two pools and two people."""

    def __init__(self, drive: Drive, people: list[User], seed: int) -> None:
        self.drive, self.people, self.chance = drive, people, random.Random(seed)
        self.pools = [
            make_pool(drive, "a", min=2, max=4, max_concurrency=3),
            make_pool(drive, "b", min=1, max=3, max_concurrency=3, max_starting=1),
        ]
        self.owners: dict[object, object] = {}
        self.happened: dict[str, int] = {}

    def run(self, steps: int) -> None:
        common = [self.tick, self.tick, self.tick, self.claim, self.claim, self.connect, self.disconnect, self.release]
        seldom = [self.crash, self.vanish, self.resize, self.roll, self.pause, self.wait, self.cut, self.depose]
        for _ in range(steps):
            what = self.chance.choice([*common, *seldom])
            what()
            self.happened[what.__name__] = self.happened.get(what.__name__, 0) + 1
            self.check()

    def come_to_rest(self) -> None:
        self.provider.away = False
        for pool, low in zip(self.pools, (2, 1), strict=True):
            change(pool, paused_at=None, min=low, max=3)
        self.drive.forward(20)  # nobody attends the queue any more, and a dead leader's lease lapses
        renew()
        self.drive.tick()
        for session in live().filter(owner__isnull=False):
            stop_session(session, actor=actor_for(session.owner))  # type: ignore[arg-type]
        self.drive.settle(ticks=150)
        for pool, low in zip(self.pools, (2, 1), strict=True):
            assert len(ready(pool)) == low == live(pool.sessions.all()).count()
        assert_nothing_leaked(self.drive)
        self.check_events()

    @property
    def provider(self) -> IsUnreachable:
        assert isinstance(self.drive.provider, IsUnreachable)
        return self.drive.provider

    # What may happen

    def tick(self) -> None:
        renew(15) if not self.provider.away else None
        self.drive.tick()
        self.drive.forward(self.chance.choice([0.1, 1.0, 1.0]))

    def wait(self) -> None:
        self.drive.forward(self.chance.choice([2.0, 11.0, 61.0]))

    def claim(self) -> None:
        options = self.chance.choice([{}, {"keep_alive": True}, {"launch": {"locale": "de-DE"}}])
        try:
            claim(self.chance.choice(self.people), self.chance.choice(self.pools), is_held=False, **options)
        except GridError:
            return  # paused, or full

    def connect(self) -> None:
        for session in self._some(BrowserSession.objects.filter(state__in=["claimed", "running"])):
            try:
                connections.open_connection(session, actor=actor_for(session.owner), gateway=make_gateway())  # type: ignore[arg-type]
            except GridError:
                return  # too late, or not usable yet

    def disconnect(self) -> None:
        for connection in self._some(Connection.objects.filter(closed_at__isnull=True)):
            connections.close_connection(connection, ours=self.chance.random() < 0.3)

    def release(self) -> None:
        for session in self._some(live().filter(owner__isnull=False)):
            stop_session(session, actor=actor_for(session.owner))  # type: ignore[arg-type]

    def crash(self) -> None:
        for ref in self._some(self.drive.provider.browsers):
            self.drive.provider.crash(ref)

    def vanish(self) -> None:
        for ref in self._some(self.drive.provider.browsers):
            self.drive.provider.vanish(ref)

    def resize(self) -> None:
        low = self.chance.randint(0, 3)
        change(self.chance.choice(self.pools), min=low, max=max(low, 3))

    def roll(self) -> None:
        change(self.chance.choice(self.pools), viewport_width=self.chance.randint(700, 900))

    def pause(self) -> None:
        change(self.chance.choice(self.pools), paused_at=self.chance.choice([None, None, clock.now()]))

    def cut(self) -> None:
        self.provider.away = self.chance.random() < 0.5

    def depose(self) -> None:
        """The process dies with all it knew; another takes over when the lease has lapsed."""
        self.drive.rest()
        self.drive.reconciler = self.drive.another()

    def _some(self, things: object) -> list:  # type: ignore[type-arg]
        there = sorted(things, key=str)  # type: ignore[call-overload]
        return [self.chance.choice(there)] if there else []

    # What always holds

    def check(self) -> None:
        Process.objects.update(lease_expires_at=clock.now() + timedelta(days=1))
        assert_counted(*self.pools)
        for pool in self.pools:
            rows = list(live(pool.sessions.all()))
            pool.refresh_from_db()
            assert len(rows) <= 4  # the largest max it ever had
            in_use = [row for row in rows if row.state in {"claimed", "running"}]
            assert len(in_use) <= pool.max_concurrency
            assert sum(row.state == "starting" for row in rows) <= pool.max_starting
            for row in pool.sessions.all():
                if row.owner_id is not None:
                    assert self.owners.setdefault(row.pk, row.owner_id) == row.owner_id
        assert self.drive.provider.peak <= ROOM

    def check_events(self) -> None:
        for session in BrowserSession.objects.all():
            told = list(Event.objects.filter(session_id=session.pk).order_by("sequence"))
            assert [event.sequence for event in told] == list(range(1, session.sequence + 1))
            moves = [(event.data["from"], event.data["to"]) for event in told if "from" in event.data]
            state = "pending"
            for former, to in moves:
                assert former == state
                assert SessionState(to) in EDGES[SessionState(former)]
                state = to
            assert state == session.state
            assert not session.is_ended or session.end_reason


@pytest.mark.parametrize("seed", range(5))
def test_any_history_keeps_the_bounds_and_comes_to_rest(
    time: MovingClock, make_user: Callable[..., User], seed: int
) -> None:
    with driven(IsUnreachable(), time, room=ROOM) as drive:
        history = History(drive, [make_user(), make_user()], seed)
        history.run(STEPS)
        history.come_to_rest()
        assert BrowserSession.objects.filter(ended_at__isnull=False).exists()
        assert len(history.happened) > 8
