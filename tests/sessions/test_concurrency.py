"""Two and more at once, on real connections: one winner each time, and counters that are right afterwards."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction

from apps.accounts.models import User
from apps.core import clock
from apps.core.errors import Ended
from apps.events.catalog import EventType
from apps.events.models import Event
from apps.pools.models import Pool
from apps.quotas.models import Quota
from apps.reconciler.sweep import sweep as sweep_deadlines
from apps.sessions.advance import Raced, advance
from apps.sessions.claims import Caller, Claimed, attend, claim_session, serve
from apps.sessions.connections import close_connection, open_connection
from apps.sessions.lifecycle import EndReason, SessionState
from apps.sessions.models import BrowserSession, Claim, Connection
from apps.sessions.options import SessionOptions
from apps.sessions.services import ask_unclaimed_to_stop, stop_session
from apps.sessions.tickets import mint
from tests.factories.people import actor_for
from tests.factories.pools import ensure_default_pool, make_pool
from tests.factories.sessions import end, make_claimed_session, make_gateway, make_ready_session, make_running_session
from tests.sessions.states import counters, fields_of, recount, session_in
from tests.support.at_once import at_once, failures

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
S = SessionState


@pytest.fixture
def big(transactional_db: None) -> Pool:
    return ensure_default_pool(min=0, max=100, max_concurrency=100, max_starting=100)


def claim_for(user: User, **options: object) -> Claimed:
    return claim_session(Caller(actor_for(user)), SessionOptions(**options))  # type: ignore[arg-type]


@pytest.mark.parametrize("warm", [50, 20, 0])
def test_50_claims_at_once_get_50_different_browsers(warm: int, big: Pool, make_user: Callable[..., User]) -> None:
    for _ in range(warm):
        make_ready_session(big)
    user = make_user()
    answers = at_once([lambda: claim_for(user)] * 50)
    assert failures(answers) == []
    keys = [answer.session.pk for answer in answers]
    assert len(set(keys)) == 50
    assert Counter(BrowserSession.objects.values_list("state", flat=True)) == Counter(
        {key: count for key, count in {"claimed": warm, "pending": 50 - warm}.items() if count}
    )
    assert counters(big) == recount(big)


def test_claims_at_once_never_overshoot_and_every_place_is_given(big: Pool, make_user: Callable[..., User]) -> None:
    Pool.objects.filter(pk=big.pk).update(max=12, max_concurrency=9)
    for _ in range(5):
        make_ready_session(big)
    users = [make_user() for _ in range(5)]
    answers = at_once([lambda number=number: claim_for(users[number % 5]) for number in range(30)])
    assert failures(answers) == []
    served = [answer.session.pk for answer in answers if answer.session]
    assert len(served) == len(set(served)) == 9
    assert Claim.objects.filter(state="queued").count() == 21
    assert counters(big) == recount(big)


def test_a_limit_for_one_person_holds_when_they_ask_many_times_at_once(
    big: Pool, make_user: Callable[..., User]
) -> None:
    Pool.objects.filter(pk=big.pk).update(per_user_limit=3)
    user = make_user()
    answers = at_once([lambda: claim_for(user)] * 12)
    assert sum(isinstance(answer, Claimed) for answer in answers) == 3
    assert {getattr(error, "code", error) for error in failures(answers)} == {"per_user_limit"}


def test_a_waiting_claim_is_served_once_by_however_many_that_serve(big: Pool, make_user: Callable[..., User]) -> None:
    holder, waiter = make_user(), make_user()
    Pool.objects.filter(pk=big.pk).update(max_concurrency=1)
    session = claim_for(holder).session
    claims = [claim_for(waiter).claim for _ in range(4)]
    end_now(session, holder)
    answers = at_once([lambda claim=claim: attend(claim) for claim in claims] + [lambda: serve(big)] * 4)
    assert failures(answers) == []
    assert Claim.objects.filter(state="served").count() == 1
    assert counters(big) == recount(big)
    assert counters(big)["in_use"] == 1


def end_now(session: BrowserSession, user: User) -> None:
    session.refresh_from_db()
    if session.status is S.PENDING:
        with transaction.atomic():
            advance(session, S.STARTING, EventType.SESSION_STARTING, now=clock.now())
    end(session, actor=actor_for(user))


@pytest.mark.parametrize("round_", range(5))
def test_a_move_that_many_try_at_once_is_made_once(round_: int, big: Pool, make_user: Callable[..., User]) -> None:
    session = session_in(S.CLAIMED, owner=make_user(), pool=big)

    def move(to: SessionState) -> SessionState:
        mine = BrowserSession.objects.get(pk=session.pk)
        mine.generation, mine.state = session.generation, session.state
        with transaction.atomic():
            advance(mine, to, EventType.SESSION_MARKED, now=clock.now(), **fields_of(to))
        return to

    answers = at_once([lambda to=to: move(to) for to in (S.RUNNING, S.STOPPING, S.PAUSED, S.RUNNING, S.STOPPING)])
    winners = [answer for answer in answers if isinstance(answer, SessionState)]
    assert len(winners) == 1
    assert all(isinstance(error, Raced) for error in failures(answers))
    session.refresh_from_db()
    assert session.status is winners[0]
    assert counters(big) == recount(big)
    assert Event.objects.filter(session_id=session.pk).count() == session.sequence


@pytest.mark.parametrize("round_", range(5))
def test_connecting_clients_and_the_sweep_race_and_exactly_one_side_wins(
    round_: int, big: Pool, make_user: Callable[..., User]
) -> None:
    """At the very deadline: either somebody is in and no wish is written, or nobody is and it ends."""
    user = make_user()
    gateway = make_gateway()
    session = make_claimed_session(user, big)
    BrowserSession.objects.filter(pk=session.pk).update(connect_deadline=clock.now() + timedelta(milliseconds=8))

    def connect() -> Connection:
        return open_connection(session, actor=actor_for(user), gateway=gateway)

    def sweep() -> int:
        for _ in range(20):
            if asked := sweep_deadlines(clock.now()).ended:
                return asked
        return 0

    answers = at_once([connect, connect, sweep])
    assert all(isinstance(error, Ended) for error in failures(answers))
    session.refresh_from_db()
    entered = [answer for answer in answers[:2] if isinstance(answer, Connection)]
    assert session.status is (S.RUNNING if entered else S.CLAIMED)
    assert not (entered and session.stop_requested_at)
    if answers[2]:
        assert (entered, session.end_reason) == ([], "no_connect")


@pytest.mark.parametrize("round_", range(5))
def test_a_claim_and_a_cull_race_for_a_warm_browser_and_one_gets_it(
    round_: int, big: Pool, make_user: Callable[..., User]
) -> None:
    warm = make_ready_session(big)
    user = make_user()
    claimed, asked = at_once(
        [
            lambda: claim_for(user),
            lambda: ask_unclaimed_to_stop([warm.pk], reason=EndReason.POOL_ROTATED, now=clock.now()),
        ]
    )
    assert failures([claimed, asked]) == []
    warm.refresh_from_db()
    assert (claimed.session.pk == warm.pk) is (asked == 0)
    assert (warm.owner_id is None) is (asked == 1)
    assert counters(big) == recount(big)


def test_clients_that_come_and_go_at_once_leave_the_truth_behind(big: Pool, make_user: Callable[..., User]) -> None:
    user = make_user()
    gateway = make_gateway()
    session, first = make_running_session(user, big, keep_alive=True)

    def visit() -> None:
        for _ in range(3):
            close_connection(open_connection(session, actor=actor_for(user), gateway=gateway))

    assert failures(at_once([visit] * 6 + [lambda: close_connection(first)])) == []
    session.refresh_from_db()
    assert session.status is S.CLAIMED
    assert not Connection.objects.filter(closed_at__isnull=True).exists()
    told = list(Event.objects.filter(session_id=session.pk).order_by("sequence").values_list("sequence", flat=True))
    assert told == list(range(1, session.sequence + 1))


def test_the_last_clients_that_leave_together_ask_for_the_end_once(big: Pool, make_user: Callable[..., User]) -> None:
    user = make_user()
    gateway = make_gateway()
    session, first = make_running_session(user, big)
    others = [open_connection(session, actor=actor_for(user), gateway=gateway) for _ in range(4)]
    answers = at_once([lambda connection=connection: close_connection(connection) for connection in (first, *others)])
    assert failures(answers) == []
    session.refresh_from_db()
    assert (session.status, session.end_reason) == (S.CLAIMED, "client_disconnected")
    assert Event.objects.filter(session_id=session.pk, type="session.disconnected").count() == 5


def test_of_many_wishes_to_stop_the_first_is_the_one_that_counts(big: Pool, make_user: Callable[..., User]) -> None:
    user = make_user()
    session = make_claimed_session(user, big)
    answers = at_once([lambda: stop_session(BrowserSession.objects.get(pk=session.pk), actor=actor_for(user))] * 8)
    assert failures(answers) == []
    assert sum(bool(answer) for answer in answers) == 1


def test_a_ticket_minted_by_many_at_once_is_one_ticket(big: Pool, make_user: Callable[..., User]) -> None:
    user = make_user()
    session = make_claimed_session(user, big)
    answers = at_once([lambda: mint(session, actor=actor_for(user))] * 8)
    assert failures(answers) == []
    assert len(set(answers)) == 1


def test_claims_at_once_in_two_pools_never_pass_a_quota(big: Pool, make_user: Callable[..., User]) -> None:
    user = make_user()
    Quota.objects.create(user=user, sessions=5)
    make_pool(user, "second", max=3, max_concurrency=3)
    at_once([lambda: claim_for(user), lambda: claim_for(user, pool="second")] * 8)
    assert BrowserSession.objects.filter(owner=user).count() == 5
