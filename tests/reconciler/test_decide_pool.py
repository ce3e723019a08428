"""A table in the manner of agones, and what holds of every pool: bounds, make-before-break, convergence."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.reconciler.decide_pool import Member, PoolStep, Size, decide_pool
from apps.sessions.lifecycle import EndReason, SessionState

S = SessionState
START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ROTATED, MAINTENANCE = EndReason.POOL_ROTATED, EndReason.MAINTENANCE


def member(number: int, state: SessionState = S.READY, **fields: object) -> Member:
    """`number` is its name and its age: the lower, the older."""
    there: dict[str, object] = {
        "id": UUID(int=number), "state": state, "owned": state in {S.CLAIMED, S.RUNNING}, "ending": state is S.STOPPING,
        "current": True, "prepared": True, "since": START + timedelta(seconds=number),
    }  # fmt: skip
    return Member(**{**there, **fields})  # type: ignore[arg-type]


def old(number: int, state: SessionState = S.READY, **fields: object) -> Member:
    return member(number, state, current=False, **fields)


def size(low: int = 2, high: int = 8, starting: int = 2, prepared: int = 4, **fields: object) -> Size:
    return Size(low, high, starting, prepared, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("what", "wants", "members", "add", "ends"),
    [
        ("an empty pool gets its min", size(), [], 2, []),
        ("no more than may start at once", size(4), [], 2, []),
        ("those starting count", size(4), [member(1, S.STARTING), member(2, S.PENDING)], 0, []),
        ("a full set stays", size(), [member(1), member(2)], 0, []),
        ("one missing is added", size(), [member(1)], 1, []),
        ("one in use is replaced", size(), [member(1), member(2, S.RUNNING)], 1, []),
        ("a claim's start takes a place to start", size(), [member(1, S.STARTING, owned=True)], 1, []),
        ("one ending does not count as warm", size(), [member(1), member(2, ending=True)], 1, []),
        ("one ending takes its place until it is gone", size(2, 2), [member(1), member(2, S.STOPPING)], 0, []),
        ("max bounds", size(2, 3), [member(n, S.RUNNING) for n in range(3)], 0, []),
        ("full nodes bound", size(free=0), [], 0, []),
        ("nodes with one place bound", size(free=1), [], 1, []),
        ("a surplus goes, the newest first", size(1), [member(1), member(2), member(3)], 0, [3, 2]),
        ("a lowered min ends what is coming before what is there", size(1), [member(1), member(2, S.PENDING)], 0, [2]),
        ("a lowered min ends all that still come", size(0), [member(1, S.STARTING), member(2, S.PENDING)], 0, [2, 1]),
        ("a lowered max ends the warm ones it leaves no room for", size(2, 2),
         [member(1), member(2), member(3, S.RUNNING)], 0, [2]),
        ("a lowered max ends nobody's session in use", size(0, 1), [member(n, S.RUNNING) for n in range(4)], 0, []),
        ("a raised min adds", size(3), [member(1), member(2)], 1, []),
        ("min 0 keeps nothing", size(0), [member(1)], 0, [1]),
        ("a changed configuration makes before it breaks", size(), [old(1), old(2)], 2, []),
        ("and breaks when made", size(), [old(1), old(2), member(3)], 1, [1]),
        ("until none is left", size(), [old(2), member(3), member(4)], 0, [2]),
        ("those of the old one still coming are not waited for", size(), [old(1, S.STARTING), member(2)], 1, [1]),
        ("where max leaves no room one goes first", size(2, 2), [old(1), old(2)], 0, [1]),
        ("one at a time", size(2, 2), [old(1, S.STOPPING), old(2)], 0, []),
        ("where nodes leave no room one goes first", size(free=0), [old(1), old(2)], 0, [1]),
        ("one at a time there too", size(free=0), [old(1, S.STOPPING), old(2)], 0, []),
        ("its replacement comes before the next goes", size(2, 2), [old(2), member(3, S.STARTING)], 0, []),
        ("sessions in use keep the old configuration", size(0), [old(1, S.RUNNING)], 0, []),
        ("a paused pool keeps nothing warm", size(present=False), [member(1), member(2, S.PENDING)], 0, [1, 2]),
        ("a paused pool leaves those in use", size(present=False), [member(1, S.RUNNING)], 0, []),
    ],
)  # fmt: skip
def test_the_table_of_decisions(what: str, wants: Size, members: list[Member], add: int, ends: list[int]) -> None:
    step = decide_pool(wants, members)
    assert (step.add, [key.int for key, _ in step.end_unclaimed]) == (add, ends), what
    reason = ROTATED if wants.present else MAINTENANCE
    assert {why for _, why in step.end_unclaimed} <= {reason}
    assert step.end_all == ()


def test_a_deleted_pool_ends_everything_that_is_not_ending() -> None:
    members = [member(1), member(2, S.RUNNING), member(3, S.STOPPING), member(4, S.PENDING, owned=True)]
    step = decide_pool(size(deleted=True), members)
    assert step == PoolStep(end_all=(UUID(int=1), UUID(int=2), UUID(int=4)))


@pytest.mark.parametrize(
    ("ceiling", "members", "prepare", "of_added"),
    [
        (4, [], [], 2),
        (1, [], [], 1),
        (0, [], [], 0),
        (4, [member(1, prepared=False)], [1], 1),
        (1, [member(1, prepared=False), member(2, prepared=False)], [1], 0),
        (1, [member(1)], [], 0),
        (4, [member(1, S.RUNNING), member(2, prepared=False)], [2], 1),  # the page of a claimed one is not ours
        (4, [member(1, S.STARTING, prepared=False)], [], 1),  # told when it is there
    ],
)
def test_pages_are_prepared_up_to_the_ceiling(
    ceiling: int, members: list[Member], prepare: list[int], of_added: int
) -> None:
    step = decide_pool(size(prepared=ceiling), members)
    assert ([key.int for key in step.prepare], step.prepared_of_added) == (prepare, of_added)


# Of every pool

states = st.sampled_from([S.PENDING, S.STARTING, S.READY, S.CLAIMED, S.RUNNING, S.STOPPING])


@st.composite
def members_of(draw: st.DrawFn, most: int = 12) -> list[Member]:
    found = []
    for number in range(draw(st.integers(0, most))):
        state = draw(states)
        owned = state in {S.CLAIMED, S.RUNNING} or (state in {S.PENDING, S.STARTING} and draw(st.booleans()))
        ending = state is S.STOPPING or draw(st.integers(0, 4)) == 0
        found.append(
            member(number, state, owned=owned, ending=ending, current=draw(st.booleans()), prepared=draw(st.booleans()))
        )
    return found


@st.composite
def sizes(draw: st.DrawFn) -> Size:
    high = draw(st.integers(1, 10))
    return Size(
        min=draw(st.integers(0, high)), max=high, max_starting=draw(st.integers(1, 4)),
        prepared=draw(st.integers(0, 5)), free=draw(st.none() | st.integers(0, 10)),
    )  # fmt: skip


@given(wants=sizes(), members=members_of())
def test_it_never_adds_beyond_max_or_max_starting_or_the_nodes_room(wants: Size, members: list[Member]) -> None:
    step = decide_pool(wants, members)
    if step.add:
        assert len(members) + step.add <= wants.max
        starting = sum(m.state in {S.PENDING, S.STARTING} and not m.ending for m in members)
        assert starting + step.add <= wants.max_starting
        assert wants.free is None or step.add <= wants.free


@given(wants=sizes(), members=members_of())
def test_it_ends_only_warm_ones_and_each_once(wants: Size, members: list[Member]) -> None:
    step = decide_pool(wants, members)
    ended = [key for key, _ in step.end_unclaimed]
    assert len(ended) == len(set(ended))
    assert set(ended) <= {m.id for m in members if not m.owned and not m.ending}


@given(wants=sizes(), members=members_of())
def test_ready_ones_are_broken_only_after_others_are_made(wants: Size, members: list[Member]) -> None:
    """R5: never below min(min, max - in use - stopping), but for the one that goes where no room is left at all."""
    step = decide_pool(wants, members)
    here = [m for m in members if not m.ending]
    ready = [m for m in here if not m.owned and m.state is S.READY]
    culled = {key for key, _ in step.end_unclaimed} & {m.id for m in ready}
    in_use = sum(m.owned for m in here)
    floor = min(wants.min, max(wants.max - in_use - (len(members) - len(here)), 0))
    if culled and len(ready) - len(culled) < floor:
        assert len(culled) == 1
        assert len(here) == len(members)
        assert not next(m for m in ready if m.id in culled).current
        assert len(members) >= wants.max or wants.free == 0


@given(wants=sizes(), members=members_of())
def test_no_more_pages_are_told_to_be_prepared_than_the_ceiling(wants: Size, members: list[Member]) -> None:
    step = decide_pool(wants, members)
    told = [m for m in members if not m.owned and not m.ending and m.current and m.prepared]
    if step.prepare or step.prepared_of_added:
        ended = {key for key, _ in step.end_unclaimed}
        kept = [m for m in told if m.id not in ended]
        assert len(kept) + len(step.prepare) + step.prepared_of_added <= wants.prepared
    assert step.prepared_of_added <= step.add


@dataclass
class Simulated:
    """A pool whose wishes come true: what is pending starts, what starts is ready, what ends is gone, in turns."""

    wants: Size
    members: list[Member]
    number: int = 1000
    lowest: int = 99
    history: list[int] = field(default_factory=list)
    nodes: int | None = None  # browsers that fit

    def turn(self) -> PoolStep:
        holding = sum(m.state is not S.PENDING for m in self.members)
        pending = sum(m.state is S.PENDING for m in self.members)
        free = None if self.nodes is None else max(self.nodes - holding - pending, 0)
        step = decide_pool(replace(self.wants, free=free), self.members)
        ended = {key for key, _ in step.end_unclaimed} | set(step.end_all)
        self.members = [self._moved(replace(m, ending=m.ending or m.id in ended)) for m in self._those_left()]
        for number in range(step.add):
            self.number += 1
            self.members.append(member(self.number, S.PENDING, prepared=number < step.prepared_of_added))
        told = set(step.prepare)
        self.members = [replace(m, prepared=m.prepared or m.id in told) for m in self.members]
        self.history.append(len(self.members))
        return step

    def _those_left(self) -> list[Member]:
        return [m for m in self.members if m.state is not S.STOPPING]

    def _moved(self, m: Member) -> Member:
        if m.ending:
            return replace(m, state=S.STOPPING)
        onward = {S.PENDING: S.STARTING, S.STARTING: S.CLAIMED if m.owned else S.READY}
        return replace(m, state=onward.get(m.state, m.state))

    @property
    def warm(self) -> list[Member]:
        return [m for m in self.members if not m.owned]


def aim(wants: Size, in_use: int, nodes: int | None) -> int:
    room = wants.max if nodes is None else min(wants.max, nodes)
    return min(wants.min, max(room - in_use, 0))


@settings(max_examples=200)
@given(wants=sizes(), members=members_of(), nodes=st.none() | st.integers(1, 12))
def test_every_pool_comes_to_rest_at_its_min_in_bounded_turns(
    wants: Size, members: list[Member], nodes: int | None
) -> None:
    pool = Simulated(wants, members, nodes=nodes)
    for _ in range(80):
        pool.turn()
    in_use = sum(m.owned for m in pool.members)
    assert pool.turn() == PoolStep()
    assert all(m.state is S.READY and m.current for m in pool.warm)
    if nodes is None or len(members) <= nodes:
        assert len(pool.warm) == aim(wants, in_use, nodes)
    assert max(pool.history) <= max(wants.max, len(members))


@given(low=st.integers(1, 5), spare=st.integers(0, 4), at_once=st.integers(1, 3))
def test_rolling_never_goes_below_min_where_there_is_room_for_one_more(low: int, spare: int, at_once: int) -> None:
    wants = Size(low, low + spare, at_once, 4)
    pool = Simulated(wants, [old(number) for number in range(low)])
    turns = 0
    while any(not m.current for m in pool.members) and turns < 60:
        pool.turn()
        turns += 1
        there = [m for m in pool.members if m.state is S.READY and not m.ending]
        assert len(there) >= (low if spare else low - 1)
        assert len(pool.members) <= wants.max
    assert turns < 60


@given(changes=st.lists(st.tuples(sizes(), st.booleans()), min_size=1, max_size=6), members=members_of(4))
def test_a_pool_changed_again_and_again_comes_to_rest(changes: list[tuple[Size, bool]], members: list[Member]) -> None:
    pool = Simulated(changes[0][0], members)
    for wants, is_new in changes:
        pool.wants = replace(wants, free=None)
        if is_new:
            pool.members = [replace(m, current=False) for m in pool.members]
        for _ in range(3):
            pool.turn()
    for _ in range(60):
        pool.turn()
    in_use = sum(m.owned for m in pool.members)
    assert len(pool.warm) == aim(pool.wants, in_use, None)
