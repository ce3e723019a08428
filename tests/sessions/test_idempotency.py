"""A repeated request creates nothing and answers with what the first has become."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from apps.accounts.models import User
from apps.core.errors import Invalid, TooMany
from apps.pools.models import Pool
from apps.sessions.claims import Caller, attend
from apps.sessions.idempotency import Answer, claim_once, forget_old
from apps.sessions.models import BrowserSession, Claim, IdempotencyKey
from apps.sessions.options import SessionOptions
from tests.factories.people import actor_for
from tests.factories.sessions import end
from tests.support.at_once import at_once, failures
from tests.support.moving_clock import MovingClock

pytestmark = pytest.mark.django_db


def ask(user: User, key: str = "key", **options: object) -> Answer:
    return claim_once(Caller(actor_for(user)), SessionOptions(**options), key)  # type: ignore[arg-type]


def test_the_same_key_answers_with_the_same_session(pool: Pool, user: User) -> None:
    first, again = ask(user), ask(user)
    assert (first.repeated, again.repeated) == (False, True)
    assert first.claimed.session == again.claimed.session
    assert BrowserSession.objects.count() == 1


def test_without_a_key_every_request_is_a_new_one(pool: Pool, user: User) -> None:
    assert ask(user, "").claimed.session != ask(user, "").claimed.session
    assert IdempotencyKey.objects.count() == 0


def test_another_request_under_the_same_key_is_refused(pool: Pool, user: User) -> None:
    ask(user)
    with pytest.raises(Invalid) as refused:
        ask(user, name="other")
    assert refused.value.code == "idempotency_mismatch"


def test_a_key_is_ones_own(pool: Pool, user: User, make_user: Callable[..., User]) -> None:
    assert ask(user).claimed.session != ask(make_user()).claimed.session


def test_a_claim_that_waits_is_answered_again_and_once_served_its_session(pool: Pool, user: User) -> None:
    Pool.objects.filter(pk=pool.pk).update(max_concurrency=0)
    first = ask(user)
    assert ask(user).claimed.claim == first.claimed.claim
    Pool.objects.filter(pk=pool.pk).update(max_concurrency=1)
    served = attend(first.claimed.claim)
    assert ask(user).claimed.session == served.session
    assert Claim.objects.count() == 1


def test_an_ended_session_is_answered_as_ended_and_not_replaced(pool: Pool, user: User) -> None:
    session = ask(user).claimed.session
    end(session, actor=actor_for(user))
    again = ask(user).claimed.session
    assert (again.pk, again.is_ended) == (session.pk, True)


def test_a_request_that_was_refused_may_be_made_again_under_its_key(pool: Pool, user: User) -> None:
    Pool.objects.filter(pk=pool.pk).update(per_user_limit=0)
    with pytest.raises(TooMany):
        ask(user)
    Pool.objects.filter(pk=pool.pk).update(per_user_limit=1)
    assert ask(user).repeated is False


def test_a_key_has_at_most_255_letters(pool: Pool, user: User) -> None:
    ask(user, "x" * 255)
    with pytest.raises(Invalid):
        ask(user, "x" * 256)


@pytest.mark.parametrize("key", ["a\x00b", "\udcff"])
def test_a_key_that_cannot_be_stored_is_refused_and_not_a_crash(key: str, pool: Pool, user: User) -> None:
    with pytest.raises(Invalid):
        ask(user, key)


def test_keys_are_kept_a_day_or_until_what_they_made_has_ended(pool: Pool, user: User, time: MovingClock) -> None:
    ended, alive = ask(user, "ended").claimed.session, ask(user, "alive").claimed.session
    end(ended, actor=actor_for(user))
    time.forward(24 * 3600 - 1)
    assert forget_old(time.now) == 0
    time.forward(1)
    assert forget_old(time.now) == 1
    assert ask(user, "alive").claimed.session == alive


def test_keys_of_claims_are_forgotten_when_the_session_they_led_to_has_ended(
    pool: Pool, user: User, time: MovingClock
) -> None:
    Pool.objects.filter(pk=pool.pk).update(max_concurrency=0)
    claim = ask(user).claimed.claim
    Pool.objects.filter(pk=pool.pk).update(max_concurrency=1)
    session = attend(claim).session
    time.forward(25 * 3600)
    assert forget_old(time.now) == 0
    end(session, actor=actor_for(user))
    assert forget_old(time.now + timedelta(seconds=1)) == 1


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_a_key_used_by_many_at_once_makes_one_session(make_user: Callable[..., User], pool: Pool) -> None:
    user = make_user()
    answers = at_once([lambda: ask(user).claimed.session.pk] * 10)
    assert failures(answers) == []
    assert len(set(answers)) == 1
    assert BrowserSession.objects.count() == 1
