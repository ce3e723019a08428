"""Providers that sin, each in one way; the reconciler that drives them is the real one.

All count truly what they run (`browsers`), whatever they say of it.
"""

from collections.abc import Collection, Mapping
from threading import Event

from apps.providers.contract import (
    GONE,
    BrowserRef,
    BrowserSpec,
    Farewell,
    Observation,
    Phase,
    ProviderUnavailable,
)
from apps.providers.fake import FakeBrowser, FakeProvider


class NeverStarts(FakeProvider):
    """Takes the order, and nothing ever answers. `cured` ends it."""

    cured = False

    def _look(self, ref: BrowserRef) -> Observation:
        there = self.browsers.get(ref)
        if not self.cured and there is not None and there.seen.phase is Phase.STARTING:
            return there.seen
        return super()._look(ref)


class StartsSlowly(FakeProvider):
    """Answers after so many looks."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self.looks = looks
        self.looked: dict[BrowserRef, int] = {}

    def _look(self, ref: BrowserRef) -> Observation:
        there = self.browsers.get(ref)
        if there is not None and there.seen.phase is Phase.STARTING:
            self.looked[ref] = self.looked.get(ref, 0) + 1
            if self.looked[ref] <= self.looks:
                return there.seen
        return super()._look(ref)


class FailsToStart(FakeProvider):
    """The first so many browsers never come up, and it says so."""

    def __init__(self, times: int, reason: str = "browser_crashed") -> None:
        super().__init__()
        self.times, self.reason = times, reason

    def _make(self, spec: BrowserSpec) -> None:
        super()._make(spec)
        if self.times > 0:
            self.times -= 1
            self.browsers[spec.ref].seen = Observation(Phase.FAILED, alive=False, reason=self.reason)


class DiesSilently(FakeProvider):
    """The first so many are gone as soon as they have answered, without a word."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def _look(self, ref: BrowserRef) -> Observation:
        seen = super()._look(ref)
        if self.times > 0 and seen.phase is Phase.RUNNING:
            self.times -= 1
            self._end(ref)
        return seen


class DiesAfterReady(FakeProvider):
    """The first so many crash as soon as they have answered."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def _look(self, ref: BrowserRef) -> Observation:
        seen = super()._look(ref)
        if self.times > 0 and seen.phase is Phase.RUNNING:
            self.times -= 1
            self.browsers[ref].seen = Observation(Phase.FAILED, alive=False, reason="out_of_memory")
        return seen


class RefusesToStop(FakeProvider):
    """Goes on running until it was told so many times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times
        self.asked: dict[BrowserRef, int] = {}

    def stop(self, ref: BrowserRef, *, grace_seconds: int, farewell: Farewell = Farewell()) -> None:  # noqa: B008
        self.asked[ref] = self.asked.get(ref, 0) + 1
        if self.asked[ref] > self.times:
            super().stop(ref, grace_seconds=grace_seconds, farewell=farewell)


class AnswersLate(FakeProvider):
    """No look is answered before `answer` is set; no verb either, where `verbs` says so."""

    def __init__(self, *, verbs: bool = False) -> None:
        super().__init__()
        self.answer, self.verbs = Event(), verbs
        self.asked = Event()

    def start(self, spec: BrowserSpec) -> None:
        if self.verbs:
            self._wait()
        super().start(spec)

    def stop(self, ref: BrowserRef, *, grace_seconds: int, farewell: Farewell = Farewell()) -> None:  # noqa: B008
        if self.verbs:
            self._wait()
        super().stop(ref, grace_seconds=grace_seconds, farewell=farewell)

    def observe(self, refs: Collection[BrowserRef]) -> Mapping[BrowserRef, Observation]:
        if not self.verbs:
            self._wait()
        return super().observe(refs)

    def _wait(self) -> None:
        self.asked.set()
        assert self.answer.wait(20)


class ForgetsBrowsers(FakeProvider):
    """Runs them on, and denies the forgotten ones when asked about them; `owned` still tells."""

    def __init__(self) -> None:
        super().__init__()
        self.forgotten: set[BrowserRef] = set()

    def _look(self, ref: BrowserRef) -> Observation:
        return GONE if ref in self.forgotten else super()._look(ref)

    def stop(self, ref: BrowserRef, *, grace_seconds: int, farewell: Farewell = Farewell()) -> None:  # noqa: B008
        if ref in self.forgotten:
            self._end(ref)
        super().stop(ref, grace_seconds=grace_seconds, farewell=farewell)


class LosesStartRequest(FakeProvider):
    """The first so many starts raise; `done` says whether they took effect all the same (the answer was lost)."""

    def __init__(self, times: int, *, done: bool) -> None:
        super().__init__()
        self.times, self.done = times, done

    def start(self, spec: BrowserSpec) -> None:
        if self.times > 0:
            self.times -= 1
            if self.done:
                super().start(spec)
            raise ProviderUnavailable("the connection broke")
        super().start(spec)


class IsUnreachable(FakeProvider):
    """As behind a cut cable while `away`: it runs on, and no verb gets through."""

    away = False

    def start(self, spec: BrowserSpec) -> None:
        self._dial()
        super().start(spec)

    def observe(self, refs: Collection[BrowserRef]) -> Mapping[BrowserRef, Observation]:
        self._dial()
        return super().observe(refs)

    def stop(self, ref: BrowserRef, *, grace_seconds: int, farewell: Farewell = Farewell()) -> None:  # noqa: B008
        self._dial()
        super().stop(ref, grace_seconds=grace_seconds, farewell=farewell)

    def owned(self) -> Collection[BrowserRef]:
        self._dial()
        return super().owned()

    def _dial(self) -> None:
        if self.away:
            raise ProviderUnavailable("no route")


class LiesAboutOwned(FakeProvider):
    """Tells of browsers that are not there, and of none that are: two lies, `invented` and `hides`."""

    def __init__(self, *invented: BrowserRef, hides: bool = False) -> None:
        super().__init__()
        self.invented, self.hides = invented, hides
        self.stopped: list[BrowserRef] = []

    def owned(self) -> Collection[BrowserRef]:
        return [*self.invented, *([] if self.hides else super().owned())]

    def stop(self, ref: BrowserRef, *, grace_seconds: int, farewell: Farewell = Farewell()) -> None:  # noqa: B008
        self.stopped.append(ref)
        super().stop(ref, grace_seconds=grace_seconds, farewell=farewell)


class Breaks(FakeProvider):
    """Raises what no contract names, from the verbs it is told to."""

    def __init__(self, *verbs: str) -> None:
        super().__init__()
        self.verbs = set(verbs)

    def observe(self, refs: Collection[BrowserRef]) -> Mapping[BrowserRef, Observation]:
        self._break("observe")
        return super().observe(refs)

    def start(self, spec: BrowserSpec) -> None:
        self._break("start")
        super().start(spec)

    def owned(self) -> Collection[BrowserRef]:
        self._break("owned")
        return super().owned()

    def _break(self, verb: str) -> None:
        if verb in self.verbs:
            raise ZeroDivisionError(verb)


def plant(provider: FakeProvider, ref: BrowserRef) -> None:
    """A browser of no row, as one that a lost process left behind."""
    spec = BrowserSpec(ref=ref, launch="left", options={}, credential="")
    provider.browsers[ref] = FakeBrowser(spec, Observation(Phase.RUNNING, launch="left"))
