"""What pages cost: never more than twelve questions to the database, and no more for a crowd than for a few."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from apps.accounts.invitations import invite
from apps.accounts.models import User
from apps.core import clock
from apps.dashboard.urls import urlpatterns
from apps.nodes.leases import hold
from apps.nodes.models import Node, Process
from apps.pools.models import Pool
from apps.saved_views.services import save_view
from apps.sessions.lifecycle import EndReason, Outcome
from apps.statistics.models import Progress
from apps.statistics.use import hour_of
from apps.tasks.models import TaskRun
from apps.tasks.seeding import seed
from tests.factories import sessions
from tests.factories.people import actor_for, make_token, make_user, signed_in_device
from tests.factories.pools import ensure_default_pool, make_pool
from tests.factories.teams import make_team, share
from tests.support.queries import asked_by

pytestmark = [pytest.mark.django_db, pytest.mark.database, pytest.mark.timeout(120), pytest.mark.wide]
MOST = 12
FEW, MANY = 1, 3
NOT_READ = {"settings-export", "usage-csv", "overview-token", "invitation"}  # files, deeds, what is not one's own
REASONS = (EndReason.BROWSER_CRASHED, EndReason.NODE_LOST, EndReason.START_TIMEOUT, EndReason.OUT_OF_MEMORY)


class World:
    """Of each kind of thing some more each time it grows, most of them Ann's."""

    def __init__(self, ann: User, staff: User) -> None:
        self.ann, self.staff = ann, staff
        self.default = ensure_default_pool(max=500, max_concurrency=400, queue_limit=100)
        self.session, self.connection = sessions.make_running_session(ann, name="shown", metadata={"order": "1"})
        self.pool = make_pool(ann, "shown", max=400, max_concurrency=300)
        self.team = make_team(ann, name="Shown")
        self.token, _ = make_token(ann, name="shown", pools={self.pool.pk})
        self.claim = sessions.make_queued_claim(ann, make_pool(ann, "full"))
        self.number = 0

    def grow(self, number: int) -> None:
        for _ in range(number):
            self.number += 1
            self._of_anns()
            self._shared()
            self._of_the_grid()

    def _of_anns(self) -> None:
        actor = actor_for(self.ann)
        pool = make_pool(self.ann, f"pool {self.number}")
        for where in (None, self.pool, pool):
            sessions.make_running_session(self.ann, where, name=f"session {self.number}")
        sessions.make_ready_session(self.pool)
        for reason in REASONS:
            failed = sessions.make_claimed_session(self.ann)
            sessions.end(failed, actor=actor, reason=reason, outcome=Outcome.ERROR)
        make_token(self.ann, name=f"token {self.number}", pools={pool.pk})
        make_token(self.ann, name="soon", expires_at=clock.now() + timedelta(days=1))
        save_view(actor=actor, name=f"view {self.number}", query="state=live")
        signed_in_device(self.ann)
        sessions.make_queued_claim(self.ann, Pool.objects.get(name="full"), is_held=True)

    def _shared(self) -> None:
        mate = make_user()
        make_team(mate, self.ann, name=f"Team {self.number}")
        make_team(self.ann, mate, name=f"Own {self.number}")
        invite(f"new{self.number}@example.com", actor=actor_for(self.ann), origin="http://x", team=self.team)
        invite(f"new{self.number}@example.com", actor=actor_for(self.staff), origin="http://x")
        theirs = sessions.make_claimed_session(mate)
        share(theirs, self.ann)
        share(make_pool(mate, f"theirs {self.number}"), self.ann)
        share(self.session, mate)
        share(self.pool, mate)

    def _of_the_grid(self) -> None:
        now = clock.now()
        until = now + timedelta(minutes=5)
        name = f"part-{self.number}"
        Node.objects.create(name=name, provider="fake", address="unix:/x", max_browsers=2, lease_expires_at=until)
        Process.objects.create(name=name, kind="worker", boot_id="b", lease_expires_at=until)
        TaskRun.objects.create(task=name, trigger="code", outcome="failed", failures=1, started_at=now, seconds=0.1)

    def ids(self, name: str, parameters: set[str]) -> dict[str, str]:
        """What fills the address of that name."""
        kinds = {"sessions": self.session, "pools": self.pool, "teams": self.team, "tokens": self.token}
        own = {"sessions-place": self.claim, "sessions-leave": self.claim}
        known = {"id": own.get(name, kinds.get(name.partition("-")[0])), "member_id": self.ann}
        found = {key: known[key].public_id for key in parameters if known.get(key) is not None}
        return found | ({"act": "pause"} if "act" in parameters else {})


@pytest.fixture
def world(ann: User, staff: User, settings: Settings) -> World:
    settings.GRID = replace(settings.GRID, user_pools=100, user_pools_max=5000, user_pools_min=100)
    seed()
    hold("reconciler", "test", now=clock.now(), seconds=60)
    Progress.objects.update_or_create(id=1, defaults={"until": hour_of(clock.now())})
    return World(ann, staff)


def pages(world: World) -> Iterator[tuple[str, str]]:
    """Name and address of each."""
    for pattern in urlpatterns:
        parameters = set(pattern.pattern.converters)
        ids = world.ids(str(pattern.name), parameters)
        if pattern.name not in NOT_READ and set(ids) == parameters:
            yield str(pattern.name), reverse(f"dashboard:{pattern.name}", kwargs=ids)
    yield "some rows", f"/sessions/rows/?id={world.session.public_id}&any=1"
    yield "some strips", f"/pools/strips/?pool={world.pool.public_id}"
    yield "sessions, narrowed", "/sessions/?state=live&q=session"
    for name in ("account_email", "account_change_password", "mfa_index", "mfa_list_webauthn"):
        yield name, reverse(name)


def costs(client: Client, world: World) -> dict[str, int]:
    """Of every page that shows itself to this person; deeds and what is not theirs answer otherwise."""
    found = {}
    for name, path in pages(world):
        if client.get(path).status_code == 200:
            found[name] = asked_by(lambda path=path: client.get(path))
    return found


@pytest.mark.parametrize("who", ["ann", "staff"])
def test_a_crowd_costs_no_page_more_questions(
    who: str, world: World, sign_in: Callable[[User], Client], ann: User, staff: User
) -> None:
    client = sign_in({"ann": ann, "staff": staff}[who])
    world.grow(FEW)
    few = costs(client, world)
    world.grow(MANY)
    many = costs(client, world)
    assert {"overview", "sessions", "sessions-one", "pools", "pools-one", "tokens", "teams", "audit"} <= many.keys()
    assert {name: number for name, number in many.items() if number > MOST} == {}
    assert {name: (few[name], number) for name, number in many.items() if number > few[name]} == {}
