"""Summing up hours: repeatable, the same as counting anew, forgotten after 90 days."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from apps.accounts.models import User
from apps.core import clock
from apps.sessions.models import BrowserSession, Connection
from apps.statistics.models import HourOfUse, Progress
from apps.statistics.queries import hours_of
from apps.statistics.services import KEPT, roll_up
from apps.statistics.tasks import roll_up as task
from apps.statistics.use import HOUR, Use, hour_of
from tests.factories.people import actor_for
from tests.factories.sessions import end, make_running_session

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def user(default_pool: Any, make_user: Any) -> User:
    """With one session from 5.5 to 2.5 hours ago, and one that runs."""
    user = make_user()
    now = clock.now()
    session, connection = make_running_session(user, keep_alive=True)
    end(session, actor=actor_for(user))
    span = {"claimed_at": now - timedelta(hours=5.5), "ended_at": now - timedelta(hours=2.5)}
    rows = BrowserSession.objects.filter(pk=session.pk)
    rows.update(**span, stop_requested_at=span["ended_at"], active_seconds=5400)
    Connection.objects.filter(pk=connection.pk).update(bytes_up=100, bytes_down=23)
    make_running_session(user, keep_alive=True)
    return user


def used(user: User, hours: float = 24) -> list[tuple[Any, Use]]:
    now = clock.now()
    found = hours_of(user.pk, now - timedelta(hours=hours), now)
    return sorted(((hour, use) for (hour, _), use in found.items()), key=lambda entry: entry[0])


def test_summed_hours_say_the_same_as_the_sessions_themselves(user: User) -> None:
    live = used(user)
    assert roll_up(clock.now()) > 3
    assert HourOfUse.objects.filter(owner=user).count() >= 3
    summed = used(user)
    assert [hour for hour, _ in summed] == [hour for hour, _ in live]
    for (_, one), (_, other) in zip(live, summed, strict=True):
        assert (one.sessions, one.claims, one.bytes) == (other.sessions, other.claims, other.bytes)
        assert one.waits == other.waits
        assert one.held_seconds == pytest.approx(other.held_seconds, abs=5)
        assert one.active_seconds == pytest.approx(other.active_seconds, abs=5)


def test_summing_up_twice_changes_nothing(user: User) -> None:
    now = clock.now()
    roll_up(now)
    once = list(HourOfUse.objects.order_by("hour").values("hour", "sessions", "held_seconds", "waits"))
    assert roll_up(now) == 0
    Progress.objects.update(until=hour_of(now) - HOUR * 6)
    roll_up(now)
    assert list(HourOfUse.objects.order_by("hour").values("hour", "sessions", "held_seconds", "waits")) == once


def test_the_present_hour_is_not_summed_up(user: User) -> None:
    task()
    now = clock.now()
    assert not HourOfUse.objects.filter(hour=hour_of(now)).exists()
    assert used(user)[-1][0] == hour_of(now)


def test_bytes_and_seconds_are_those_of_the_sessions(user: User) -> None:
    whole = [use for _, use in used(user)]
    assert sum(use.bytes for use in whole) == 123
    assert sum(use.held_seconds for use in whole) == pytest.approx(3 * 3600, abs=10)
    assert sum(use.active_seconds for use in whole) == pytest.approx(5400, abs=10)


def test_hours_of_ninety_days_ago_are_forgotten(user: User) -> None:
    roll_up(clock.now())
    HourOfUse.objects.update(hour=F("hour") - KEPT - HOUR)
    roll_up(clock.now())
    assert not HourOfUse.objects.exists()


def test_nobody_s_hours_are_somebody_else_s(user: User, make_user: Any) -> None:
    assert used(make_user()) == []
