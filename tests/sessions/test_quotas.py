"""Claims within quotas, in the queue too; minutes that are used up end what runs."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import Membership, Team, User
from apps.core import clock
from apps.core.errors import TooMany
from apps.pools.models import Pool
from apps.quotas.models import Quota
from apps.reconciler.sweep import end_used_up
from apps.sessions.claims import Caller, attend, claim_session, serve
from apps.sessions.lifecycle import EndReason, Outcome
from apps.sessions.models import BrowserSession, Claim
from apps.sessions.options import SessionOptions
from tests.factories.people import actor_for, make_user
from tests.factories.sessions import end, make_claimed_session, make_ready_session

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def user(default_pool: Pool) -> User:
    return make_user()


def claim(user: User, *, is_held: bool = True) -> Any:
    make_ready_session()
    return claim_session(Caller(actor_for(user), is_held=is_held), SessionOptions())


def team_of(*members: User, **limits: int) -> Team:
    team = Team.objects.create(name="crew", group=Group.objects.create(name=f"crew {limits}"))
    for member in members:
        Membership.objects.create(team=team, user=member)
    Quota.objects.create(team=team, **limits)
    return team


def defaults(settings: Any, **values: int) -> None:
    settings.GRID = replace(django_settings.GRID, **values)


def test_a_claim_beyond_one_s_own_limit_is_429_and_names_it(user: User) -> None:
    Quota.objects.create(user=user, sessions=1)
    claim(user)
    with pytest.raises(TooMany) as refused:
        claim(user)
    assert refused.value.code == "quota"
    assert "1 session in use; the limit set for you is 1" in refused.value.detail
    assert "under Quotas" in refused.value.detail


def test_the_limit_holds_over_all_pools_together(user: User, make_pool: Any) -> None:
    Quota.objects.create(user=user, sessions=1)
    make_claimed_session(user, make_pool(user))
    with pytest.raises(TooMany):
        claim(user)


def test_a_session_that_ended_counts_no_more(user: User) -> None:
    Quota.objects.create(user=user, sessions=1)
    end(claim(user).session, actor=actor_for(user))
    assert claim(user).session is not None


def test_the_default_bounds_ordinary_people_alone(user: User, settings: Any) -> None:
    defaults(settings, user_sessions=1)
    staff = make_user(staff=True)
    for person in (user, staff, staff):
        claim(person)
    with pytest.raises(TooMany, match="for everybody here is 1"):
        claim(user)


def test_a_team_s_limit_bounds_its_members_together(user: User) -> None:
    mate, stranger = make_user(), make_user()
    team_of(user, mate, sessions=2)
    claim(user)
    claim(mate)
    with pytest.raises(TooMany, match="team crew has 2 sessions in use together"):
        claim(user)
    assert claim(stranger).session is not None


def test_without_any_quota_a_claim_asks_the_database_no_more_often(user: User) -> None:
    claim(user)
    make_ready_session()
    with CaptureQueriesContext(connection) as asked:
        claim_session(Caller(actor_for(user)), SessionOptions())
    about = [query["sql"] for query in asked if "quotas_quota" in query["sql"]]
    assert len(about) == 1
    assert "EXISTS" in about[0]  # within the question for the pool, which is asked anyway
    assert "pools_pool" in about[0]


def test_who_waits_beyond_the_quota_lets_others_go_first(user: User, default_pool: Pool) -> None:
    other = make_user()
    Quota.objects.create(user=user, sessions=2)
    Pool.objects.filter(pk=default_pool.pk).update(max_concurrency=2)
    claim(user)
    claim(user)
    Quota.objects.filter(user=user).update(sessions=3)
    first = claim_session(Caller(actor_for(user), is_held=False), SessionOptions()).claim
    second = claim_session(Caller(actor_for(other), is_held=False), SessionOptions()).claim
    Quota.objects.filter(user=user).update(sessions=2)
    Pool.objects.filter(pk=default_pool.pk).update(max_concurrency=8)
    serve(default_pool)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (Claim.State.QUEUED, Claim.State.SERVED)


def test_one_turn_of_the_queue_serves_nobody_beyond_the_quota(user: User, default_pool: Pool) -> None:
    Pool.objects.filter(pk=default_pool.pk).update(max_concurrency=1)
    claim(user)
    waits = [claim_session(Caller(actor_for(user), is_held=False), SessionOptions()).claim for _ in range(3)]
    Quota.objects.create(user=user, sessions=2)
    Pool.objects.filter(pk=default_pool.pk).update(max_concurrency=8)
    attend(waits[0])
    assert BrowserSession.objects.filter(owner=user).count() == 2


@pytest.fixture
def long_session(user: User) -> BrowserSession:
    """Claimed half an hour ago, in the middle of a day."""
    session = make_claimed_session(user, keep_alive=True)
    noon = clock.now().replace(hour=12, minute=0)
    BrowserSession.objects.filter(pk=session.pk).update(claimed_at=noon - timedelta(minutes=30))
    return session


def test_used_up_minutes_end_what_runs_and_refuse_what_comes(user: User, long_session: BrowserSession) -> None:
    Quota.objects.create(user=user, minutes=30)
    noon = clock.now().replace(hour=12, minute=0)
    with clock.stopped_at(noon - timedelta(minutes=1)):
        assert end_used_up(clock.now()) == 0
    with clock.stopped_at(noon + timedelta(seconds=1)):
        assert end_used_up(clock.now()) == 1
        long_session.refresh_from_db()
        assert (long_session.end_reason, long_session.outcome) == (EndReason.QUOTA, Outcome.TIMED_OUT)
        with pytest.raises(TooMany, match="30 minutes of today are used up") as refused:
            claim(user)
        assert 11 * 3600 < (refused.value.retry_after or 0) <= 12 * 3600


def test_a_new_day_begins_with_all_its_minutes(user: User, long_session: BrowserSession) -> None:
    Quota.objects.create(user=user, minutes=30)
    midnight = clock.now().replace(hour=0, minute=0, second=0) + timedelta(days=1)
    with clock.stopped_at(midnight + timedelta(minutes=5)):
        assert end_used_up(clock.now()) == 0


def test_a_team_s_minutes_end_its_members_sessions_alone(user: User, long_session: BrowserSession) -> None:
    mate, stranger = make_user(), make_user()
    kept = make_claimed_session(stranger, keep_alive=True)
    fresh = make_claimed_session(mate, keep_alive=True)
    team_of(user, mate, minutes=10)
    with clock.stopped_at(clock.now().replace(hour=12, minute=1)):
        end_used_up(clock.now())
    reasons = dict(BrowserSession.objects.exclude(owner=None).values_list("pk", "end_reason"))
    assert reasons == {long_session.pk: "quota", fresh.pk: "quota", kept.pk: ""}
