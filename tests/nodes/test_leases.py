"""One holder at a time; a former one is known by its epoch."""

from datetime import timedelta

import pytest
from django.db.models import Exists

from apps.core import clock
from apps.nodes.leases import Held, hold, release
from apps.nodes.models import Lease, Node
from tests.support.at_once import at_once, failures
from tests.support.moving_clock import START

pytestmark = pytest.mark.django_db


def held(holder: str, seconds: float = 0) -> Held | None:
    return hold("reconciler", holder, now=START + timedelta(seconds=seconds), seconds=5)


def test_a_free_lease_is_taken_and_kept_by_renewing() -> None:
    first = held("a")
    assert first is not None
    assert held("a", 4) == first
    assert held("a", 8) == first


def test_while_one_holds_it_nobody_else_gets_it() -> None:
    held("a")
    assert held("b", 4.9) is None


def test_a_lapsed_lease_goes_to_the_next_one_under_a_new_epoch() -> None:
    first = held("a")
    second = held("b", 5)
    assert first is not None
    assert second is not None
    assert second.epoch > first.epoch
    assert held("a", 6) is None


def test_who_let_it_lapse_and_takes_it_again_has_a_new_epoch_too() -> None:
    first, again = held("a"), held("a", 6)
    assert first is not None
    assert again is not None
    assert again.epoch > first.epoch


def test_releasing_lets_the_next_one_in_at_once_and_only_the_holder_can() -> None:
    first = held("a")
    assert first is not None
    release(Held(first.name, "b", first.epoch))
    assert held("b", 1) is None
    release(first)
    assert held("b", 1) is not None
    release(first)
    assert held("c", 2) is None


def test_leases_of_other_names_are_other_leases() -> None:
    held("a")
    assert hold("dispatcher", "b", now=START, seconds=5) is not None


@pytest.mark.database
def test_a_former_holders_write_is_refused_in_one_statement() -> None:
    node = Node.objects.create(name="n", provider="p", address="x")
    former, present = held("a"), held("b", 6)
    assert former is not None
    assert present is not None
    rows = Node.objects.filter(pk=node.pk)
    assert rows.filter(Exists(former.query())).update(draining=True) == 0
    assert rows.filter(Exists(present.query())).update(draining=True) == 1


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("lapsed", [False, True], ids=["new", "lapsed"])
def test_of_many_that_want_it_at_once_one_gets_it(lapsed: bool) -> None:
    now = clock.now()
    if lapsed:
        Lease.objects.create(name="reconciler", holder="gone", epoch=7, expires_at=now - timedelta(seconds=1))
    answers = at_once([lambda name=f"p{n}": hold("reconciler", name, now=now, seconds=60) for n in range(12)])
    assert failures(answers) == []
    winners = [answer for answer in answers if answer is not None]
    assert len(winners) == 1
    assert Lease.objects.get().holder == winners[0].holder
