"""Wishes: to stop, to change, to keep open; written on the row, carried out by others."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import Exists

from apps.access.permissions import Scope
from apps.accounts.models import User
from apps.audit.models import Entry
from apps.core.errors import Conflict, Ended, Invalid, NotAllowed
from apps.events.models import Event
from apps.nodes.leases import hold
from apps.pools.models import Pool
from apps.reconciler.sweep import sweep
from apps.sessions.advance import Raced
from apps.sessions.claims import Claimed
from apps.sessions.connections import open_connection
from apps.sessions.lifecycle import EndReason, Outcome, SessionState
from apps.sessions.models import BrowserSession
from apps.sessions.services import (
    adopt_launch,
    ask_to_stop,
    ask_unclaimed_to_stop,
    change_session,
    keep_open,
    mark,
    stop_session,
)
from tests.factories.people import actor_for
from tests.factories.sessions import make_claimed_session, make_gateway, make_ready_session, make_running_session
from tests.sessions.states import session_in
from tests.support.moving_clock import MovingClock

pytestmark = pytest.mark.django_db
S = SessionState
Ask = Callable[..., Claimed]


@pytest.fixture
def session(pool: Pool, user: User, time: MovingClock) -> BrowserSession:
    return make_claimed_session(user)


def test_a_wish_to_stop_is_written_once_and_the_first_reason_stays(
    session: BrowserSession, user: User, time: MovingClock
) -> None:
    assert stop_session(session, actor=actor_for(user))
    time.forward(1)
    assert not stop_session(session, actor=actor_for(user), reason=EndReason.ADMIN, outcome=Outcome.ERROR)
    session.refresh_from_db()
    assert (session.outcome, session.end_reason) == ("completed", "released")
    assert session.stop_requested_at == time.now - timedelta(seconds=1)
    assert session.status is S.CLAIMED


def test_a_wish_raises_the_version_so_that_a_step_on_the_former_row_fails(session: BrowserSession, user: User) -> None:
    former = session.generation
    stop_session(session, actor=actor_for(user))
    session.refresh_from_db()
    assert session.generation == former + 1


@pytest.mark.parametrize("state", [S.COMPLETED, S.TIMED_OUT, S.ERROR])
def test_what_has_ended_is_not_asked_to_end(state: SessionState, pool: Pool, user: User) -> None:
    session = session_in(state, owner=user, pool=pool)
    before = session.generation
    assert not stop_session(session, actor=actor_for(user))
    session.refresh_from_db()
    assert session.generation == before


def test_a_token_that_only_connects_may_not_stop(session: BrowserSession, user: User) -> None:
    with pytest.raises(NotAllowed):
        stop_session(session, actor=actor_for(user, scopes=[Scope.SESSIONS_CONNECT]))


def test_warm_browsers_are_asked_to_stop_but_not_one_that_was_claimed_meanwhile(
    pool: Pool, user: User, session: BrowserSession, time: MovingClock
) -> None:
    warm = make_ready_session(pool)
    asked = ask_unclaimed_to_stop([warm.pk, session.pk], reason=EndReason.POOL_ROTATED, now=time.now)
    assert asked == 1
    session.refresh_from_db()
    assert session.stop_requested_at is None


def test_many_can_be_asked_at_once(pool: Pool, user: User, time: MovingClock) -> None:
    sessions = [make_claimed_session(user) for _ in range(3)]
    keys = [session.pk for session in sessions]
    assert ask_to_stop(keys, outcome=Outcome.TIMED_OUT, reason=EndReason.IDLE, now=time.now) == 3
    assert ask_to_stop(keys, outcome=Outcome.ERROR, reason=EndReason.ADMIN, now=time.now) == 0
    assert set(BrowserSession.objects.values_list("end_reason", flat=True)) == {"idle"}


def test_a_name_and_metadata_can_be_changed(session: BrowserSession, user: User) -> None:
    changed = change_session(session, {"name": "new", "metadata": {"a": "b"}}, actor=actor_for(user))
    assert (changed.name, changed.metadata) == ("new", {"a": "b"})


def test_what_was_changed_is_told_by_name_and_not_by_value(session: BrowserSession, user: User) -> None:
    change_session(session, {"name": "new", "metadata": {"a": "secret"}, "keep_alive": False}, actor=actor_for(user))
    told = Event.objects.get(session_id=session.pk, type="session.changed")
    assert told.data["changed"] == ["name", "metadata"]
    assert told.sequence == BrowserSession.objects.get(pk=session.pk).sequence
    assert "secret" not in str(told.data)


def test_a_change_to_what_it_is_already_is_none(session: BrowserSession, user: User) -> None:
    change_session(session, {"name": session.name, "metadata": session.metadata}, actor=actor_for(user))
    assert not Event.objects.filter(session_id=session.pk, type="session.changed").exists()
    assert not Entry.objects.filter(action="session.changed").exists()


def test_what_may_not_be_changed_is_left_alone(
    session: BrowserSession, user: User, make_user: Callable[..., User]
) -> None:
    change_session(session, {"owner": make_user(), "state": "ready", "expires_at": None}, actor=actor_for(user))
    session.refresh_from_db()
    assert (session.owner_id, session.state) == (user.pk, "claimed")
    assert session.expires_at is not None


def test_keep_alive_takes_the_deadline_away(session: BrowserSession, user: User) -> None:
    assert session.connect_deadline is not None
    changed = change_session(session, {"keep_alive": True}, actor=actor_for(user))
    assert (changed.keep_alive, changed.connect_deadline) == (True, None)


def test_keep_alive_can_be_given_up_only_while_a_client_is_there(pool: Pool, user: User, time: MovingClock) -> None:
    idle = make_claimed_session(user, keep_alive=True)
    with pytest.raises(Conflict):
        change_session(idle, {"keep_alive": False}, actor=actor_for(user))
    running, _ = make_running_session(user, keep_alive=True)
    assert change_session(running, {"keep_alive": False}, actor=actor_for(user)).keep_alive is False


def test_the_time_is_prolonged_from_now_but_never_beyond_the_pools_longest_life(
    session: BrowserSession, user: User, time: MovingClock
) -> None:
    claimed = time.now
    time.forward(600)
    assert keep_open(session, 120, actor=actor_for(user)) == time.now + timedelta(seconds=120)
    assert keep_open(session, 600_000, actor=actor_for(user)) == claimed + timedelta(minutes=60)


def test_what_is_ending_cannot_be_changed_or_prolonged(session: BrowserSession, user: User) -> None:
    stop_session(session, actor=actor_for(user))
    for change in ({"name": "x"}, {"timeout": 60}, {"keep_alive": True}):
        with pytest.raises(Ended):
            change_session(session, change, actor=actor_for(user))


def test_a_mark_stands_in_the_sessions_story(session: BrowserSession, user: User) -> None:
    mark(session, "x" * 300, actor=actor_for(user))
    told = Event.objects.get(session_id=session.pk, type="session.marked")
    assert told.data["label"] == "x" * 200


@pytest.mark.parametrize("keep_alive", [True, False])
def test_once_the_wanted_launch_runs_the_session_is_usable_and_its_seconds_to_connect_begin(
    keep_alive: bool, pool: Pool, user: User, claim: Ask, time: MovingClock
) -> None:
    make_ready_session(pool)
    session = claim(user, launch={"locale": "de-DE"}, keep_alive=keep_alive).session
    fence = hold("reconciler", "me", now=time.now, seconds=60)
    time.forward(3)
    adopt_launch(session, session.launch_wanted, fence=fence)
    session.refresh_from_db()
    assert session.is_usable
    assert session.start_deadline is None
    assert session.connect_deadline == (None if keep_alive else time.now + timedelta(seconds=10))
    assert Event.objects.filter(session_id=session.pk, type="session.relaunched").exists()


def test_a_former_reconciler_adopts_nothing(pool: Pool, user: User, claim: Ask, time: MovingClock) -> None:
    make_ready_session(pool)
    session = claim(user, launch={"locale": "de-DE"}).session
    former = hold("reconciler", "former", now=time.now, seconds=5)
    hold("reconciler", "present", now=time.forward(6), seconds=5)
    with pytest.raises(Raced):
        adopt_launch(session, session.launch_wanted, fence=former)
    assert not BrowserSession.objects.filter(Exists(former.query())).exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "x" * 121),
        ("name", "\x00"),
        ("metadata", {"a": 1}),
        ("keep_alive", "yes"),
        ("timeout", 0),
        ("timeout", "1"),
    ],
)
def test_a_wrong_value_is_refused_by_its_name(name: str, value: object, session: BrowserSession, user: User) -> None:
    with pytest.raises(Invalid) as refused:
        change_session(session, {name: value}, actor=actor_for(user))
    assert name in refused.value.fields


@pytest.mark.database
def test_a_mark_of_any_letters_can_be_stored(session: BrowserSession, user: User) -> None:
    mark(session, "a\x00b\ud800", actor=actor_for(user))
    assert Event.objects.get(session_id=session.pk, type="session.marked").data["label"] == "a?b?"


@pytest.mark.parametrize("due", ["never_connected", "overdue", "idle"])
def test_a_sweep_that_looked_too_early_writes_no_wish(
    due: str, session: BrowserSession, user: User, time: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look and the write a client came, prolonged, or did something: it wins."""
    looked_at = [session.pk]
    open_connection(session, actor=actor_for(user), gateway=make_gateway())
    monkeypatch.setattr(f"apps.reconciler.sweep.{due}", lambda now: looked_at)
    assert sweep(time.now).ended == 0
    session.refresh_from_db()
    assert session.stop_requested_at is None
