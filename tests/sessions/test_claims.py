"""Handing browsers over: the fast path, a start on demand, limits, and what a claimed session looks like."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from apps.access.actor import Actor
from apps.access.permissions import Scope
from apps.accounts.models import User
from apps.core.errors import Invalid, NoCapacity, NotAllowed, NotFound, TooMany
from apps.core.secrets import decrypt
from apps.events.catalog import EventType
from apps.events.models import Event
from apps.pools.models import Pool
from apps.sessions.claims import Caller, Claimed, claim_session
from apps.sessions.lifecycle import SessionState
from apps.sessions.models import BrowserSession, Claim
from apps.sessions.options import SessionOptions
from tests.factories.pools import make_pool, make_system_pool
from tests.factories.sessions import answer, make_ready_session
from tests.sessions.states import counters, recount
from tests.support.moving_clock import MovingClock

pytestmark = pytest.mark.django_db
S = SessionState
Ask = Callable[..., Claimed]


def got(claimed: Claimed) -> BrowserSession:
    assert claimed.session is not None
    return claimed.session


def test_a_warm_browser_is_handed_over_at_once(pool: Pool, user: User, claim: Ask, time: MovingClock) -> None:
    warm = make_ready_session(pool)
    session = got(claim(user))
    assert session.pk == warm.pk
    assert (session.status, session.owner_id, session.claimed_at) == (S.CLAIMED, user.pk, time.now)
    assert session.is_usable
    assert session.connect_deadline == time.now + timedelta(seconds=10)
    assert session.expires_at == time.now + timedelta(minutes=60)


def test_keep_alive_has_no_deadline_to_connect(pool: Pool, user: User, claim: Ask, time: MovingClock) -> None:
    make_ready_session(pool)
    assert got(claim(user, keep_alive=True)).connect_deadline is None


def test_the_one_that_waited_longest_is_handed_over_first_but_one_with_a_page_before_all(
    pool: Pool, user: User, claim: Ask, time: MovingClock
) -> None:
    plain = make_ready_session(pool, prepared=False)
    time.forward(1)
    first = make_ready_session(pool)
    time.forward(1)
    second = make_ready_session(pool)
    assert [got(claim(user)).pk for _ in range(3)] == [first.pk, second.pk, plain.pk]


def test_without_a_warm_browser_one_is_started_for_the_claim_and_its_place_is_taken(
    pool: Pool, user: User, claim: Ask, time: MovingClock
) -> None:
    session = got(claim(user))
    assert (session.status, session.owner_id, session.connect_deadline) == (S.PENDING, user.pk, None)
    assert not session.is_usable
    assert counters(pool) == {"alive": 1, "in_use": 1, "starting": 0, "ready": 0}
    answer(session)
    assert session.status is S.CLAIMED
    assert session.is_usable
    assert counters(pool) == recount(pool)


def test_a_browser_that_was_asked_to_stop_is_handed_to_nobody(pool: Pool, user: User, claim: Ask) -> None:
    doomed = make_ready_session(pool)
    BrowserSession.objects.filter(pk=doomed.pk).update(stop_requested_at=doomed.created_at, end_reason="maintenance")
    assert got(claim(user)).pk != doomed.pk


def test_other_launch_options_make_it_usable_only_once_they_run(
    pool: Pool, user: User, claim: Ask, time: MovingClock
) -> None:
    warm = make_ready_session(pool)
    session = got(claim(user, launch={"locale": "de-DE"}))
    assert session.pk == warm.pk
    assert session.launch_wanted != session.launch_present
    assert not session.is_usable
    assert session.connect_deadline is None
    assert session.start_deadline == time.now + timedelta(seconds=60)
    BrowserSession.objects.filter(pk=session.pk).update(launch_present=session.launch_wanted)
    session.refresh_from_db()
    assert session.is_usable


def test_options_equal_to_the_pools_own_change_nothing(pool: Pool, user: User, claim: Ask) -> None:
    make_ready_session(pool)
    assert got(claim(user, launch={"viewport": {"width": 1280, "height": 720}})).is_usable


def test_a_session_started_for_a_claim_is_launched_with_its_options(pool: Pool, user: User, claim: Ask) -> None:
    session = got(claim(user, launch={"viewport": {"width": 800, "height": 600}}))
    assert session.launch["viewport"] == {"width": 800, "height": 600}


@pytest.mark.parametrize("full", [False, True], ids=["at once", "after a wait"])
def test_a_proxys_password_is_stored_encrypted_alone(pool: Pool, user: User, claim: Ask, full: bool) -> None:
    address = "http://me:secret-word@proxy.example:8080"
    Pool.objects.filter(pk=pool.pk).update(max_concurrency=0 if full else 4)
    claimed = claim(user, launch={"proxy": address})
    stored = claimed.claim.options["launch"] if claimed.claim else got(claimed).launch
    assert "secret-word" not in str(stored)
    assert decrypt(stored["proxy"]) == address


def test_a_switch_that_no_node_accepts_is_refused_by_name(pool: Pool, user: User, claim: Ask) -> None:
    with pytest.raises(Invalid) as caught:
        claim(user, launch={"args": ["--no-sandbox"]})
    assert "args" in caught.value.fields
    assert counters(pool)["alive"] == 0


def test_shorter_times_are_granted_and_longer_ones_capped(
    pool: Pool, user: User, claim: Ask, time: MovingClock
) -> None:
    short = got(claim(user, timeout=60, idle_timeout=30))
    long = got(claim(user, timeout=500_000, idle_timeout=5_000))
    assert (short.expires_at - time.now, short.idle_timeout_seconds) == (timedelta(seconds=60), 30)
    assert (long.expires_at - time.now, long.idle_timeout_seconds) == (timedelta(minutes=60), 300)


def test_a_pool_that_never_ends_the_idle_lets_the_caller_ask_for_it(pool: Pool, user: User, claim: Ask) -> None:
    Pool.objects.filter(pk=pool.pk).update(idle_timeout_seconds=0)
    assert got(claim(user)).idle_timeout_seconds == 0
    assert got(claim(user, idle_timeout=90)).idle_timeout_seconds == 90


def test_a_claim_is_told_to_its_owner(pool: Pool, user: User, claim: Ask) -> None:
    make_ready_session(pool)
    session = got(claim(user))
    told = Event.objects.get(session_id=session.pk, type=EventType.SESSION_CLAIMED)
    assert (told.owner_id, told.data["from"], told.data["to"]) == (user.pk, "ready", "claimed")


def test_one_person_gets_no_more_than_the_limit_for_one(
    pool: Pool, user: User, claim: Ask, make_user: Callable[..., User]
) -> None:
    Pool.objects.filter(pk=pool.pk).update(per_user_limit=1)
    got(claim(user))
    with pytest.raises(TooMany) as refused:
        claim(user)
    assert (refused.value.status, refused.value.code) == (429, "per_user_limit")
    assert refused.value.retry_after
    got(claim(make_user()))


def test_a_full_pool_lets_callers_wait_and_a_full_queue_refuses_them(
    pool: Pool, user: User, claim: Ask, time: MovingClock
) -> None:
    Pool.objects.filter(pk=pool.pk).update(max_concurrency=1, queue_limit=2)
    got(claim(user))
    assert [claim(user).claim.state for _ in range(2)] == ["queued", "queued"]
    with pytest.raises(NoCapacity) as refused:
        claim(user)
    assert (refused.value.status, refused.value.code) == (503, "queue_full")
    assert refused.value.retry_after


def test_a_pool_with_all_browsers_alive_but_not_in_use_waits_too(pool: Pool, user: User, claim: Ask) -> None:
    Pool.objects.filter(pk=pool.pk).update(max=1)
    warm = make_ready_session(pool)
    BrowserSession.objects.filter(pk=warm.pk).update(stop_requested_at=warm.created_at, end_reason="maintenance")
    assert claim(user).claim is not None


def test_the_first_claim_that_has_to_wait_says_that_the_pool_is_exhausted(pool: Pool, user: User, claim: Ask) -> None:
    Pool.objects.filter(pk=pool.pk).update(max_concurrency=0)
    claim(user)
    claim(user)
    assert Event.objects.filter(type=EventType.POOL_EXHAUSTED, pool_id=pool.pk).count() == 1


def test_a_paused_pool_hands_nothing_over(pool: Pool, user: User, claim: Ask, time: MovingClock) -> None:
    make_ready_session(pool)
    Pool.objects.filter(pk=pool.pk).update(paused_at=time.now)
    with pytest.raises(NoCapacity) as refused:
        claim(user)
    assert refused.value.code == "pool_paused"


def test_a_pool_is_claimed_by_its_name_ones_own_before_a_system_pools(
    pool: Pool, user: User, claim: Ask, make_user: Callable[..., User]
) -> None:
    system = make_system_pool(make_user(staff=True), "fast")
    other = make_user()
    assert got(claim(user, pool="fast")).pool_id == system.pk
    mine = make_pool(user, "fast")
    assert got(claim(user, pool="fast")).pool_id == mine.pk
    assert got(claim(user, pool=mine.public_id)).pool_id == mine.pk
    assert got(claim(other, pool="fast")).pool_id == system.pk


def test_somebody_elses_pool_does_not_exist_by_name_or_by_id(
    pool: Pool, user: User, claim: Ask, make_user: Callable[..., User]
) -> None:
    theirs = make_pool(make_user(), "theirs")
    for wanted in ("theirs", theirs.public_id, "nowhere", pool.public_id):
        with pytest.raises(NotFound):
            claim(user, pool=wanted)


def test_a_deleted_pool_does_not_exist(user: User, claim: Ask, time: MovingClock) -> None:
    mine = make_pool(user)
    Pool.objects.filter(pk=mine.pk).update(deleted_at=time.now)
    with pytest.raises(NotFound):
        claim(user, pool="mine")


def test_a_token_needs_the_scope_and_a_ticket_never_claims(pool: Pool, user: User) -> None:
    narrow = Actor(user=user, credential="tok_x", scopes=frozenset({Scope.SESSIONS_READ}))
    ticket = Actor(user=user, credential="tok_x", scopes=frozenset({Scope.SESSIONS_CONNECT}), session_id="x")
    for actor in (narrow, ticket, Actor.system()):
        with pytest.raises(NotAllowed):
            claim_session(Caller(actor), SessionOptions())
    assert Claim.objects.count() == BrowserSession.objects.count() == 0


def test_capacity_is_held_at_the_edges(pool: Pool, user: User, claim: Ask) -> None:
    Pool.objects.filter(pk=pool.pk).update(max=2, max_concurrency=2)
    outcomes = [claim(user) for _ in range(4)]
    assert [bool(outcome.session) for outcome in outcomes] == [True, True, False, False]
    assert counters(pool) == recount(pool)
