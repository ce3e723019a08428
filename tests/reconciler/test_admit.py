"""Claims before warm ones, within the slots of pools and the room of nodes."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.reconciler.admit import Pending, admit

A, B = UUID(int=101), UUID(int=102)
NODES, FAKES = UUID(int=201), UUID(int=202)


def warm(number: int, pool: UUID = A, provider: UUID = NODES) -> Pending:
    return Pending(UUID(int=number), pool, provider, owned=False)


def asked(number: int, pool: UUID = A, provider: UUID = NODES) -> Pending:
    return Pending(UUID(int=number), pool, provider, owned=True)


@pytest.mark.parametrize(
    ("what", "pending", "slots", "room", "start", "starved"),
    [
        ("nothing waits", [], {A: 2}, {NODES: 2}, [], {}),
        ("all fit", [warm(1), asked(2)], {A: 2}, {NODES: 2}, [1, 2], {}),
        ("a claim goes before an older warm one", [warm(1), asked(2)], {A: 1}, {NODES: 5}, [2], {}),
        (
            "a claim goes before another pool's warm one",
            [warm(1), asked(2, B)],
            {A: 1, B: 1},
            {NODES: 1},
            [2],
            {},
        ),
        ("older claims go first", [asked(2), asked(1)], {A: 1}, {NODES: 5}, [1], {}),
        ("a claim without room is starved", [asked(1)], {A: 1}, {NODES: 0}, [], {NODES: 1}),
        ("a claim without a slot is not", [asked(1)], {A: 0}, {NODES: 0}, [], {}),
        ("a warm one without room waits", [warm(1)], {A: 1}, {NODES: 0}, [], {}),
        ("each starved claim counts", [asked(n) for n in range(4)], {A: 4}, {NODES: 1}, [0], {NODES: 3}),
        ("providers without nodes have any room", [warm(1, provider=FAKES)], {A: 1}, {NODES: 0}, [1], {}),
        ("a pool that may start none starts none", [warm(1)], {A: -1}, {NODES: 5}, [], {}),
    ],
)
def test_the_table_of_admissions(
    what: str,
    pending: list[Pending],
    slots: dict[UUID, int],
    room: dict[UUID, int],
    start: list[int],
    starved: dict[UUID, int],
) -> None:
    admission = admit(pending, slots, room)
    assert (sorted(key.int for key in admission.start), dict(admission.starved)) == (start, starved), what


pending_lists = st.lists(
    st.builds(
        Pending,
        id=st.integers(0, 1000).map(lambda number: UUID(int=number)),
        pool=st.sampled_from([A, B]),
        provider=st.sampled_from([NODES, FAKES]),
        owned=st.booleans(),
    ),
    max_size=12,
    unique_by=lambda session: session.id,
)
few = st.integers(-1, 5)


@given(pending=pending_lists, slots=st.fixed_dictionaries({A: few, B: few}), room=st.fixed_dictionaries({NODES: few}))
def test_no_bound_is_ever_exceeded_and_no_warm_one_passes_a_claim(
    pending: list[Pending], slots: dict[UUID, int], room: dict[UUID, int]
) -> None:
    admission = admit(pending, slots, room)
    started = [session for session in pending if session.id in admission.start]
    for pool, most in slots.items():
        assert sum(session.pool == pool for session in started) <= max(most, 0)
    assert sum(session.provider == NODES for session in started) <= max(room[NODES], 0)
    for waiting in pending:
        if waiting.owned and waiting.id not in admission.start:
            rivals = [s for s in started if not s.owned and (s.pool, s.provider) == (waiting.pool, waiting.provider)]
            assert not rivals
