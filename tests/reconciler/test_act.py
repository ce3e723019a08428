"""One step: the row before the verb, nothing on a row that has moved, limits kept where the lock is held."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import transaction

from apps.core import clock
from apps.nodes.leases import Held, hold
from apps.pools.models import Pool, PoolCounter
from apps.pools.provider import register_fake
from apps.providers.contract import GONE, BrowserSpec, Observation, Phase, ProviderUnavailable
from apps.providers.fake import FakeProvider
from apps.reconciler.act import Turn, carry_out, ref_of, spec_of
from apps.reconciler.decide_session import Advance, Finish, Start, Step, Stop, Wait
from apps.sessions.advance import Raced
from apps.sessions.claims import new_session
from apps.sessions.lifecycle import EndReason, Outcome, SessionState
from apps.sessions.models import BrowserSession
from apps.sessions.services import ask_to_stop

pytestmark = pytest.mark.django_db
S = SessionState
RELEASED = Stop(Outcome.COMPLETED, EndReason.RELEASED)


class Recording(FakeProvider):
    """Remembers in which state the row stood when it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.states: list[str] = []

    def start(self, spec: BrowserSpec) -> None:
        key = spec.ref.instance_id.rpartition("-")[0]
        self.states.append(BrowserSession.objects.get(pk=key).state)
        super().start(spec)


@dataclass
class Stage:
    """A pending warm session of the default pool, under a lease, at a provider in memory."""

    pool: Pool
    provider: Recording
    fence: Held
    session: BrowserSession

    def take(self, step: Step, seen: Observation | None = GONE, fence: Held | None = None) -> bool:
        return carry_out(step, Turn(self.session, self.pool.provider, seen, fence or self.fence))


@pytest.fixture
def stage(default_pool: Pool):  # type: ignore[no-untyped-def]
    provider = Recording()
    fence = hold("reconciler", "here", now=clock.now(), seconds=60)
    assert fence is not None
    with transaction.atomic():
        session = new_session(default_pool, now=clock.now())
    with register_fake(default_pool.provider.name, provider):
        yield Stage(default_pool, provider, fence, session)


def test_the_row_is_starting_before_the_provider_is_asked(stage: Stage) -> None:
    assert stage.take(Start())
    assert stage.provider.states == ["starting"]
    assert stage.session.start_deadline is not None


def test_no_start_goes_beyond_max_starting(stage: Stage) -> None:
    PoolCounter.objects.filter(pool=stage.pool).update(starting=stage.pool.max_starting)
    assert not stage.take(Start())
    assert BrowserSession.objects.get(pk=stage.session.pk).state == "pending"
    assert not stage.provider.browsers


def test_asking_again_moves_nothing_and_wakes_nobody(stage: Stage) -> None:
    stage.take(Start())
    generation = stage.session.generation
    assert not stage.take(Start())
    stage.session.refresh_from_db()
    assert stage.session.generation == generation


def test_a_browser_is_not_asked_for_again_when_its_row_has_moved(stage: Stage) -> None:
    stage.take(Start())
    stage.provider.vanish(ref_of(stage.session))
    ask_to_stop([stage.session.pk], outcome=Outcome.COMPLETED, reason=EndReason.RELEASED, now=clock.now())
    with pytest.raises(Raced):
        stage.take(Start())
    assert not stage.provider.browsers


def test_a_browser_is_not_asked_for_again_by_who_was_deposed(stage: Stage) -> None:
    stage.take(Start())
    stage.provider.vanish(ref_of(stage.session))
    assert hold("reconciler", "there", now=clock.now() + timedelta(minutes=2), seconds=60)
    with pytest.raises(Raced):
        stage.take(Start())
    assert not stage.provider.browsers


@pytest.mark.parametrize("step", [Start(), RELEASED])
def test_who_was_deposed_moves_no_pending_row(stage: Stage, step: Step) -> None:
    former = Held("reconciler", "before", 0)
    with pytest.raises(Raced):
        stage.take(step, fence=former)
    row = BrowserSession.objects.get(pk=stage.session.pk)
    assert (row.state, row.generation) == ("pending", stage.session.generation)
    assert not stage.provider.browsers


def test_what_was_seen_of_its_version_is_kept_when_it_answers(stage: Stage) -> None:
    stage.take(Start())
    seen = Observation(Phase.RUNNING, launch=stage.session.launch_wanted, version={"Browser": "Chrome/1"})
    assert stage.take(Advance(S.READY), seen)
    assert stage.session.version == {"Browser": "Chrome/1"}
    assert stage.session.launch_present == stage.session.launch_wanted
    assert stage.session.start_deadline is None


def test_a_stop_moves_the_row_even_where_the_provider_is_away(stage: Stage) -> None:
    stage.take(Start())

    def away(*_: object, **__: object) -> None:
        raise ProviderUnavailable("away")

    stage.provider.stop = away  # type: ignore[method-assign]
    with pytest.raises(ProviderUnavailable):
        stage.take(RELEASED)
    assert BrowserSession.objects.get(pk=stage.session.pk).state == "stopping"


def test_a_wish_that_was_written_keeps_its_reason(stage: Stage) -> None:
    stage.take(Start())
    ask_to_stop([stage.session.pk], outcome=Outcome.TIMED_OUT, reason=EndReason.IDLE, now=clock.now())
    stage.session.refresh_from_db()
    stage.take(Stop(Outcome.TIMED_OUT, EndReason.IDLE))
    stage.take(Finish(Outcome.TIMED_OUT))
    assert (stage.session.state, stage.session.end_reason) == ("timed_out", "idle")


def test_waiting_does_nothing(stage: Stage) -> None:
    assert not stage.take(Wait())


def test_what_is_asked_for_is_what_the_row_says(stage: Stage) -> None:
    spec = spec_of(stage.session, stage.pool.provider)
    assert spec.ref.instance_id == stage.session.instance_id
    assert spec.launch == stage.session.launch_wanted
    assert spec.options["viewport"] == {"width": 1280, "height": 720}
    assert spec.credential not in repr(spec)


def test_what_was_captured_is_stored_before_the_provider_is_asked_to_stop(stage: Stage, monkeypatch):
    told: list[str] = []
    monkeypatch.setattr("apps.reconciler.act.finish", lambda session: told.append(f"stored in {session.state}"))
    monkeypatch.setattr(stage.provider, "stop", lambda *_, **__: told.append("stop"))
    stage.take(Start())
    ask_to_stop([stage.session.pk], outcome=Outcome.COMPLETED, reason=EndReason.RELEASED, now=clock.now())
    stage.session.refresh_from_db()
    stage.take(RELEASED)
    stage.take(RELEASED)
    assert told == ["stored in stopping", "stop", "stop"]


def test_a_browser_is_asked_for_with_what_is_to_be_recorded(stage: Stage, make_user):
    BrowserSession.objects.filter(pk=stage.session.pk).update(owner=make_user(), record="dom")
    stage.session.refresh_from_db()
    capture = spec_of(stage.session, stage.pool.provider).capture
    assert (capture["dom"], capture["video"], capture["logs"], capture["mask_inputs"]) == (True, False, True, True)
