"""Entries: what they hold, what they hide, that nothing changes them."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from apps.access.actor import Actor
from apps.audit.actions import Action
from apps.audit.chain import seal_all, verify
from apps.audit.hiding import hidden
from apps.audit.models import ChainEnd, Entry
from apps.audit.queries import Wanted, narrowed, shows_address, visible_entries
from apps.audit.record import record
from tests.audit.flushing import lift

pytestmark = [pytest.mark.django_db, pytest.mark.database]

CANARIES = {
    "password": "canary-password",
    "token": "canary-token",
    "secret_key": "canary-secret",
    "note": "see bg_canary0123456789ABCDEF here",
    "proxy": "http://canary-proxy",
    "address": "http://canary-user:canary-pass@proxy.example:3128",
    "url": "ws://x/connect?token=canary-query&a=1",
    "deep": {"list": [{"authorization": "Bearer canary-deep"}]},
}


@pytest.fixture
def person(make_user: Any) -> Actor:
    user = make_user()
    return Actor(user=user, credential="tok_x", address="203.0.113.9")


def write(actor: Actor, action: Action = Action.POOL_CHANGED, **told: Any) -> Entry:
    with transaction.atomic():
        entry = record(actor, action, actor.user, **told)
    assert entry is not None
    return entry


def test_an_entry_says_who_what_when_and_from_where(person: Actor) -> None:
    entry = write(person, before={"min": 1, "max": 4}, after={"min": 2, "max": 4})
    entry.refresh_from_db()
    assert entry.person_id == person.user.pk
    assert (entry.credential, entry.address) == ("tok_x", "203.0.113.9")
    assert (entry.kind, entry.thing) == ("person", person.user.public_id)
    assert (entry.before, entry.after) == ({"min": 1}, {"min": 2})


def test_what_the_grid_does_by_itself_is_no_entry() -> None:
    with transaction.atomic():
        assert record(Actor.system(), Action.SESSION_RELEASED) is None


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_a_mistake(person: Actor) -> None:
    with pytest.raises(RuntimeError):
        record(person, Action.POOL_CHANGED)


def test_no_secret_is_kept() -> None:
    assert "canary" not in repr(hidden(CANARIES))


def test_a_secret_is_told_apart_by_its_hash_alone() -> None:
    kept = [hidden({"password": word}) for word in ("one", "one", "two")]
    assert kept[0] == kept[1] != kept[2]


def test_endless_values_and_lines_are_cut() -> None:
    kept = hidden({"name": "a\nb" + "x" * 5000, "list": list(range(500))})
    assert kept is not None
    assert len(kept["name"]) < 400
    assert "\n" not in kept["name"]
    assert len(kept["list"]) == 50


def test_the_database_refuses_to_change_an_entry(person: Actor) -> None:
    entry = write(person)
    for change in ({"action": "x"}, {"after": {"a": 1}}, {"person_id": None}, {"address": "::1"}):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            Entry.objects.filter(pk=entry.pk).update(**change)


def test_the_database_refuses_to_delete_an_entry(person: Actor) -> None:
    entry = write(person)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Entry.objects.filter(pk=entry.pk).delete()


def test_a_sealed_entry_is_sealed_once(person: Actor) -> None:
    entry = write(person)
    seal_all()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Entry.objects.filter(pk=entry.pk).update(number=7)


@pytest.fixture
def sealed(person: Actor) -> list[Entry]:
    for number in range(5):
        write(person, after={"n": number, "share": 0.1, "deep": {"b": 1, "a": [True, None]}})
    assert seal_all() == 5
    return list(Entry.objects.order_by("number"))


def test_an_untouched_chain_is_good(sealed: list[Entry], person: Actor) -> None:
    write(person)
    seal_all()
    assert verify() == (6, None)


@pytest.mark.parametrize(
    "change",
    [{"after": {"n": 9}}, {"person_id": None}, {"action": "pool.deleted"}, {"address": ""}, {"chain": "0" * 64}],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_row_is_found(sealed: list[Entry], change: dict[str, Any]) -> None:
    lift()
    Entry.objects.filter(pk=sealed[2].pk).update(**change)
    good, broken = verify()
    assert good == 2
    assert broken is not None
    assert broken.number == 3


def test_a_row_that_was_taken_out_is_found(sealed: list[Entry]) -> None:
    lift()
    Entry.objects.filter(pk=sealed[1].pk).delete()
    good, broken = verify()
    assert (good, broken and broken.number) == (1, 2)


def test_rows_cut_off_at_the_end_are_found(sealed: list[Entry]) -> None:
    lift()
    Entry.objects.filter(number__gte=4).delete()
    good, broken = verify()
    assert (good, broken and broken.number) == (3, 4)
    assert ChainEnd.objects.get().number == 5


def test_rows_that_changed_places_are_found(sealed: list[Entry]) -> None:
    lift()
    first, second = sealed[0], sealed[1]
    Entry.objects.filter(pk=first.pk).update(number=99)
    Entry.objects.filter(pk=second.pk).update(number=1, chain=first.chain)
    Entry.objects.filter(pk=first.pk).update(number=2, chain=second.chain)
    assert verify()[1] is not None


def test_everybody_sees_their_own_and_staff_all(person: Actor, make_user: Any, actor_for: Any) -> None:
    mine, other = write(person), actor_for(make_user())
    theirs, staff = write(other), actor_for(make_user(staff=True))
    assert list(visible_entries(person)) == [mine]
    assert set(visible_entries(staff)) >= {mine, theirs}


def test_what_staff_did_to_my_account_is_mine_to_see_without_their_address(person: Actor, make_user: Any) -> None:
    staff = Actor(user=make_user(staff=True), address="198.51.100.1")
    with transaction.atomic():
        entry = record(staff, Action.ACCOUNT_CHANGED, person.user)
    assert entry in visible_entries(person)
    assert not shows_address(entry, person)
    assert shows_address(entry, staff)


def test_entries_are_narrowed_by_what_one_asks_for(person: Actor) -> None:
    first, second = write(person), write(person, Action.TOKEN_CREATED)
    assert list(narrowed(Entry.objects.all(), Wanted(action="token.created"))) == [second]
    assert set(narrowed(Entry.objects.all(), Wanted(person=person.user.email.upper()))) == {first, second}
    assert set(narrowed(Entry.objects.all(), Wanted(person=person.user.public_id, until=second.at))) == {first}
    assert not narrowed(Entry.objects.all(), Wanted(person="nobody@example.com")).exists()
