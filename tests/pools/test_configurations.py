"""Provider configurations: staff's alone, told as events, and kept while a pool names them."""

from collections.abc import Callable
from typing import Any

import pytest

from apps.access.actor import Actor
from apps.accounts.models import User
from apps.core.errors import Conflict, Invalid, NotFound
from apps.events.models import Event
from apps.events.queries import visible_events
from apps.pools.configurations import change_configuration, create_configuration, delete_configuration
from apps.pools.models import Pool, ProviderConfiguration
from tests.factories.people import actor_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(make_user: Callable[..., User]) -> Actor:
    return actor_for(make_user(staff=True))


def make(actor: Actor, **fields: Any) -> ProviderConfiguration:
    return create_configuration(actor=actor, name="far", kind=ProviderConfiguration.Kind.NODE, fields=fields)


@pytest.mark.database
def test_every_change_is_one_event_that_staff_alone_are_told(staff: Actor, make_user: Callable[..., User]) -> None:
    row = make(staff)
    change_configuration(row, actor=staff, fields={"egress_allow": ["localhost:3000"]})
    assert row.egress_allow == ["localhost:3000"]
    delete_configuration(row, actor=staff)
    told = Event.objects.filter(data__provider=row.public_id).order_by("id")
    assert [event.type for event in told] == ["provider.created", "provider.changed", "provider.deleted"]
    for number, event in enumerate(told, start=1):
        Event.objects.filter(pk=event.pk).update(position=number)
    assert visible_events(staff).count() == 3
    assert visible_events(actor_for(make_user())).count() == 0


def test_for_everybody_else_there_is_no_such_thing(default_pool: Pool, make_user: Callable[..., User]) -> None:
    person = actor_for(make_user())
    for act in (
        lambda: make(person),
        lambda: change_configuration(default_pool.provider, actor=person, fields={"open_to_users": True}),
        lambda: delete_configuration(default_pool.provider, actor=person),
    ):
        with pytest.raises(NotFound):
            act()


def test_one_that_a_pool_names_stays(default_pool: Pool, staff: Actor) -> None:
    with pytest.raises(Conflict):
        delete_configuration(default_pool.provider, actor=staff)
    assert ProviderConfiguration.objects.filter(pk=default_pool.provider_id).exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("egress_allow", ["localhost:99999"]),
        ("egress_allow", {}),
        ("options", []),
        ("options", {"a": ["\x00"]}),
        ("options", {"a": float("nan")}),
        ("open_to_users", "perhaps"),
        ("name", "another"),
    ],
    ids=ascii,
)
def test_a_wrong_field_is_refused_by_its_name(field: str, value: Any, staff: Actor) -> None:
    with pytest.raises(Invalid) as caught:
        make(staff, **{field: value})
    assert set(caught.value.fields) == {field}
    assert not ProviderConfiguration.objects.filter(name="far").exists()


def test_a_name_is_given_once(staff: Actor) -> None:
    make(staff)
    with pytest.raises(Invalid) as caught:
        make(staff)
    assert set(caught.value.fields) == {"name"}
