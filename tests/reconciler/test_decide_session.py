"""Every state, sight, wish and time gives a step that exists; and the table of what is decided when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.providers.contract import GONE, Observation, Phase
from apps.reconciler.decide_session import (
    Adopt,
    Advance,
    Finish,
    Prepare,
    Settle,
    Start,
    Step,
    Stop,
    Wait,
    Wanted,
    decide_session,
)
from apps.sessions.lifecycle import EDGES, IN_USE, TERMINAL, EndReason, Outcome, SessionState

S = SessionState
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SOON, PAST = NOW + timedelta(seconds=30), NOW - timedelta(seconds=1)
REASONS = ["", "browser_crashed", "out_of_memory", "start_timeout", "browser_unreachable", "something new"]

SIGHTS: list[Observation | None] = [
    None,
    GONE,
    *(
        Observation(phase, launch=launch, alive=alive, reason=reason, prepared=prepared)
        for phase, launch, alive, reason, prepared in product(
            [Phase.STARTING, Phase.RUNNING, Phase.STOPPING, Phase.FAILED],
            ["", "old", "new"],
            [True, False],
            REASONS,
            [True, False],
        )
    ),
]
WISHES = [(False, None, None), *((True, outcome, EndReason.RELEASED) for outcome in Outcome)]
DEADLINES = [None, SOON, PAST]


def every_wanted() -> list[Wanted]:
    return [
        Wanted(
            state=state, owned=owned, launch_wanted="new", launch_present=present, stop_requested=asked,
            outcome=outcome, end_reason=reason, start_deadline=deadline, lost=lost, attached=attached,
            prepared=prepared,
        )
        for state, owned, present, (asked, outcome, reason), deadline, lost, attached, prepared in product(
            S, [True, False], ["", "old", "new"], WISHES, DEADLINES, [True, False], [True, False], [True, False]
        )
    ]  # fmt: skip


ALL = every_wanted()


def check(wanted: Wanted, seen: Observation | None, step: Step) -> None:
    """What holds of every decision, whatever it was taken on."""
    match step:
        case Start():
            # To pending a start is the edge to starting; elsewhere it asks again and moves nothing.
            assert wanted.state in {S.PENDING, S.STARTING, *IN_USE}
            assert not wanted.stop_requested
        case Advance(to):
            assert to in EDGES[wanted.state]
            assert to not in TERMINAL
            assert (to is S.CLAIMED) is wanted.owned
            assert seen is not None
            assert seen.launch == wanted.launch_wanted
        case Adopt():
            assert wanted.state in IN_USE
            assert seen is not None
            assert seen.launch == wanted.launch_wanted != wanted.launch_present
        case Settle():
            assert wanted.state in {S.CLAIMED, S.RUNNING}
            assert (S.RUNNING if wanted.attached else S.CLAIMED) in EDGES[wanted.state]
        case Prepare():
            assert wanted.state is S.READY
        case Stop(outcome, reason):
            assert wanted.state is S.STOPPING or S.STOPPING in EDGES[wanted.state]
            assert reason
            if wanted.stop_requested or wanted.state is S.STOPPING:
                assert (outcome, reason) == (wanted.outcome or Outcome.ERROR, wanted.end_reason or EndReason.ADMIN)
            else:
                assert outcome is Outcome.ERROR  # by itself it ends only what is broken
        case Finish(outcome):
            assert wanted.state is S.STOPPING  # the one way into a terminal state
            assert S(outcome) in EDGES[S.STOPPING] & TERMINAL
            assert seen == GONE
        case Wait():
            pass


@pytest.mark.parametrize("state", list(S))
def test_every_step_is_an_edge_that_exists(state: SessionState) -> None:
    cases = 0
    sights = [sight for sight in SIGHTS if sight is None or sight.reason in {"", "out_of_memory", "something new"}]
    for wanted in ALL:
        if wanted.state is state:
            for seen in sights:
                check(wanted, seen, decide_session(wanted, seen, NOW))
                cases += 1
    assert cases > 50_000


@given(wanted=st.sampled_from(ALL), seen=st.sampled_from(SIGHTS), late=st.integers(-100, 100))
def test_every_step_is_an_edge_that_exists_at_any_time(wanted: Wanted, seen: Observation | None, late: int) -> None:
    now = NOW + timedelta(seconds=late)
    step = decide_session(wanted, seen, now)
    check(wanted, seen, step)
    assert step == decide_session(wanted, seen, now)


@given(wanted=st.sampled_from(ALL), seen=st.sampled_from(SIGHTS))
def test_a_wish_to_stop_is_obeyed_whatever_is_seen(wanted: Wanted, seen: Observation | None) -> None:
    asked = replace(wanted, stop_requested=True, outcome=Outcome.COMPLETED, end_reason=EndReason.RELEASED)
    step = decide_session(asked, seen, NOW)
    if wanted.state not in TERMINAL | {S.STOPPING}:
        assert step == Stop(Outcome.COMPLETED, EndReason.RELEASED)


@given(wanted=st.sampled_from(ALL), lost=st.booleans())
def test_what_is_not_seen_moves_only_by_a_wish_a_deadline_or_a_loss(wanted: Wanted, lost: bool) -> None:
    unseen = replace(wanted, lost=lost, stop_requested=False, start_deadline=SOON)
    step = decide_session(unseen, None, NOW)
    if wanted.state is not S.PENDING:
        loses = lost and wanted.state in {S.READY, *IN_USE}
        assert step == (Stop(Outcome.ERROR, EndReason.NODE_LOST) if loses else Wait())


def wanted(state: SessionState, **fields: object) -> Wanted:
    owned = state in IN_USE
    there: dict[str, object] = {
        "state": state, "owned": owned, "launch_wanted": "new", "launch_present": "new", "stop_requested": False,
        "outcome": None, "end_reason": None, "start_deadline": None, "attached": state is S.RUNNING,
    }  # fmt: skip
    return Wanted(**{**there, **fields})  # type: ignore[arg-type]


RUNNING = Observation(Phase.RUNNING, launch="new")
OLD = Observation(Phase.RUNNING, launch="old")
STARTING = Observation(Phase.STARTING, alive=False)
STOPPING = Observation(Phase.STOPPING, alive=False)
SILENT = Observation(Phase.RUNNING, launch="new", alive=False)
CRASHED = Observation(Phase.FAILED, alive=False, reason="browser_crashed")
TIMED_OUT = Stop(Outcome.ERROR, EndReason.START_TIMEOUT)
LOST = Stop(Outcome.ERROR, EndReason.NODE_LOST)
BY_CRASH = Stop(Outcome.ERROR, EndReason.BROWSER_CRASHED)


@pytest.mark.parametrize(
    ("row", "seen", "step"),
    [
        (wanted(S.PENDING), GONE, Start()),
        (wanted(S.STARTING), GONE, Start()),
        (wanted(S.STARTING), STARTING, Wait()),
        (wanted(S.STARTING), RUNNING, Advance(S.READY)),
        (wanted(S.STARTING, owned=True), RUNNING, Advance(S.CLAIMED)),
        (wanted(S.STARTING), OLD, Start()),
        (wanted(S.STARTING), CRASHED, BY_CRASH),
        (wanted(S.STARTING, start_deadline=SOON), STARTING, Wait()),
        (wanted(S.STARTING, start_deadline=NOW), STARTING, TIMED_OUT),
        (wanted(S.STARTING, start_deadline=PAST), None, TIMED_OUT),
        (wanted(S.STARTING, start_deadline=PAST), RUNNING, Advance(S.READY)),  # just in time to be of use
        (wanted(S.READY), RUNNING, Wait()),
        (wanted(S.READY), SILENT, Stop(Outcome.ERROR, EndReason.BROWSER_UNREACHABLE)),
        (wanted(S.READY), GONE, LOST),
        (wanted(S.READY), CRASHED, BY_CRASH),
        (wanted(S.READY, prepared=True), RUNNING, Prepare()),
        (wanted(S.READY, prepared=True), replace(RUNNING, prepared=True), Wait()),
        (wanted(S.CLAIMED), SILENT, Wait()),  # the node itself tells when it is silent for too long
        (wanted(S.CLAIMED), GONE, LOST),
        (wanted(S.CLAIMED), CRASHED, BY_CRASH),
        (wanted(S.CLAIMED, attached=True), RUNNING, Settle()),
        (wanted(S.RUNNING, attached=False), RUNNING, Settle()),
        (wanted(S.RUNNING), RUNNING, Wait()),
        (wanted(S.CLAIMED, launch_present="old"), OLD, Start()),
        (wanted(S.CLAIMED, launch_present="old"), STARTING, Wait()),  # a relaunch is neither crash nor loss
        (wanted(S.CLAIMED, launch_present="old"), RUNNING, Adopt()),
        (wanted(S.CLAIMED, launch_present="old", start_deadline=PAST), STARTING, TIMED_OUT),
        (wanted(S.CLAIMED, launch_present="old", start_deadline=PAST), None, TIMED_OUT),
        (wanted(S.CLAIMED, launch_present="old", start_deadline=PAST), RUNNING, Adopt()),
        (wanted(S.CLAIMED, lost=True), None, LOST),
        (wanted(S.CLAIMED, lost=True), RUNNING, Wait()),
        (wanted(S.STOPPING, outcome=Outcome.TIMED_OUT, end_reason=EndReason.IDLE), GONE, Finish(Outcome.TIMED_OUT)),
        (wanted(S.STOPPING, outcome=Outcome.TIMED_OUT, end_reason=EndReason.IDLE), STOPPING, Wait()),
        (wanted(S.STOPPING), None, Wait()),  # not over until it is seen gone
        (
            wanted(S.STOPPING, outcome=Outcome.TIMED_OUT, end_reason=EndReason.IDLE),
            RUNNING,
            Stop(Outcome.TIMED_OUT, EndReason.IDLE),
        ),
        (wanted(S.COMPLETED), RUNNING, Wait()),
    ],
)
def test_the_table_of_decisions(row: Wanted, seen: Observation | None, step: Step) -> None:
    assert decide_session(row, seen, NOW) == step
