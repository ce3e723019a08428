"""Clients come and go: first, last, several, ours; deadlines to the tenth of a second; gateways that vanish."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from apps.accounts.models import User
from apps.core import clock
from apps.core.errors import Ended, NoCapacity, NotAllowed
from apps.events.models import Event
from apps.nodes.models import Process
from apps.nodes.services import renew_process
from apps.sessions.connections import (
    Traffic,
    close_connection,
    close_lapsed,
    connection_named,
    credentials_of,
    open_connection,
    settle,
    to_cut,
)
from apps.sessions.lifecycle import EndReason, Outcome, SessionState
from apps.sessions.models import BrowserSession, Connection
from apps.sessions.queries import never_connected
from apps.sessions.services import ask_to_stop
from apps.sessions.tickets import mint, redeem, revoke_ticket
from tests.factories.people import actor_for
from tests.factories.sessions import make_claimed_session, make_gateway
from tests.sessions.states import move, session_in
from tests.support.moving_clock import MovingClock

pytestmark = pytest.mark.django_db
S = SessionState


@pytest.fixture
def gateway(db: None, time: MovingClock) -> Process:
    return make_gateway()


@pytest.fixture
def session(pool: object, user: User, time: MovingClock) -> BrowserSession:
    return make_claimed_session(user)


@pytest.fixture
def lasting(pool: object, user: User, time: MovingClock) -> BrowserSession:
    """With keep_alive."""
    return make_claimed_session(user, keep_alive=True)


def connect(session: BrowserSession, user: User, gateway: Process) -> Connection:
    connection = open_connection(session, actor=actor_for(user), gateway=gateway)
    session.refresh_from_db()
    return connection


def test_the_first_client_makes_it_running(
    session: BrowserSession, user: User, gateway: Process, time: MovingClock
) -> None:
    time.forward(2)
    connect(session, user, gateway)
    assert session.status is S.RUNNING
    assert session.connect_deadline is None
    assert session.connected_at == session.running_since == time.now


def test_a_second_client_joins_without_a_move_but_is_told(
    session: BrowserSession, user: User, gateway: Process
) -> None:
    connect(session, user, gateway)
    second = connect(session, user, gateway)
    assert session.status is S.RUNNING
    told = Event.objects.filter(session_id=session.pk, type="session.connected").order_by("sequence")
    assert [event.data["connection"] for event in told][-1] == second.public_id
    assert session.sequence == Event.objects.filter(session_id=session.pk).count()


def test_the_last_clients_farewell_asks_for_the_end(session: BrowserSession, user: User, gateway: Process) -> None:
    connection = connect(session, user, gateway)
    close_connection(connection, traffic=Traffic(up=5, down=7))
    session.refresh_from_db()
    connection.refresh_from_db()
    assert (session.status, session.end_reason, session.outcome) == (S.CLAIMED, "client_disconnected", "completed")
    assert session.stop_requested_at is not None
    assert session.connect_deadline is None
    assert (connection.bytes_up, connection.bytes_down, connection.closed_at) == (5, 7, clock.now())


def test_not_the_last_ones_farewell_changes_nothing(session: BrowserSession, user: User, gateway: Process) -> None:
    first, _second = connect(session, user, gateway), connect(session, user, gateway)
    close_connection(first)
    session.refresh_from_db()
    assert (session.status, session.stop_requested_at) == (S.RUNNING, None)


def test_closing_twice_counts_once(session: BrowserSession, user: User, gateway: Process) -> None:
    first, _second = connect(session, user, gateway), connect(session, user, gateway)
    for _ in range(2):
        close_connection(first)
    session.refresh_from_db()
    assert session.status is S.RUNNING
    assert Event.objects.filter(session_id=session.pk, type="session.disconnected").count() == 1


def test_keep_alive_waits_for_the_next_client(
    lasting: BrowserSession, user: User, gateway: Process, time: MovingClock
) -> None:
    close_connection(connect(lasting, user, gateway))
    lasting.refresh_from_db()
    assert (lasting.status, lasting.stop_requested_at, lasting.connect_deadline) == (S.CLAIMED, None, None)
    time.forward(200)
    connect(lasting, user, gateway)
    assert lasting.status is S.RUNNING


def test_a_cut_of_our_own_gives_the_client_10_seconds_to_come_back(
    session: BrowserSession, user: User, gateway: Process, time: MovingClock
) -> None:
    close_connection(connect(session, user, gateway), ours=True)
    session.refresh_from_db()
    assert (session.status, session.stop_requested_at) == (S.CLAIMED, None)
    assert session.connect_deadline == time.now + timedelta(seconds=10)
    time.forward(9.9)
    connect(session, user, gateway)
    assert session.status is S.RUNNING


def test_a_cut_of_our_own_presses_no_keep_alive_session(lasting: BrowserSession, user: User, gateway: Process) -> None:
    close_connection(connect(lasting, user, gateway), ours=True)
    lasting.refresh_from_db()
    assert (lasting.status, lasting.connect_deadline) == (S.CLAIMED, None)


def test_a_client_that_comes_after_9_9_seconds_is_let_in(
    session: BrowserSession, user: User, gateway: Process, time: MovingClock
) -> None:
    time.forward(9.9)
    assert never_connected(time.now) == []
    connect(session, user, gateway)
    time.forward(1)
    assert never_connected(time.now) == []


@pytest.mark.parametrize("seconds", [10.0, 10.1])
def test_a_client_that_comes_after_10_seconds_is_refused_and_the_sweep_agrees(
    seconds: float, session: BrowserSession, user: User, gateway: Process, time: MovingClock
) -> None:
    time.forward(seconds)
    with pytest.raises(Ended) as refused:
        connect(session, user, gateway)
    assert (refused.value.status, refused.value.code) == (410, "no_connect")
    assert never_connected(time.now) == [session.pk]
    assert Connection.objects.count() == 0


def test_once_the_sweep_has_written_its_wish_nobody_gets_in(
    session: BrowserSession, user: User, gateway: Process, time: MovingClock
) -> None:
    ask_to_stop([session.pk], outcome=Outcome.TIMED_OUT, reason=EndReason.NO_CONNECT, now=time.now)
    with pytest.raises(Ended):
        connect(session, user, gateway)


@pytest.mark.parametrize("state", [S.STOPPING, S.COMPLETED, S.TIMED_OUT, S.ERROR])
def test_an_ended_session_refuses_new_connections(
    state: SessionState, pool: object, user: User, gateway: Process
) -> None:
    with pytest.raises(Ended):
        connect(session_in(state, owner=user), user, gateway)


@pytest.mark.parametrize("state", [S.PENDING, S.STARTING])
def test_a_session_that_still_starts_is_not_ready_yet(
    state: SessionState, pool: object, user: User, gateway: Process
) -> None:
    with pytest.raises(NoCapacity) as refused:
        connect(session_in(state, owner=user), user, gateway)
    assert refused.value.retry_after == 1


def test_a_session_with_another_launch_under_way_is_not_ready_yet(
    session: BrowserSession, user: User, gateway: Process
) -> None:
    BrowserSession.objects.filter(pk=session.pk).update(launch_wanted="another")
    with pytest.raises(NoCapacity):
        connect(session, user, gateway)


def test_a_token_that_may_only_look_may_not_connect(session: BrowserSession, user: User, gateway: Process) -> None:
    with pytest.raises(NotAllowed):
        open_connection(session, actor=actor_for(user, scopes=["sessions:read"]), gateway=gateway)


def test_a_gateway_whose_lease_lapsed_has_its_connections_closed_as_if_we_had_cut_them(
    session: BrowserSession, user: User, gateway: Process, time: MovingClock
) -> None:
    connection = connect(session, user, gateway)
    assert renew_process(gateway, time.now)
    time.forward(14.9)
    assert close_lapsed(time.now) == 0
    time.forward(0.2)
    assert close_lapsed(time.now) == 1
    session.refresh_from_db()
    connection.refresh_from_db()
    assert connection.closed_at == time.now
    assert (session.status, session.connect_deadline) == (S.CLAIMED, time.now + timedelta(seconds=10))
    assert close_lapsed(time.now) == 0


def test_a_gateway_that_came_back_under_a_new_boot_id_lost_what_it_held_before(
    session: BrowserSession, user: User, gateway: Process, time: MovingClock
) -> None:
    connect(session, user, gateway)
    Process.objects.filter(pk=gateway.pk).update(boot_id="reborn")
    assert close_lapsed(time.now) == 1
    session.refresh_from_db()
    assert session.status is S.CLAIMED


def test_a_gateway_whose_row_is_gone_holds_nothing(
    lasting: BrowserSession, user: User, gateway: Process, time: MovingClock
) -> None:
    connect(lasting, user, gateway)
    gateway.delete()
    assert close_lapsed(time.now) == 1
    lasting.refresh_from_db()
    assert lasting.status is S.CLAIMED


def test_a_lost_report_is_made_good(lasting: BrowserSession, user: User, gateway: Process, time: MovingClock) -> None:
    connection = connect(lasting, user, gateway)
    Connection.objects.filter(pk=connection.pk).update(closed_at=time.now)
    assert settle(lasting, time.now)
    lasting.refresh_from_db()
    assert lasting.status is S.CLAIMED
    Connection.objects.filter(pk=connection.pk).update(closed_at=None)
    assert settle(lasting, time.now)
    lasting.refresh_from_db()
    assert lasting.status is S.RUNNING
    assert not settle(lasting, time.now)


def test_a_gateway_learns_what_it_must_cut_and_why(
    session: BrowserSession, lasting: BrowserSession, user: User, gateway: Process, time: MovingClock
) -> None:
    one, two = connect(session, user, gateway), connect(lasting, user, gateway)
    secret = mint(lasting, actor=actor_for(user))
    redeemed = redeem(secret)
    three = open_connection(lasting, actor=redeemed.actor, gateway=gateway, ticket=redeemed.ticket)
    assert to_cut(gateway, revoked=set()) == {}
    move(session, S.STOPPING)
    assert to_cut(gateway, revoked=set()) == {one.public_id: "ended"}
    revoke_ticket(redeemed.ticket)
    assert to_cut(gateway, revoked=set()) == {one.public_id: "ended", three.public_id: "revoked"}
    assert to_cut(gateway, revoked=credentials_of(gateway)).keys() == {one.public_id, two.public_id, three.public_id}


def test_a_gateway_asks_only_about_its_own_connections(
    session: BrowserSession, user: User, gateway: Process, time: MovingClock
) -> None:
    connect(session, user, gateway)
    other = make_gateway("gateway-other")
    assert credentials_of(gateway) == {actor_for(user).credential}
    assert credentials_of(other) == set()
    assert to_cut(other, revoked={actor_for(user).credential}) == {}


def test_a_connection_is_found_by_its_public_id(session: BrowserSession, user: User, gateway: Process) -> None:
    connection = connect(session, user, gateway)
    assert connection_named(connection.public_id) == connection
    assert connection_named("con_nothing") is None
    assert connection_named(session.public_id) is None


def test_the_sequence_stays_gapless_through_all_of_it(
    lasting: BrowserSession, user: User, gateway: Process, time: MovingClock, make_user: Callable[..., User]
) -> None:
    first, second = connect(lasting, user, gateway), connect(lasting, user, gateway)
    close_connection(first)
    close_connection(second, ours=True)
    connect(lasting, user, gateway)
    sequences = list(Event.objects.filter(session_id=lasting.pk).order_by("id").values_list("sequence", flat=True))
    assert sequences == list(range(1, len(sequences) + 1))


def test_a_session_whose_longest_life_is_over_lets_nobody_in_even_before_the_sweep(
    lasting: BrowserSession, user: User, gateway: Process, time: MovingClock
) -> None:
    time.forward(3600)
    with pytest.raises(Ended):
        connect(lasting, user, gateway)
