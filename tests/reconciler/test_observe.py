"""Looks and doubts: who is slow is not waited for, who is silent is given up only after looks and time enough."""

import time as real

import pytest

from apps.providers.contract import BrowserRef, BrowserSpec, Phase
from apps.providers.fake import FakeProvider
from apps.reconciler.observe import FAILED_LOOKS, FAILED_SECONDS, Doubts, Observer, Question
from tests.providers.misbehaving import AnswersLate, Breaks, IsUnreachable
from tests.support.eventually import eventually

pytestmark = pytest.mark.django_db
REF = BrowserRef("0190aaaa-0000-7000-8000-000000000001-1", "node-a")
OTHER = BrowserRef("0190aaaa-0000-7000-8000-000000000002-1", "node-b")


def started(provider: FakeProvider, *refs: BrowserRef) -> FakeProvider:
    for ref in refs:
        provider.start(BrowserSpec(ref=ref, launch="one", options={}, credential="a-credential-long-enough"))
    return provider


def question(provider: FakeProvider, *refs: BrowserRef, name: str = "a") -> Question:
    return Question(name, provider, frozenset(refs))


def test_every_provider_is_asked_once_about_all_of_its_browsers() -> None:
    observer = Observer()
    a, b = started(FakeProvider(), REF), started(FakeProvider(), OTHER)
    seen = observer.look([question(a, REF), question(b, OTHER, name="b")], patience_seconds=5)
    assert {key: sight.seen.phase for key, sight in seen.items()} == {
        ("a", REF): Phase.STARTING,
        ("b", OTHER): Phase.STARTING,
    }


def test_silent_providers_are_waited_for_together_and_a_slow_one_not_a_second_time() -> None:
    observer = Observer()
    slow = [started(AnswersLate(), REF) for _ in range(3)]
    asked = [question(provider, REF, name=str(number)) for number, provider in enumerate(slow)]
    began = real.monotonic()
    assert observer.look(asked, patience_seconds=0.3) == {}
    first = real.monotonic() - began
    assert observer.look(asked, patience_seconds=5) == {}
    assert first < 0.8
    assert real.monotonic() - began - first < 0.8
    for provider in slow:
        provider.answer.set()  # type: ignore[attr-defined]


def test_a_late_answer_serves_a_later_look_and_carries_its_own_time() -> None:
    seconds = [10.0]
    observer = Observer(lambda: seconds[0])
    provider = AnswersLate()
    started(provider, REF)
    observer.look([question(provider, REF)], patience_seconds=0.05)
    seconds[0] = 12.0
    provider.answer.set()
    eventually(observer._looks["a"].done.is_set)
    provider.answer.clear()  # the next look is as slow
    seen = observer.look([question(provider, REF)], patience_seconds=0.05)
    assert seen["a", REF].looked_at == 10.0
    assert seen["a", REF].seen.phase is Phase.STARTING
    provider.answer.set()


def test_what_a_provider_breaks_with_is_no_answer() -> None:
    observer = Observer()
    assert observer.look([question(started(Breaks("observe"), REF), REF)], patience_seconds=5) == {}


def test_only_looks_and_time_enough_give_a_place_up() -> None:
    seconds = [0.0]
    doubts = Doubts(lambda: seconds[0])
    place = ("a", "node-a")
    for _ in range(FAILED_LOOKS + 5):
        doubts.record(place, answered=False)
    assert not doubts.is_given_up(place)  # many looks, no time
    seconds[0] = FAILED_SECONDS
    assert doubts.is_given_up(place)
    doubts.record(place, answered=True)
    assert not doubts.is_given_up(place)
    doubts.record(place, answered=False)
    seconds[0] += 100
    assert not doubts.is_given_up(place)  # much time, one look
    assert not doubts.is_given_up(("b", "node-a"))


def test_a_place_that_does_not_answer_is_doubted_and_the_others_are_not() -> None:
    seconds = [0.0]
    observer = Observer(lambda: seconds[0])
    near, far = started(FakeProvider(), REF), IsUnreachable()
    far.away = True
    for _ in range(FAILED_LOOKS):
        observer.look([question(near, REF), question(far, OTHER, name="b")], patience_seconds=5)
        seconds[0] += FAILED_SECONDS
    assert observer.doubts.is_given_up(("b", "node-b"))
    assert not observer.doubts.is_given_up(("a", "node-a"))


def test_a_look_that_never_comes_back_counts_as_failed_after_a_while() -> None:
    seconds = [0.0]
    observer = Observer(lambda: seconds[0])
    provider = AnswersLate()
    started(provider, REF)
    for _ in range(10):
        observer.look([question(provider, REF)], patience_seconds=0.01)
        seconds[0] += 2.5
    assert observer.doubts.is_given_up(("a", "node-a"))
    provider.answer.set()
