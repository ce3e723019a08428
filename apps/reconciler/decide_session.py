"""One session: what is wanted and what is seen → the next step. Pure: facts and the time in, a small value out."""

from dataclasses import dataclass
from datetime import datetime

from apps.providers.contract import Observation, Phase
from apps.sessions.lifecycle import TERMINAL, EndReason, Outcome, SessionState

S = SessionState


@dataclass(frozen=True)
class Wanted:
    """The row's facts that decide. `lost`: enough failed looks, over time enough, and a second signal."""

    state: SessionState
    owned: bool
    launch_wanted: str
    launch_present: str
    stop_requested: bool
    outcome: Outcome | None
    end_reason: EndReason | None
    start_deadline: datetime | None
    lost: bool = False
    attached: bool = False  # live client connections exist
    prepared: bool = False  # its page should be there before it is claimed


@dataclass(frozen=True)
class Start:
    """Ask the provider (again) for the browser with the wanted launch."""


@dataclass(frozen=True)
class Advance:
    to: SessionState


@dataclass(frozen=True)
class Adopt:
    """Record that the wanted launch runs now."""


@dataclass(frozen=True)
class Prepare:
    """Tell the provider that the page should be there already."""


@dataclass(frozen=True)
class Settle:
    """Running and claimed follow live connections: make it so."""


@dataclass(frozen=True)
class Stop:
    """Move to stopping for this reason (where not there yet) and ask the provider to remove the browser."""

    outcome: Outcome
    reason: EndReason


@dataclass(frozen=True)
class Finish:
    """Seen gone: the end that was asked for."""

    outcome: Outcome


@dataclass(frozen=True)
class Wait:
    pass


Step = Start | Advance | Adopt | Prepare | Settle | Stop | Finish | Wait


def decide_session(wanted: Wanted, seen: Observation | None, now: datetime) -> Step:
    """`seen` is None where its place did not answer: nothing is known, so nothing but a wish or a deadline acts."""
    match wanted.state:
        case state if state in TERMINAL:
            return Wait()
        case S.STOPPING:
            return _stopping(wanted, seen)
        case _ if wanted.stop_requested:
            return Stop(wanted.outcome or Outcome.ERROR, wanted.end_reason or EndReason.ADMIN)
        case S.PENDING:
            return Start()
        case S.STARTING:
            return _starting(wanted, seen, now)
        case S.READY:
            return _ready(wanted, seen)
        case _:
            return _in_use(wanted, seen, now)


def _stopping(wanted: Wanted, seen: Observation | None) -> Step:
    outcome, reason = wanted.outcome or Outcome.ERROR, wanted.end_reason or EndReason.ADMIN
    if seen is None or seen.phase is Phase.STOPPING:
        return Wait()
    return Finish(outcome) if seen.phase is Phase.GONE else Stop(outcome, reason)


def _starting(wanted: Wanted, seen: Observation | None, now: datetime) -> Step:
    late = wanted.start_deadline is not None and now >= wanted.start_deadline
    if seen is not None and seen.phase is Phase.RUNNING and seen.launch == wanted.launch_wanted:
        return Advance(S.CLAIMED if wanted.owned else S.READY)
    if seen is not None and seen.phase is Phase.FAILED:
        return Stop(Outcome.ERROR, _reason(seen, EndReason.START_TIMEOUT))
    if late:
        return Stop(Outcome.ERROR, EndReason.START_TIMEOUT)
    if seen is not None and (seen.phase is Phase.GONE or seen.phase is Phase.RUNNING):
        return Start()  # the first request was lost, or the wish changed since
    return Wait()


def _ready(wanted: Wanted, seen: Observation | None) -> Step:
    """A warm browser is replaced on the first doubt."""
    if seen is None:
        return Stop(Outcome.ERROR, EndReason.NODE_LOST) if wanted.lost else Wait()
    if seen.phase is Phase.GONE:
        return Stop(Outcome.ERROR, EndReason.NODE_LOST)
    if seen.phase is Phase.FAILED:
        return Stop(Outcome.ERROR, _reason(seen, EndReason.BROWSER_CRASHED))
    if not seen.alive:
        return Stop(Outcome.ERROR, EndReason.BROWSER_UNREACHABLE)
    if wanted.prepared and not seen.prepared and seen.phase is Phase.RUNNING:
        return Prepare()
    return Wait()


def _in_use(wanted: Wanted, seen: Observation | None, now: datetime) -> Step:
    relaunching = wanted.launch_wanted != wanted.launch_present
    late = relaunching and wanted.start_deadline is not None and now >= wanted.start_deadline
    if seen is None and wanted.lost:
        return Stop(Outcome.ERROR, EndReason.NODE_LOST)
    if seen is None:
        return Stop(Outcome.ERROR, EndReason.START_TIMEOUT) if late else Wait()
    if seen.phase is Phase.GONE:
        return Stop(Outcome.ERROR, EndReason.NODE_LOST)
    if seen.phase is Phase.FAILED:
        return Stop(Outcome.ERROR, _reason(seen, EndReason.BROWSER_CRASHED))
    if relaunching:
        if seen.phase is Phase.RUNNING and seen.launch == wanted.launch_wanted:
            return Adopt()
        if late:
            return Stop(Outcome.ERROR, EndReason.START_TIMEOUT)
        return Start() if seen.phase is Phase.RUNNING else Wait()
    if (wanted.state is S.RUNNING) is not wanted.attached and wanted.state in {S.CLAIMED, S.RUNNING}:
        return Settle()
    return Wait()


def _reason(seen: Observation, otherwise: EndReason) -> EndReason:
    return EndReason(seen.reason) if seen.reason in set(EndReason) else otherwise
