"""Which events become a toast."""

from datetime import timedelta

import pytest

from apps.core import clock
from apps.dashboard.live.notices import NEW, notice
from apps.events.catalog import EventType
from apps.events.models import Event
from apps.quotas.models import Quota
from apps.sessions.models import BrowserSession
from tests.factories.people import actor_for, make_user
from tests.factories.pools import ensure_default_pool
from tests.factories.sessions import make_claimed_session

pytestmark = [pytest.mark.django_db]


def ended(outcome: str, reason: str, name: str = "checkout") -> Event:
    ensure_default_pool()
    ann = make_user()
    session = make_claimed_session(ann)
    BrowserSession.objects.filter(pk=session.pk).update(name=name, stop_requested_at=clock.now(), end_reason=reason)
    return Event(
        type=EventType.SESSION_ENDED,
        occurred_at=clock.now(),
        owner=ann,
        session_id=session.pk,
        data={"outcome": outcome, "end_reason": reason},
    )


def test_a_session_of_mine_that_failed_is_said_with_its_reason() -> None:
    event = ended("error", "browser_crashed")
    said = notice(event, actor_for(event.owner))
    assert said is not None
    assert said["level"] == "error"
    assert said["message"] == "checkout: the browser crashed"


def test_a_session_that_ended_as_asked_is_not_worth_a_toast() -> None:
    event = ended("completed", "released")
    assert notice(event, actor_for(event.owner)) is None


def test_somebody_elses_failure_is_not_mine_also_where_i_may_see_it() -> None:
    event = ended("error", "browser_crashed")
    assert notice(event, actor_for(make_user(staff=True))) is None


def test_what_is_replayed_after_a_long_gap_needs_no_toast() -> None:
    event = ended("error", "browser_crashed")
    event.occurred_at -= NEW + timedelta(seconds=1)
    assert notice(event, actor_for(event.owner)) is None


def claimed(limit: int) -> Event:
    ensure_default_pool()
    ann = make_user()
    Quota.objects.create(user=ann, sessions=limit)
    session = make_claimed_session(ann)
    return Event(type=EventType.SESSION_CLAIMED, occurred_at=clock.now(), owner=ann, session_id=session.pk)


def test_a_claim_that_nearly_uses_up_a_quota_says_so() -> None:
    event = claimed(limit=1)
    said = notice(event, actor_for(event.owner))
    assert said is not None
    assert said["level"] == "warning"
    assert "1 of 1" in said["message"]


def test_a_claim_with_room_left_says_nothing() -> None:
    event = claimed(limit=10)
    assert notice(event, actor_for(event.owner)) is None
