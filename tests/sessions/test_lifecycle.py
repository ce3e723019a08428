"""The table of edges, and what each state counts for: all of it, in plain Python."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.sessions.lifecycle import EDGES, IN_USE, LIVE, TERMINAL, Counted, EndReason, SessionState, close_code, counted

S = SessionState
# Written out by hand from architecture §4, so that the table cannot agree with itself alone.
WRITTEN = """
pending→starting|stopping|error · starting→ready|claimed|stopping · ready→claimed|stopping ·
claimed→running|paused|stopping · running→claimed|paused|stopping · paused→claimed|running|starting|stopping ·
stopping→completed|timed_out|error
"""
ALLOWED = {
    (S(start.strip()), S(end))
    for edges in WRITTEN.split("·")
    for start, _, ends in [edges.strip().partition("→")]
    for end in ends.split("|")
}
states = st.sampled_from(list(S))


def test_there_are_ten_states_and_twenty_one_edges() -> None:
    assert len(S) == 10
    assert len(ALLOWED) == 21


@pytest.mark.parametrize(("start", "end"), list(product(S, S)), ids=str)
def test_an_edge_exists_exactly_where_the_architecture_draws_one(start: SessionState, end: SessionState) -> None:
    assert (end in EDGES[start]) is ((start, end) in ALLOWED)


def test_nothing_leaves_a_terminal_state() -> None:
    assert {S.COMPLETED, S.TIMED_OUT, S.ERROR} == TERMINAL
    assert all(not EDGES[state] for state in TERMINAL)


def test_a_terminal_state_is_reached_through_stopping_or_from_pending_that_made_nothing() -> None:
    into = {start for start, end in ALLOWED if end in TERMINAL}
    assert into == {S.STOPPING, S.PENDING}
    assert EDGES[S.PENDING] & TERMINAL == {S.ERROR}


def test_every_live_state_can_be_stopped_and_every_state_is_reached_from_pending() -> None:
    assert all(S.STOPPING in EDGES[state] for state in LIVE - {S.STOPPING})
    reached, frontier = {S.PENDING}, [S.PENDING]
    while frontier:
        onward = EDGES[frontier.pop()] - reached
        reached |= onward
        frontier += onward
    assert reached == set(S)


def test_what_was_in_use_never_becomes_ready_again() -> None:
    assert not any(S.READY in EDGES[state] for state in IN_USE | {S.STOPPING})


@given(state=states, owned=st.booleans())
def test_a_session_counts_for_at_most_one_of_each(state: SessionState, owned: bool) -> None:
    value = counted(state, owned=owned)
    assert all(part in {0, 1} for part in (value.alive, value.in_use, value.starting, value.ready))
    assert value.in_use <= value.alive
    assert value.ready + value.starting <= value.alive
    assert value.alive == (state in LIVE)
    assert not (value.ready and value.in_use)


@given(st.lists(st.tuples(states, st.booleans()), min_size=1, max_size=12))
def test_the_differences_along_any_path_add_up_to_what_its_end_counts(path: list[tuple[SessionState, bool]]) -> None:
    total = Counted()
    before = Counted()
    for state, owned in path:
        after = counted(state, owned=owned)
        change = after - before
        total = Counted(
            total.alive + change.alive,
            total.in_use + change.in_use,
            total.starting + change.starting,
            total.ready + change.ready,
        )
        before = after
    assert total == counted(path[-1][0], owned=path[-1][1])


def test_a_reserved_place_stays_counted_from_pending_to_its_end() -> None:
    path = [S.PENDING, S.STARTING, S.CLAIMED, S.RUNNING, S.PAUSED]
    assert [counted(state, owned=True).in_use for state in path] == [1, 1, 1, 1, 1]
    assert counted(S.STOPPING, owned=True) == Counted(alive=1)


@pytest.mark.parametrize("reason", list(EndReason))
def test_a_limit_closes_with_4008_and_everything_else_with_4000(reason: EndReason) -> None:
    limits = {EndReason.IDLE, EndReason.MAX_DURATION, EndReason.QUOTA}
    assert close_code(reason) == (4008 if reason in limits else 4000)
