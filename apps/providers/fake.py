"""A well-behaved provider without browsers: the contract in memory, for tests and drills of the control plane."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from threading import Lock

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
from browser_node.wire import InvalidSpec, LaunchSpec

VERSION = {
    "Browser": "Chrome/156.0.0.0",
    "Protocol-Version": "1.3",
    "User-Agent": "Fake",
    "V8-Version": "15.6",
    "WebKit-Version": "537.36",
}


@dataclass
class FakeBrowser:
    """What the fake remembers of one: the look it has now, and how it was said goodbye to."""

    spec: BrowserSpec
    seen: Observation
    farewell: Farewell | None = None
    launches: int = 1


class FakeProvider(Provider):
    """A start answers at the next look; so does a stop. `room` bounds how many there may be."""

    capabilities = frozenset({Capability.RELAUNCH})

    def __init__(self, room: int = 1000) -> None:
        self.room = room
        self.browsers: dict[BrowserRef, FakeBrowser] = {}
        self.ended: dict[BrowserRef, FakeBrowser] = {}
        self.peak = 0  # most there ever were at once, by the provider's own count
        self._lock = Lock()

    def start(self, spec: BrowserSpec) -> None:
        check(spec)
        with self._lock:
            there = self.browsers.get(spec.ref)
            if there is None:
                self._make(spec)
            elif there.seen.phase is Phase.STOPPING:
                raise ProviderUnavailable(f"{spec.ref.instance_id} is being stopped")
            else:
                self._change(there, spec)

    def observe(self, refs: Collection[BrowserRef]) -> Mapping[BrowserRef, Observation]:
        with self._lock:
            return {ref: self._look(ref) for ref in refs}

    def stop(self, ref: BrowserRef, *, grace_seconds: int, farewell: Farewell = Farewell()) -> None:  # noqa: B008
        with self._lock:
            there = self.browsers.get(ref)
            if there is not None and there.seen.phase is not Phase.STOPPING:
                there.farewell = farewell
                there.seen = replace(there.seen, phase=Phase.STOPPING, alive=False)

    def owned(self) -> Collection[BrowserRef]:
        with self._lock:
            listed = list(self.browsers)
            for ref in listed:
                if self.browsers[ref].seen.phase is Phase.STOPPING:
                    self._end(ref)
            return listed

    def crash(self, ref: BrowserRef, reason: str = "browser_crashed") -> None:
        """As if its process had died."""
        with self._lock:
            self.browsers[ref].seen = Observation(Phase.FAILED, alive=False, reason=reason)

    def vanish(self, ref: BrowserRef) -> None:
        """As if its node had been started anew."""
        with self._lock:
            self._end(ref)

    def _make(self, spec: BrowserSpec) -> None:
        if sum(other.seen.phase is not Phase.FAILED for other in self.browsers.values()) >= self.room:
            raise NoRoom(spec.ref.place)
        self.browsers[spec.ref] = FakeBrowser(spec, Observation(Phase.STARTING, alive=False))
        self.peak = max(self.peak, len(self.browsers))

    def _change(self, there: FakeBrowser, spec: BrowserSpec) -> None:
        before, there.spec = there.spec, spec
        if before.launch != spec.launch:
            there.seen = Observation(Phase.STARTING, alive=False)
            there.launches += 1
        elif there.seen.phase is Phase.RUNNING:
            there.seen = replace(there.seen, prepared=spec.prepare)

    def _look(self, ref: BrowserRef) -> Observation:
        there = self.browsers.get(ref)
        if there is None:
            return GONE
        seen = there.seen
        if seen.phase is Phase.STARTING:
            there.seen = Observation(
                Phase.RUNNING, launch=there.spec.launch, prepared=there.spec.prepare, version=VERSION
            )
        elif seen.phase is Phase.STOPPING:
            self._end(ref)
        return seen

    def _end(self, ref: BrowserRef) -> None:
        there = self.browsers.pop(ref, None)
        if there is not None:
            self.ended[ref] = there


def check(spec: BrowserSpec) -> None:
    """Refuses exactly what a node refuses."""
    try:
        LaunchSpec.from_json(
            {
                "instance_id": spec.ref.instance_id,
                "credential": spec.credential,
                "launch": spec.launch,
                "options": dict(spec.options),
                "egress": {"allow": list(spec.egress_allow)},
                "start_timeout_seconds": spec.start_timeout_seconds,
            }
        )
    except InvalidSpec as error:
        raise Refused(str(error)) from error
