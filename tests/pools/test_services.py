"""Making, changing and deleting pools, and what an ordinary user may have of them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.access.actor import Actor
from apps.access.permissions import Scope
from apps.accounts.models import User
from apps.core.errors import Conflict, Invalid, NotAllowed
from apps.events.models import Event
from apps.pools.models import Pool, PoolCounter, ProviderConfiguration
from apps.pools.services import CHANGEABLE, change_pool, create_pool, delete_pool, pause_pool, resume_pool
from tests.factories.people import actor_for
from tests.factories.pools import FAKE, fake_provider, make_pool, make_system_pool
from tests.support.at_once import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(make_user: Callable[..., User]) -> User:
    return make_user()


@pytest.fixture
def staff(make_user: Callable[..., User]) -> User:
    return make_user(staff=True)


def make(user: User, **fields: Any) -> Pool:
    fake_provider()
    return create_pool(actor=actor_for(user), fields={"name": "mine", "min": 0, "max": 1, **fields}, provider=FAKE)


def refused(user: User, **fields: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        make(user, **fields)
    return caught.value.fields


def test_a_pool_comes_with_its_counter_and_is_told(user: User) -> None:
    pool = make(user)
    assert PoolCounter.objects.get(pool=pool).alive == 0
    told = Event.objects.get(type="pool.created")
    assert (told.owner_id, told.pool_id) == (user.pk, pool.pk)


def test_an_ordinary_user_has_at_most_two_pools(user: User) -> None:
    make(user, name="one")
    make(user, name="two")
    assert refused(user, name="three") == {"name": "You may have 2 pools."}


def test_the_max_of_ones_pools_together_is_at_most_five_and_the_min_two(user: User) -> None:
    make(user, name="one", max=3, min=1)
    assert set(refused(user, name="two", max=3, min=2)) == {"max", "min"}
    make(user, name="two", max=2, min=1)


def test_the_limits_hold_for_changes_too(user: User) -> None:
    make(user, name="one", max=3)
    second = make(user, name="two", max=2)
    with pytest.raises(Invalid) as caught:
        change_pool(second, actor=actor_for(user), fields={"max": 3})
    assert set(caught.value.fields) == {"max"}
    second.refresh_from_db()
    assert second.max == 2


def test_deleted_pools_and_other_peoples_do_not_count(user: User, make_user: Callable[..., User]) -> None:
    other = make_user()
    make(other, name="one", max=5)
    for number in range(3):
        delete_pool(make(user, name=f"p{number}", max=5), actor=actor_for(user))
    make(user, name="last", max=5)


def test_staff_have_no_such_limits_and_may_make_system_pools(staff: User, user: User) -> None:
    for number in range(3):
        make(staff, name=f"p{number}", max=50, min=10)
    assert make_system_pool(staff, "fast", max=20).owner is None
    with pytest.raises(NotAllowed):
        create_pool(actor=actor_for(user), fields={"name": "x"}, provider=FAKE, system=True)
    with pytest.raises(NotAllowed):
        create_pool(actor=Actor.system(), fields={"name": "x"}, provider=FAKE)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 61),
        ("name", "a\x00b"),
        ("name", "\ud800"),
        ("min", -1),
        ("min", 2),
        ("min", "many"),
        ("max", 0),
        ("max", None),
        ("max", 10**30),
        ("max_concurrency", 0),
        ("max_starting", 0),
        ("timeout_minutes", 0),
        ("timeout_minutes", 8 * 24 * 60),
        ("viewport_width", 99),
        ("viewport_height", 5000),
        ("idle_policy", "sleep"),
        ("recording", "hologram"),
        ("browser", "firefox"),
        ("launch", ["--x"]),
        ("launch", {"colour": "red"}),
        ("launch", {"proxy": "http://x:1"}),
        ("launch", {"locale": "\x00"}),
        ("launch", {"args": ["--no-sandbox"]}),
        ("launch", {"args": "--mute-audio"}),
        ("labels", ["a"]),
        ("labels", {"a": 1}),
        ("labels", {"a": "\x00"}),
        ("colour", "red"),
        ("is_default", True),
        ("owner", None),
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_a_wrong_field_is_refused_by_its_name(field: str, value: Any, user: User) -> None:
    assert field in refused(user, **{field: value})
    assert not Pool.objects.filter(owner=user).exists()


def test_good_launch_options_are_taken(user: User) -> None:
    launch = {"locale": "de-DE", "timezone": "Europe/Berlin", "user_agent": "Robot/1.0", "args": ["--mute-audio"]}
    assert make(user, launch=launch, labels={"team": "red"}).launch == launch


def test_nothing_else_than_the_listed_fields_can_be_changed(user: User) -> None:
    assert not {"id", "owner", "is_default", "paused_at", "deleted_at", "provider"} & set(CHANGEABLE)


def test_a_name_is_ones_own_once_but_free_again_after_deletion(user: User, make_user: Callable[..., User]) -> None:
    first = make(user)
    assert "name" in refused(user)
    make(make_user())
    delete_pool(first, actor=actor_for(user))
    make(user)


@pytest.mark.database
def test_the_database_knows_names_once_too(user: User, staff: User) -> None:
    make_pool(user, "mine")
    system = make_system_pool(staff, "fast")
    provider = system.provider
    for owner, name in ((user, "mine"), (None, "fast")):
        with pytest.raises(IntegrityError), transaction.atomic():
            Pool.objects.create(owner=owner, name=name, provider=provider)
    with pytest.raises(IntegrityError), transaction.atomic():
        Pool.objects.filter(pk=system.pk).update(min=9, max=8)
    with pytest.raises(IntegrityError), transaction.atomic():
        PoolCounter.objects.filter(pool=system).update(in_use=-1)


def test_users_choose_only_among_open_providers(user: User, staff: User) -> None:
    closed = fake_provider("closed", open_to_users=False)
    with pytest.raises(Invalid) as caught:
        create_pool(actor=actor_for(user), fields={"name": "x", "min": 0, "max": 1}, provider="closed")
    assert "provider" in caught.value.fields
    assert create_pool(actor=actor_for(staff), fields={"name": "x"}, provider="closed").provider == closed
    pool = make(user)
    with pytest.raises(Invalid):
        change_pool(pool, actor=actor_for(user), fields={}, provider="closed")


def test_the_default_pool_cannot_be_deleted(default_pool: Pool, staff: User) -> None:
    with pytest.raises(Conflict):
        delete_pool(default_pool, actor=actor_for(staff))


def test_a_token_needs_the_scope(user: User, default_pool: Pool) -> None:
    narrow = actor_for(user, scopes=[Scope.POOLS_READ])
    with pytest.raises(NotAllowed):
        create_pool(actor=narrow, fields={"name": "x"})
    for act in (pause_pool, resume_pool, delete_pool):
        with pytest.raises(NotAllowed):
            act(default_pool, actor=narrow)


def test_a_pause_can_be_asked_for_twice_and_ended_twice(staff: User, default_pool: Pool) -> None:
    once = pause_pool(default_pool, actor=actor_for(staff)).paused_at
    assert once is not None
    assert pause_pool(default_pool, actor=actor_for(staff)).paused_at == once
    for _ in range(2):
        assert resume_pool(default_pool, actor=actor_for(staff)).paused_at is None
    assert Event.objects.filter(type="pool.changed").count() == 2


def test_a_provider_that_pools_use_stays(default_pool: Pool) -> None:
    with pytest.raises(IntegrityError):
        ProviderConfiguration.objects.filter(pk=default_pool.provider_id).delete()


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_pools_asked_for_at_once_do_not_slip_past_the_limit(make_user: Callable[..., User]) -> None:
    user = make_user()
    fake_provider()
    answers = at_once([lambda number=number: make(user, name=f"p{number}", max=2) for number in range(6)])
    assert sum(isinstance(answer, Pool) for answer in answers) == 2
    assert all(isinstance(answer, Pool | Invalid) for answer in answers)
