"""The single writer of states: edges, counters, compare-and-set, the event, the fence."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction

from apps.accounts.models import User
from apps.core import clock
from apps.events.catalog import EventType
from apps.events.models import Event
from apps.nodes.leases import Held, hold
from apps.nodes.models import Node
from apps.pools.models import Pool
from apps.sessions.advance import Raced, advance, note
from apps.sessions.lifecycle import SessionState
from apps.sessions.models import BrowserSession
from tests.sessions.states import counters, fields_of, move, recount, session_in
from tests.sessions.test_lifecycle import ALLOWED
from tests.support.moving_clock import MovingClock

pytestmark = pytest.mark.django_db
S = SessionState


@pytest.mark.database
@pytest.mark.parametrize("start", list(S))
def test_only_the_edges_of_the_table_can_be_taken_and_the_counters_follow(
    start: SessionState, pool: Pool, user: User
) -> None:
    for end in S:
        owner = None if start is S.READY or (start is S.STARTING and end is S.READY) else user
        session = session_in(start, owner=owner, pool=pool)
        generation, sequence = session.generation, session.sequence
        fields = {"owner": user} if start is S.READY and end is S.CLAIMED else {}
        if (start, end) in ALLOWED:
            move(session, end, **fields)
            assert session.status is end
            assert (session.generation, session.sequence) == (generation + 1, sequence + 1)
        else:
            with pytest.raises(RuntimeError, match="no edge"):
                move(session, end, **fields)
            session.refresh_from_db()
            assert (session.status, session.generation) == (start, generation)
        assert counters(pool) == recount(pool)


@pytest.mark.database
def test_of_two_that_read_the_same_row_one_moves_it_and_the_other_is_told(pool: Pool, user: User) -> None:
    session = session_in(S.CLAIMED, owner=user, pool=pool)
    twin = BrowserSession.objects.get(pk=session.pk)
    move(session, S.RUNNING)
    before = counters(pool)
    with pytest.raises(Raced):
        move(twin, S.STOPPING)
    session.refresh_from_db()
    assert session.status is S.RUNNING
    assert counters(pool) == before


@pytest.mark.database
def test_a_former_holders_write_is_refused_in_the_statement_itself(pool: Pool, user: User) -> None:
    session = session_in(S.CLAIMED, owner=user, pool=pool)
    now = clock.now()
    former = hold("reconciler", "first", now=now, seconds=5)
    assert former is not None
    present = hold("reconciler", "second", now=now + timedelta(seconds=6), seconds=5)
    assert present is not None
    with pytest.raises(Raced), transaction.atomic():
        advance(session, S.STOPPING, EventType.SESSION_STOPPING, now=now, fence=former, **fields_of(S.STOPPING))
    session.refresh_from_db()
    assert session.status is S.CLAIMED
    with transaction.atomic():
        advance(session, S.STOPPING, EventType.SESSION_STOPPING, now=now, fence=present, **fields_of(S.STOPPING))
    assert session.status is S.STOPPING


def test_a_hold_that_never_was_moves_nothing(pool: Pool, user: User) -> None:
    session = session_in(S.CLAIMED, owner=user, pool=pool)
    with pytest.raises(Raced), transaction.atomic():
        advance(session, S.RUNNING, EventType.SESSION_CONNECTED, now=clock.now(), fence=Held("reconciler", "x", 1))


def test_every_move_tells_one_event_and_the_sequence_has_no_gap(pool: Pool, user: User) -> None:
    session = session_in(S.COMPLETED, owner=user, pool=pool)
    told = list(Event.objects.filter(session_id=session.pk).order_by("sequence"))
    assert [event.sequence for event in told] == list(range(1, session.sequence + 1))
    assert [event.data.get("to") for event in told[1:]] == ["starting", "claimed", "stopping", "completed"]
    assert {event.owner_id for event in told} == {user.pk}


def test_a_move_that_is_rolled_back_tells_nothing(pool: Pool, user: User) -> None:
    session = session_in(S.CLAIMED, owner=user, pool=pool)
    before = Event.objects.count()
    with transaction.atomic():
        advance(session, S.RUNNING, EventType.SESSION_CONNECTED, now=clock.now())
        transaction.set_rollback(True)  # something else went wrong
    assert Event.objects.count() == before
    session.refresh_from_db()
    assert session.status is S.CLAIMED


def test_a_note_takes_a_number_without_moving_the_state(pool: Pool, user: User) -> None:
    session = session_in(S.CLAIMED, owner=user, pool=pool)
    with transaction.atomic():
        note(session, EventType.SESSION_MARKED, now=clock.now(), data={"label": "here"})
    last = Event.objects.filter(session_id=session.pk).latest("sequence")
    assert (last.sequence, last.data["label"], session.status) == (session.sequence, "here", S.CLAIMED)


def test_what_was_told_between_reading_and_moving_leaves_no_gap(pool: Pool, user: User) -> None:
    session = session_in(S.CLAIMED, owner=user, pool=pool)
    with transaction.atomic():
        note(BrowserSession.objects.get(pk=session.pk), EventType.SESSION_MARKED, now=clock.now())
    with transaction.atomic():
        advance(session, S.RUNNING, EventType.SESSION_CONNECTED, now=clock.now())
    told = Event.objects.filter(session_id=session.pk).order_by("sequence").values_list("sequence", flat=True)
    assert list(told) == list(range(1, session.sequence + 1))
    assert BrowserSession.objects.get(pk=session.pk).sequence == session.sequence


@pytest.mark.django_db(transaction=True)
def test_an_event_cannot_be_written_outside_a_transaction(pool: Pool, user: User) -> None:
    session = session_in(S.CLAIMED, owner=user, pool=pool)
    with pytest.raises(RuntimeError, match="in the transaction of what it tells"):
        note(session, EventType.SESSION_MARKED, now=clock.now())


def test_time_with_a_client_is_added_up_over_connections(pool: Pool, user: User, time: MovingClock) -> None:
    session = session_in(S.CLAIMED, owner=user, pool=pool)
    time.forward(3)
    move(session, S.RUNNING)
    time.forward(5)
    move(session, S.CLAIMED)
    time.forward(7)
    move(session, S.RUNNING)
    time.forward(2)
    move(session, S.STOPPING)
    time.forward(1)
    move(session, S.COMPLETED)
    assert session.active_seconds == pytest.approx(7)
    assert session.duration_seconds(time.now) == pytest.approx(18)


def test_the_end_gives_the_nodes_room_back(pool: Pool, user: User) -> None:
    node = Node.objects.create(name="n", provider="local", address="unix:/x", max_browsers=2, browsers=1)
    session = session_in(S.PENDING, owner=user, pool=pool)
    move(session, S.STARTING, node=node)
    move(session, S.STOPPING)
    node.refresh_from_db()
    assert node.browsers == 1
    move(session, S.COMPLETED)
    node.refresh_from_db()
    assert node.browsers == 0


def test_a_pending_session_that_never_created_anything_may_end_at_once(pool: Pool, user: User) -> None:
    session = session_in(S.PENDING, owner=user, pool=pool)
    move(session, S.ERROR)
    assert session.is_ended
    assert counters(pool) == {"alive": 0, "in_use": 0, "starting": 0, "ready": 0}


def test_the_owner_is_written_with_the_claim_and_never_again(
    pool: Pool, user: User, make_user: Callable[..., User]
) -> None:
    session = session_in(S.READY, pool=pool)
    move(session, S.CLAIMED, owner=user)
    assert session.owner_id == user.pk
