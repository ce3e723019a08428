"""Waiting for a browser: who is served when, who is not, and what becomes of a claim whose caller leaves."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from apps.accounts.models import User
from apps.core.errors import Ended
from apps.pools.models import Pool
from apps.sessions.claims import Claimed, attend, cancel, expire_unattended, serve
from apps.sessions.connections import open_connection
from apps.sessions.lifecycle import SessionState
from apps.sessions.models import BrowserSession, Claim
from apps.sessions.queries import never_connected, place_in_queue
from apps.sessions.services import connect_by, fetched
from tests.factories.people import actor_for
from tests.factories.sessions import answer, end, make_gateway, make_ready_session
from tests.sessions.states import counters, recount
from tests.support.moving_clock import MovingClock

pytestmark = pytest.mark.django_db
S = SessionState
Ask = Callable[..., Claimed]


@pytest.fixture
def full(pool: Pool, claim: Ask, make_user: Callable[..., User], time: MovingClock) -> tuple[User, BrowserSession]:
    """A pool for one, in use by somebody."""
    Pool.objects.filter(pk=pool.pk).update(max_concurrency=1)
    pool.refresh_from_db()
    holder = make_user()
    session = claim(holder, keep_alive=True).session
    answer(session)
    return holder, session


def wait(claim: Ask, user: User, **options: object) -> Claim:
    waiting = claim(user, **options).claim
    assert waiting is not None
    return waiting


def test_a_claim_waits_while_the_pool_is_full_and_is_served_when_a_place_is_free(
    pool: Pool, user: User, claim: Ask, full: tuple[User, BrowserSession]
) -> None:
    waiting = wait(claim, user)
    assert attend(waiting).state == Claim.State.QUEUED
    end(full[1], actor=actor_for(full[0]))
    served = attend(waiting)
    assert (served.state, served.session.owner_id) == (Claim.State.SERVED, user.pk)
    assert counters(pool) == recount(pool)


def test_the_queue_goes_before_newcomers(
    pool: Pool, user: User, claim: Ask, full: tuple[User, BrowserSession], make_user: Callable[..., User]
) -> None:
    waiting = wait(claim, user)
    end(full[1], actor=actor_for(full[0]))
    newcomer = wait(claim, make_user())
    assert attend(newcomer).state == Claim.State.QUEUED
    waiting.refresh_from_db()
    assert waiting.state == Claim.State.SERVED


def test_people_are_served_in_turn_however_much_one_of_them_asks_for(
    pool: Pool,
    user: User,
    claim: Ask,
    full: tuple[User, BrowserSession],
    make_user: Callable[..., User],
    time: MovingClock,
) -> None:
    greedy, modest, late = user, make_user(), make_user()
    for person in (greedy, greedy, greedy, modest, modest, late):
        wait(claim, person, is_held=False)
        time.forward(0.1)
    for room in range(2, 8):
        Pool.objects.filter(pk=pool.pk).update(max_concurrency=room, max=10)
        assert serve(pool) == 1
        time.forward(0.1)
    order = Claim.objects.filter(state="served").order_by("served_at").values_list("owner", flat=True)
    assert list(order) == [person.pk for person in (greedy, modest, late, greedy, modest, greedy)]


def test_several_places_at_once_are_given_in_turn_too(
    pool: Pool,
    user: User,
    claim: Ask,
    full: tuple[User, BrowserSession],
    make_user: Callable[..., User],
    time: MovingClock,
) -> None:
    modest = make_user()
    for _ in range(3):
        wait(claim, user)
        time.forward(0.1)
    wait(claim, modest)
    Pool.objects.filter(pk=pool.pk).update(max_concurrency=3)
    assert serve(pool) == 2
    assert set(Claim.objects.filter(state="served").values_list("owner", flat=True)) == {user.pk, modest.pk}


def test_a_claim_that_nobody_attends_is_never_served(
    pool: Pool, user: User, claim: Ask, full: tuple[User, BrowserSession], time: MovingClock
) -> None:
    waiting = wait(claim, user)
    time.forward(3.1)
    end(full[1], actor=actor_for(full[0]))
    assert serve(pool) == 0
    assert expire_unattended(time.now) == 1
    waiting.refresh_from_db()
    assert (waiting.state, waiting.session) == (Claim.State.EXPIRED, None)


@pytest.mark.parametrize(("is_held", "seconds"), [(True, 3), (False, 15)])
def test_attending_keeps_a_claim_for_a_while(
    is_held: bool,
    seconds: int,
    pool: Pool,
    user: User,
    claim: Ask,
    full: tuple[User, BrowserSession],
    time: MovingClock,
) -> None:
    waiting = wait(claim, user, is_held=is_held)
    for _ in range(3):
        time.forward(seconds - 0.1)
        attend(waiting)
        assert expire_unattended(time.now) == 0
    time.forward(seconds + 0.1)
    assert expire_unattended(time.now) == 1


def test_a_held_claim_ends_with_the_queue_timeout_and_a_polled_one_after_ten_minutes(
    pool: Pool, user: User, claim: Ask, full: tuple[User, BrowserSession], time: MovingClock
) -> None:
    held, polled = wait(claim, user), wait(claim, user, is_held=False)
    assert held.expires_at == time.now + timedelta(seconds=25)
    assert polled.expires_at == time.now + timedelta(minutes=10)
    for _ in range(13):
        time.forward(2)
        attend(held)
        attend(polled)
    assert (held.state, polled.state) == (Claim.State.EXPIRED, Claim.State.QUEUED)


def test_a_caller_that_leaves_gives_its_place_up(
    pool: Pool, user: User, claim: Ask, full: tuple[User, BrowserSession]
) -> None:
    waiting = wait(claim, user)
    cancel(waiting)
    end(full[1], actor=actor_for(full[0]))
    assert serve(pool) == 0
    waiting.refresh_from_db()
    assert waiting.state == Claim.State.CANCELLED


def test_a_caller_that_leaves_when_it_was_served_meanwhile_leaves_no_session_behind(
    pool: Pool, user: User, claim: Ask, full: tuple[User, BrowserSession]
) -> None:
    waiting = wait(claim, user, keep_alive=True)
    end(full[1], actor=actor_for(full[0]))
    assert serve(pool) == 1
    cancel(waiting)
    session = Claim.objects.get(pk=waiting.pk).session
    assert (session.stop_requested_at is not None, session.end_reason) == (True, "client_disconnected")


def test_cancelling_what_was_fetched_already_ends_nothing(
    pool: Pool, user: User, claim: Ask, full: tuple[User, BrowserSession]
) -> None:
    waiting = wait(claim, user, is_held=False)
    end(full[1], actor=actor_for(full[0]))
    session = attend(waiting).session
    fetched(session)
    cancel(waiting)
    session.refresh_from_db()
    assert session.stop_requested_at is None


@pytest.mark.parametrize("keep_alive", [True, False])
def test_a_session_served_to_a_polled_claim_ends_after_30_seconds_unfetched_whatever_its_keep_alive(
    keep_alive: bool, pool: Pool, user: User, claim: Ask, full: tuple[User, BrowserSession], time: MovingClock
) -> None:
    waiting = wait(claim, user, is_held=False, keep_alive=keep_alive)
    end(full[1], actor=actor_for(full[0]))
    make_ready_session(pool)
    served = time.now
    session = attend(waiting).session
    assert session.connect_deadline == served + timedelta(seconds=30)
    time.forward(29.9)
    assert never_connected(time.now) == []
    time.forward(0.2)
    assert never_connected(time.now) == [session.pk]
    with pytest.raises(Ended):
        open_connection(session, actor=actor_for(user), gateway=make_gateway())


def test_the_first_look_at_it_starts_the_10_seconds_and_later_looks_do_not(
    pool: Pool, user: User, claim: Ask, full: tuple[User, BrowserSession], time: MovingClock
) -> None:
    waiting = wait(claim, user, is_held=False)
    end(full[1], actor=actor_for(full[0]))
    make_ready_session(pool)
    session = attend(waiting).session
    looked = time.forward(25)
    fetched(session)
    assert session.connect_deadline == looked + timedelta(seconds=10)
    time.forward(5)
    fetched(session)
    assert session.connect_deadline == looked + timedelta(seconds=10)


def test_the_first_look_frees_a_keep_alive_session_of_its_deadline(
    pool: Pool, user: User, claim: Ask, full: tuple[User, BrowserSession], time: MovingClock
) -> None:
    waiting = wait(claim, user, is_held=False, keep_alive=True)
    end(full[1], actor=actor_for(full[0]))
    make_ready_session(pool)
    session = attend(waiting).session
    fetched(session)
    assert session.connect_deadline is None


def test_a_look_at_one_that_still_starts_does_not_press_it(
    pool: Pool, user: User, claim: Ask, full: tuple[User, BrowserSession], time: MovingClock
) -> None:
    waiting = wait(claim, user, is_held=False)
    end(full[1], actor=actor_for(full[0]))
    session = attend(waiting).session
    assert session.status is S.PENDING
    fetched(session)
    assert session.connect_deadline is None
    time.forward(40)
    assert connect_by(session, time.now) == time.now + timedelta(seconds=10)


def test_one_that_becomes_usable_unfetched_keeps_the_longer_of_its_deadlines(
    pool: Pool, user: User, claim: Ask, full: tuple[User, BrowserSession], time: MovingClock
) -> None:
    waiting = wait(claim, user, is_held=False)
    end(full[1], actor=actor_for(full[0]))
    served = time.now
    session = attend(waiting).session
    assert connect_by(session, served + timedelta(seconds=5)) == served + timedelta(seconds=30)
    assert connect_by(session, served + timedelta(seconds=25)) == served + timedelta(seconds=35)


def test_ones_place_in_the_queue_counts_those_who_still_wait(
    pool: Pool, user: User, claim: Ask, full: tuple[User, BrowserSession], time: MovingClock
) -> None:
    first = wait(claim, user)
    time.forward(2)
    second = wait(claim, user)
    assert (place_in_queue(first, time.now), place_in_queue(second, time.now)) == (1, 2)
    time.forward(1.5)
    assert place_in_queue(second, time.now) == 1


def test_who_is_at_the_limit_for_one_person_lets_others_pass(
    pool: Pool,
    user: User,
    claim: Ask,
    full: tuple[User, BrowserSession],
    make_user: Callable[..., User],
    time: MovingClock,
) -> None:
    holder, other = full[0], make_user()
    own, theirs = wait(claim, holder), wait(claim, other)
    Pool.objects.filter(pk=pool.pk).update(max_concurrency=2, per_user_limit=1)
    assert serve(pool) == 1
    own.refresh_from_db()
    theirs.refresh_from_db()
    assert (own.state, theirs.state) == (Claim.State.QUEUED, Claim.State.SERVED)


def test_a_paused_pool_serves_nobody_until_it_goes_on(
    pool: Pool, user: User, claim: Ask, full: tuple[User, BrowserSession], time: MovingClock
) -> None:
    waiting = wait(claim, user)
    end(full[1], actor=actor_for(full[0]))
    Pool.objects.filter(pk=pool.pk).update(paused_at=time.now)
    assert attend(waiting).state == Claim.State.QUEUED
    Pool.objects.filter(pk=pool.pk).update(paused_at=None)
    assert attend(waiting).state == Claim.State.SERVED


def test_who_waits_for_a_pool_that_is_deleted_waits_no_longer(
    pool: Pool, user: User, claim: Ask, full: tuple[User, BrowserSession], time: MovingClock
) -> None:
    waiting = wait(claim, user)
    Pool.objects.filter(pk=pool.pk).update(deleted_at=time.now)
    end(full[1], actor=actor_for(full[0]))
    assert attend(waiting).state == Claim.State.EXPIRED
