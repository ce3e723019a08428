"""The suite that every provider passes. A kind derives from it in its own test file and says how one is had.

Nothing here knows how a provider works, only what the reconciler relies on.
"""

import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from apps.providers.contract import (
    GONE,
    BrowserRef,
    BrowserSpec,
    Capability,
    Farewell,
    NoRoom,
    Observation,
    Phase,
    Provider,
    ProviderUnavailable,
    Refused,
)
from tests.support.eventually import eventually

CREDENTIAL = "a-browser-credential-for-tests-only"
VERSION_FIELDS = {"Browser", "Protocol-Version", "User-Agent", "V8-Version", "WebKit-Version"}


class ProviderContract(ABC):
    """`provider` must be empty at the start of each test; it is emptied again afterwards."""

    place = ""
    room = 3  # browsers that fit at once
    within = 5.0  # seconds in which a browser answers, or is gone

    @pytest.fixture
    @abstractmethod
    def provider(self) -> Iterator[Provider]:
        """A provider with room for `room` browsers."""

    @abstractmethod
    def fail(self, provider: Provider, ref: BrowserRef) -> None:
        """End that browser's process as a crash does."""

    # What tests say

    def spec(self, launch: str = "one", **fields: Any) -> BrowserSpec:
        ref = fields.pop("ref", None) or BrowserRef(f"{uuid.uuid4()}-1", self.place)
        options = fields.pop("options", {"viewport": {"width": 800, "height": 600}})
        return BrowserSpec(ref=ref, launch=launch, options=options, credential=CREDENTIAL, **fields)

    def again(self, spec: BrowserSpec, launch: str, **fields: Any) -> BrowserSpec:
        return self.spec(launch, ref=spec.ref, **fields)

    def look(self, provider: Provider, ref: BrowserRef) -> Observation:
        return provider.observe([ref])[ref]

    def wait(self, provider: Provider, ref: BrowserRef, phase: Phase, launch: str | None = None) -> Observation:
        def seen() -> Observation | None:
            found = self.look(provider, ref)
            return found if found.phase is phase and launch in (None, found.launch) else None

        answer = eventually(seen, within=self.within, what=f"{ref.instance_id} {phase}")
        assert answer is not None
        return answer

    def run(self, provider: Provider, spec: BrowserSpec | None = None) -> BrowserSpec:
        spec = spec or self.spec()
        provider.start(spec)
        self.wait(provider, spec.ref, Phase.RUNNING, spec.launch)
        return spec

    def end(self, provider: Provider, ref: BrowserRef) -> None:
        provider.stop(ref, grace_seconds=2)
        self.wait(provider, ref, Phase.GONE)

    # Start

    def test_a_browser_that_is_started_answers_with_its_launch_and_its_version(self, provider: Provider) -> None:
        spec = self.run(provider)
        seen = self.look(provider, spec.ref)
        assert (seen.phase, seen.launch, seen.alive, seen.reason) == (Phase.RUNNING, "one", True, "")
        assert set(seen.version) == VERSION_FIELDS
        assert seen.version["Browser"].startswith("Chrome/")

    def test_a_start_returns_before_the_browser_answers(self, provider: Provider) -> None:
        spec = self.spec()
        provider.start(spec)
        assert self.look(provider, spec.ref).phase is Phase.STARTING
        self.wait(provider, spec.ref, Phase.RUNNING)

    def test_starting_twice_gives_the_same_browser(self, provider: Provider) -> None:
        spec = self.spec()
        provider.start(spec)
        provider.start(spec)
        self.wait(provider, spec.ref, Phase.RUNNING)
        provider.start(spec)
        assert self.look(provider, spec.ref).phase is Phase.RUNNING
        assert list(provider.owned()) == [spec.ref]

    def test_starting_from_many_threads_at_once_gives_one_browser(self, provider: Provider) -> None:
        spec = self.spec()
        with ThreadPoolExecutor(8) as threads:
            for answer in [threads.submit(provider.start, spec) for _ in range(8)]:
                answer.result(10)
        self.wait(provider, spec.ref, Phase.RUNNING)
        assert list(provider.owned()) == [spec.ref]

    def test_another_launch_relaunches_in_place(self, provider: Provider) -> None:
        if Capability.RELAUNCH not in provider.capabilities:
            pytest.skip("does not relaunch")
        spec = self.run(provider)
        provider.start(self.again(spec, "two", options={"viewport": {"width": 640, "height": 480}}))
        assert self.look(provider, spec.ref).launch != "one"
        self.wait(provider, spec.ref, Phase.RUNNING, "two")
        assert list(provider.owned()) == [spec.ref]

    def test_another_launch_asked_for_during_the_start_is_the_one_that_runs(self, provider: Provider) -> None:
        if Capability.RELAUNCH not in provider.capabilities:
            pytest.skip("does not relaunch")
        spec = self.spec()
        provider.start(spec)
        provider.start(self.again(spec, "two"))
        self.wait(provider, spec.ref, Phase.RUNNING, "two")

    def test_the_page_is_prepared_when_that_is_asked_for_later(self, provider: Provider) -> None:
        spec = self.run(provider)
        assert not self.look(provider, spec.ref).prepared
        provider.start(self.again(spec, "one", prepare=True))
        eventually(lambda: self.look(provider, spec.ref).prepared, within=self.within, what="a prepared page")
        assert self.look(provider, spec.ref).launch == "one"

    def test_a_full_provider_says_that_there_is_no_room_and_keeps_what_it_has(self, provider: Provider) -> None:
        specs = [self.spec() for _ in range(self.room)]
        for spec in specs:
            provider.start(spec)
        with pytest.raises(NoRoom):
            provider.start(self.spec())
        provider.start(specs[0])  # one that is there needs no room
        assert set(provider.owned()) == {spec.ref for spec in specs}
        for spec in specs:
            provider.stop(spec.ref, grace_seconds=0)
        for spec in specs:
            self.wait(provider, spec.ref, Phase.GONE)
        self.run(provider)  # and its room is given back

    @pytest.mark.parametrize(
        "wrong",
        [
            {"options": {"viewport": {"width": 1, "height": 1}}},
            {"options": {"args": ["--remote-debugging-port=1"]}},
            {"options": {"proxy": "nonsense"}},
            {"egress_allow": ("not a host at all",)},
            {"launch": ""},
        ],
        ids=["viewport", "args", "proxy", "egress", "launch"],
    )
    def test_a_wrong_spec_is_refused_and_leaves_nothing(self, provider: Provider, wrong: dict[str, Any]) -> None:
        with pytest.raises(Refused):
            provider.start(self.spec(**wrong))
        assert list(provider.owned()) == []

    # Observe

    def test_what_was_never_started_is_gone(self, provider: Provider) -> None:
        ref = self.spec().ref
        assert provider.observe([ref]) == {ref: GONE}

    def test_no_questions_have_no_answers(self, provider: Provider) -> None:
        assert provider.observe([]) == {}

    def test_many_are_observed_at_once_and_none_is_missing(self, provider: Provider) -> None:
        here, unknown = self.run(provider), self.spec()
        other = self.run(provider)
        seen = provider.observe([here.ref, unknown.ref, other.ref])
        assert {ref: sight.phase for ref, sight in seen.items()} == {
            here.ref: Phase.RUNNING,
            unknown.ref: Phase.GONE,
            other.ref: Phase.RUNNING,
        }

    # Failure

    def test_a_crashed_browser_stays_told_until_it_is_stopped(self, provider: Provider) -> None:
        spec = self.run(provider)
        self.fail(provider, spec.ref)
        seen = self.wait(provider, spec.ref, Phase.FAILED)
        assert (seen.reason, seen.alive) == ("browser_crashed", False)
        provider.start(spec)  # the same launch does not hide the crash
        assert self.look(provider, spec.ref).phase is Phase.FAILED
        assert list(provider.owned()) == [spec.ref]
        self.end(provider, spec.ref)

    def test_a_crashed_browser_comes_back_with_another_launch(self, provider: Provider) -> None:
        if Capability.RELAUNCH not in provider.capabilities:
            pytest.skip("does not relaunch")
        spec = self.run(provider)
        self.fail(provider, spec.ref)
        self.wait(provider, spec.ref, Phase.FAILED)
        provider.start(self.again(spec, "two"))
        assert self.wait(provider, spec.ref, Phase.RUNNING, "two").reason == ""

    # Stop

    def test_a_stopped_browser_is_gone(self, provider: Provider) -> None:
        spec = self.run(provider)
        self.end(provider, spec.ref)
        assert list(provider.owned()) == []

    def test_stopping_twice_is_no_error(self, provider: Provider) -> None:
        spec = self.run(provider)
        provider.stop(spec.ref, grace_seconds=2)
        provider.stop(spec.ref, grace_seconds=2, farewell=Farewell(4008, "idle"))
        self.wait(provider, spec.ref, Phase.GONE)
        provider.stop(spec.ref, grace_seconds=2)

    def test_stopping_what_was_never_there_is_a_success(self, provider: Provider) -> None:
        provider.stop(self.spec().ref, grace_seconds=2, farewell=Farewell(4000, "released"))
        assert list(provider.owned()) == []

    def test_one_that_is_starting_can_be_stopped(self, provider: Provider) -> None:
        spec = self.spec()
        provider.start(spec)
        self.end(provider, spec.ref)
        assert list(provider.owned()) == []

    def test_one_that_is_being_stopped_is_not_started_again_until_it_is_gone(self, provider: Provider) -> None:
        spec = self.run(provider)
        provider.stop(spec.ref, grace_seconds=2)
        with pytest.raises(ProviderUnavailable):
            provider.start(spec)
        self.wait(provider, spec.ref, Phase.GONE)
        self.run(provider, spec)

    def test_stopping_from_many_threads_at_once_ends_it_once(self, provider: Provider) -> None:
        spec = self.run(provider)
        with ThreadPoolExecutor(8) as threads:
            for answer in [threads.submit(provider.stop, spec.ref, grace_seconds=2) for _ in range(8)]:
                answer.result(10)
        self.wait(provider, spec.ref, Phase.GONE)

    # Owned

    def test_owned_lists_exactly_what_is_there(self, provider: Provider) -> None:
        assert list(provider.owned()) == []
        first, second = self.run(provider), self.run(provider)
        assert sorted(provider.owned(), key=str) == sorted([first.ref, second.ref], key=str)
        self.end(provider, first.ref)
        assert list(provider.owned()) == [second.ref]
