"""What every provider of browsers must offer: four verbs over frozen values, each safe to repeat. No Django, no rows.

ProviderError
├── ProviderUnavailable   could not be asked; nothing is known, ask again
├── NoRoom                it is there, and full
└── Refused               the spec itself is wrong; asking again will not help
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Phase(StrEnum):
    STARTING = "starting"
    RUNNING = "running"  # answers CDP with the launch that was asked for last
    STOPPING = "stopping"
    FAILED = "failed"  # no process left, `reason` says why; still to be stopped
    GONE = "gone"  # nothing is there


class Capability(StrEnum):
    RELAUNCH = "relaunch"  # other options in the same place
    CDP = "cdp"  # clients can be joined to its browsers


@dataclass(frozen=True)
class BrowserRef:
    """Where a browser is asked for: the instance id, and the place (a node's name) where the provider has several."""

    instance_id: str
    place: str = ""


@dataclass(frozen=True)
class BrowserSpec:
    """What is wanted. `launch` is the hash of `options`; another hash for the same ref relaunches in place."""

    ref: BrowserRef
    launch: str
    options: Mapping[str, Any] = field(repr=False)
    credential: str = field(repr=False)
    egress_allow: tuple[str, ...] = ()
    prepare: bool = False
    start_timeout_seconds: float = 60.0
    capture: Mapping[str, Any] = field(default_factory=dict)  # what is recorded from its first page on


@dataclass(frozen=True)
class Observation:
    """What is really there."""

    phase: Phase
    launch: str = ""
    alive: bool = True  # answered lately
    frozen: bool = False
    prepared: bool = False
    reason: str = ""  # an EndReason's value, where the browser failed
    detail: str = ""
    version: Mapping[str, Any] = field(default_factory=dict)  # Chrome's /json/version, without URLs


GONE = Observation(Phase.GONE, alive=False)


@dataclass(frozen=True)
class Farewell:
    """The close frame that clients of an ending browser are given."""

    code: int = 4000
    reason: str = ""


class ProviderError(Exception):
    pass


class ProviderUnavailable(ProviderError):
    pass


class NoRoom(ProviderError):
    pass


class Refused(ProviderError):
    pass


class Provider(ABC):
    """Verbs may be called at any time, in any order, from several threads, and again after any failure."""

    capabilities: frozenset[Capability] = frozenset()

    @abstractmethod
    def start(self, spec: BrowserSpec) -> None:
        """Ask for a browser; returns before it answers. Twice for one ref: the same browser.

        With another `launch` it is relaunched in place (where RELAUNCH is offered); a changed `prepare` is applied.
        One that failed stays failed until it is stopped or wanted with another launch; one that is being stopped may
        come again once it is gone, until then ProviderUnavailable. Raises NoRoom, Refused, ProviderUnavailable.
        """

    @abstractmethod
    def observe(self, refs: Collection[BrowserRef]) -> Mapping[BrowserRef, Observation]:
        """What is there, for many at once. What cannot be found is GONE, never missing.

        Raises ProviderUnavailable only where nothing could be learnt; a ref whose place did not answer is left out.
        """

    @abstractmethod
    def stop(self, ref: BrowserRef, *, grace_seconds: int, farewell: Farewell = Farewell()) -> None:
        """Begin to end a browser; returns before it is gone. One that is already gone is a success."""

    @abstractmethod
    def owned(self) -> Collection[BrowserRef]:
        """Every browser it runs for this installation, so that orphans can be found."""

    def watch(self) -> Iterator[BrowserRef | None]:
        """Hints that something changed, without end; None where nothing did for a while. Optional."""
        return iter(())
