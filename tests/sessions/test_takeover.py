"""A person takes the automation's place: asked or not, one at a time, and never for longer than they are there."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction

from apps.access.permissions import Level
from apps.accounts.models import User
from apps.core.errors import Conflict, Ended, Invalid, NotAllowed, Unauthenticated
from apps.events.models import Event
from apps.pools.models import Pool
from apps.sessions import takeover
from apps.sessions.connections import close_connection
from apps.sessions.models import BrowserSession, Takeover
from apps.sessions.services import stop_session
from apps.sessions.sharing import share_session
from apps.sessions.takeover import (
    AWAY_SECONDS,
    Ending,
    end_overdue,
    hand_back,
    open_takeover,
    request_takeover,
    successor_of,
    take_control,
    was_asked_for,
)
from apps.sessions.viewing import open_viewer, redeem_view
from tests.factories.people import actor_for
from tests.factories.sessions import end, make_claimed_session, make_gateway
from tests.support.moving_clock import MovingClock

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def session(pool: Pool, user: User) -> BrowserSession:
    return make_claimed_session(user)


@pytest.fixture
def helper(session: BrowserSession, user: User, make_user: Callable[..., User]) -> User:
    """Somebody with whom the session is shared, to manage."""
    friend = make_user()
    share_session(session, actor=actor_for(user), to=friend.email, level=Level.MANAGE)
    return friend


def told(session: BrowserSession) -> list[str]:
    events = Event.objects.filter(session_id=session.pk, type__startswith="takeover.").order_by("sequence")
    return [f"{event.type.partition('.')[2]} {event.data.get('ending') or ''}".strip() for event in events]


def test_a_request_is_told_and_waits_for_a_person(session: BrowserSession, user: User) -> None:
    found = request_takeover(session, actor=actor_for(user), reason="A code was sent.")
    assert (found.reason, found.started_at, open_takeover(session)) == ("A code was sent.", None, found)
    assert told(session) == ["requested"]


def test_asking_twice_is_one_request(session: BrowserSession, user: User) -> None:
    assert request_takeover(session, actor=actor_for(user)) == request_takeover(session, actor=actor_for(user))
    assert told(session) == ["requested"]


def test_who_answers_it_holds_control_until_handing_back(session: BrowserSession, user: User) -> None:
    asked = request_takeover(session, actor=actor_for(user))
    held, secret = take_control(session, actor=actor_for(user))
    assert held == asked
    assert redeem_view(secret).session == session
    assert hand_back(session, actor=actor_for(user))
    asked.refresh_from_db()
    assert asked.ending == Ending.HANDED_BACK
    assert told(session) == ["requested", "started", "finished handed_back"]


def test_control_ends_with_the_ticket_that_it_came_with(session: BrowserSession, user: User) -> None:
    _, secret = take_control(session, actor=actor_for(user))
    hand_back(session, actor=actor_for(user))
    with pytest.raises(Unauthenticated):
        redeem_view(secret)


def test_it_is_held_by_one_at_a_time(session: BrowserSession, user: User, helper: User) -> None:
    _, secret = take_control(session, actor=actor_for(user))
    with pytest.raises(Conflict):
        take_control(session, actor=actor_for(helper))
    take_control(session, actor=actor_for(helper), from_others=True)
    with pytest.raises(Unauthenticated):
        redeem_view(secret)
    assert told(session) == ["started", "finished taken_over", "started"]


def test_taking_it_again_in_another_tab_voids_the_first(session: BrowserSession, user: User) -> None:
    _, first = take_control(session, actor=actor_for(user))
    _, second = take_control(session, actor=actor_for(user))
    assert redeem_view(second)
    with pytest.raises(Unauthenticated):
        redeem_view(first)


def test_whoever_may_only_use_the_session_takes_no_control(
    session: BrowserSession, user: User, make_user: Callable[..., User]
) -> None:
    friend = make_user()
    share_session(session, actor=actor_for(user), to=friend.email, level=Level.USE)
    with pytest.raises(NotAllowed):
        take_control(session, actor=actor_for(friend))


def test_handing_back_what_nobody_holds_changes_nothing(session: BrowserSession, user: User) -> None:
    assert not hand_back(session, actor=actor_for(user))
    assert told(session) == []


def test_a_request_that_nobody_answers_ends_in_time(session: BrowserSession, user: User, time: MovingClock) -> None:
    request_takeover(session, actor=actor_for(user), seconds=30)
    time.forward(29)
    assert end_overdue(time.now) == 0
    time.forward(2)
    assert end_overdue(time.now) == 1
    assert told(session) == ["requested", "finished timed_out"]


def test_whoever_closes_the_view_has_left_after_a_while(session: BrowserSession, user: User, time: MovingClock) -> None:
    held, _ = take_control(session, actor=actor_for(user))
    row = open_viewer(session, actor=actor_for(user), gateway=make_gateway(), ticket=held.ticket)
    time.forward(AWAY_SECONDS * 3)
    assert end_overdue(time.now) == 0
    close_connection(row)
    assert end_overdue(time.now) == 0, "a reload comes back"
    time.forward(AWAY_SECONDS + 1)
    assert end_overdue(time.now) == 1
    assert told(session) == ["started", "finished left"]


def test_it_ends_with_the_session(session: BrowserSession, user: User, time: MovingClock) -> None:
    take_control(session, actor=actor_for(user))
    end(session, actor=actor_for(user))
    assert end_overdue(time.now + timedelta(seconds=1)) == 1
    assert Takeover.objects.get().ending == Ending.SESSION_ENDED


def test_nobody_takes_over_what_is_ending(session: BrowserSession, user: User) -> None:
    stop_session(session, actor=actor_for(user))
    with pytest.raises(Ended):
        take_control(session, actor=actor_for(user))
    with pytest.raises(Ended):
        request_takeover(session, actor=actor_for(user))


def test_who_comes_in_the_last_moment_keeps_control(
    session: BrowserSession, user: User, time: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    request_takeover(session, actor=actor_for(user), seconds=30)
    time.forward(31)
    secrets: list[str] = []

    def atomic() -> Any:
        """Between the look at what is overdue and the lock."""
        if not secrets:
            secrets.append("")
            secrets.append(take_control(session, actor=actor_for(user))[1])
        return transaction.atomic()

    monkeypatch.setattr(takeover, "transaction", SimpleNamespace(atomic=atomic))
    assert end_overdue(time.now) == 0
    assert redeem_view(secrets[-1])
    assert told(session) == ["requested", "started"]


def test_a_request_passes_on_with_the_control_that_answered_it(
    session: BrowserSession, user: User, helper: User
) -> None:
    asked = request_takeover(session, actor=actor_for(user), reason="A code was sent.")
    take_control(session, actor=actor_for(user))
    held, _ = take_control(session, actor=actor_for(helper), from_others=True)
    asked.refresh_from_db()
    assert successor_of(asked) == held
    assert held.reason == "A code was sent."
    assert held.ticket is not None
    assert was_asked_for(held.ticket)
    assert successor_of(held) is None


def test_a_request_that_comes_while_a_person_is_there_already_passes_on_too(
    session: BrowserSession, user: User, helper: User
) -> None:
    take_control(session, actor=actor_for(user))
    asked = request_takeover(session, actor=actor_for(user))
    held, _ = take_control(session, actor=actor_for(helper), from_others=True)
    asked.refresh_from_db()
    assert successor_of(asked) == held


@pytest.mark.parametrize("seconds", [0, 3601])
def test_the_wait_is_bounded(session: BrowserSession, user: User, seconds: int) -> None:
    with pytest.raises(Invalid):
        request_takeover(session, actor=actor_for(user), seconds=seconds)
