"""The real reconciler over real rows and a provider in memory, ticked by hand under a clock that is moved by hand."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from apps.accounts.models import User
from apps.core import clock
from apps.events.models import Event
from apps.nodes.models import Node
from apps.pools.models import Pool, PoolCounter, ProviderConfiguration
from apps.pools.provider import register_fake
from apps.providers.contract import BrowserRef
from apps.providers.fake import FakeProvider
from apps.reconciler.act import ref_of
from apps.reconciler.reconciler import Reconciler
from apps.sessions.claims import Caller, Claimed, claim_session
from apps.sessions.lifecycle import EDGES, SessionState, counted
from apps.sessions.models import BrowserSession
from apps.sessions.options import SessionOptions
from apps.sessions.queries import live
from tests.factories.people import actor_for
from tests.support.eventually import eventually
from tests.support.moving_clock import MovingClock

S = SessionState
KIND = ProviderConfiguration.Kind
NODE = "local"


class Drive:
    """`tick` looks once and lets every step end; `until` ticks until rows are as wanted, a second apart."""

    def __init__(self, provider: FakeProvider, configuration: ProviderConfiguration, time: MovingClock) -> None:
        self.provider = provider
        self.configuration = configuration
        self.time = time
        self.monotonic = 1000.0
        self.reconciler = self.another()
        self.woken = 0

    def another(self) -> Reconciler:
        """A second one, as in another process."""
        return Reconciler(lambda: self.monotonic)

    def forward(self, seconds: float) -> None:
        self.time.forward(seconds)
        self.monotonic += seconds

    def tick(self, *, reconciler: Reconciler | None = None, wait: bool = True) -> bool:
        chosen = reconciler or self.reconciler
        self.monotonic += 0.001
        acted = chosen.tick(again=self._wake)
        if wait:
            self.rest(chosen)
        return acted

    def rest(self, reconciler: Reconciler | None = None) -> None:
        chosen = reconciler or self.reconciler
        eventually(lambda: chosen.steps.in_flight() == 0, what="the end of every step")
        self.monotonic += 0.001

    def until(
        self,
        is_it: Callable[[], object],
        *,
        ticks: int = 40,
        seconds: float = 1.0,
        what: str = "it",
        reconciler: Reconciler | None = None,
    ) -> int:
        """How many ticks it took."""
        for number in range(ticks):
            if is_it():
                return number
            self.tick(reconciler=reconciler)
            self.forward(seconds)
        assert is_it(), f"{what} did not come in {ticks} ticks: {self.told()}"
        return ticks

    def settle(self, *, ticks: int = 60) -> None:
        """Until nothing moves any more."""

        def rows() -> list[tuple[object, ...]]:
            return list(BrowserSession.objects.order_by("id").values_list("id", "state", "generation"))

        still = 0
        for _ in range(ticks):
            before = rows()
            self.tick()
            self.forward(1.0)
            still = still + 1 if rows() == before else 0
            if still == 4:
                return
        raise AssertionError(f"nothing came to rest: {self.told()}")

    def told(self) -> list[tuple[str, ...]]:
        """What the rows say, for messages."""
        return [(row.state, row.outcome, row.end_reason) for row in BrowserSession.objects.order_by("id")]

    def _wake(self) -> None:
        self.woken += 1


@contextmanager
def driven(provider: FakeProvider, time: MovingClock, *, room: int | None = None) -> Iterator[Drive]:
    """`room`: there is one node, with that much; else the provider has no nodes."""
    name = "driven"
    kind = KIND.FAKE if room is None else KIND.NODE
    configuration = ProviderConfiguration.objects.create(name=name, kind=kind, open_to_users=True)
    if room is not None:
        Node.objects.create(name=NODE, provider=name, address="unix:/nowhere", max_browsers=room)
        renew()
    with register_fake(name, provider):
        drive = Drive(provider, configuration, time)
        yield drive
        eventually(lambda: drive.reconciler.steps.in_flight() == 0, what="the end of every step")


def renew(seconds: float = 3600.0) -> None:
    """The node's lease, as the watcher renews it."""
    Node.objects.filter(name=NODE).update(lease_expires_at=clock.now() + timedelta(seconds=seconds))


def make_pool(drive: Drive, name: str = "pool", **fields: object) -> Pool:
    """A system pool of that provider."""
    wanted = {"min": 2, "max": 6, "max_concurrency": 5, "max_starting": 2, "idle_timeout_seconds": 0, **fields}
    pool = Pool.objects.create(name=name, provider=drive.configuration, **wanted)
    PoolCounter.objects.create(pool=pool)
    return pool


def change(pool: Pool, **fields: object) -> None:
    Pool.objects.filter(pk=pool.pk).update(**fields)


def claim(user: User, pool: Pool, *, is_held: bool = True, **options: object) -> Claimed:
    return claim_session(Caller(actor_for(user), is_held=is_held), SessionOptions(pool=pool.name, **options))  # type: ignore[arg-type]


def claimed(user: User, pool: Pool, **options: object) -> BrowserSession:
    answer = claim(user, pool, **options)
    assert answer.session is not None
    return answer.session


def ready(pool: Pool) -> list[BrowserSession]:
    rows = BrowserSession.objects.filter(pool=pool, state=S.READY, stop_requested_at__isnull=True)
    return list(rows.order_by("id"))


def is_at_min(pool: Pool) -> bool:
    pool.refresh_from_db()
    return len(ready(pool)) == pool.min and live(pool.sessions.all()).count() == pool.min


def ends_of(pool: Pool) -> list[tuple[str, str]]:
    """Terminal state and reason of each session that is over, in order."""
    over = pool.sessions.filter(ended_at__isnull=False).order_by("id")
    return [(row.state, row.end_reason) for row in over]


def assert_counted(*pools: Pool) -> None:
    """Counters and nodes' room are exactly what the rows say."""
    for pool in pools:
        rows = [counted(row.status, owned=row.owner_id is not None) for row in pool.sessions.all()]
        counter = PoolCounter.objects.get(pool=pool)
        for name in ("alive", "in_use", "starting", "ready"):
            assert getattr(counter, name) == sum(getattr(row, name) for row in rows), name
    for node in Node.objects.all():
        assert node.browsers == live().filter(node=node).count()


def assert_nothing_leaked(drive: Drive) -> None:
    """The provider runs exactly the browsers that live rows stand for."""
    there: set[BrowserRef] = set(drive.provider.browsers)
    rows = {ref_of(row) for row in live().select_related("node") if row.started_at is not None}
    assert there == rows
    assert_counted(*Pool.objects.all())


def assert_history(pool: Pool) -> None:
    """Every session's events are gapless from 1 and every move among them is an edge."""
    for session in pool.sessions.all():
        events = list(Event.objects.filter(session_id=session.pk).order_by("sequence"))
        assert [event.sequence for event in events] == list(range(1, session.sequence + 1))
        for event in events:
            if "from" in event.data:
                assert S(event.data["to"]) in EDGES[S(event.data["from"])]
