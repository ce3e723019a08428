"""What is counted and remembered for a while: in the database, for every process."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from apps.accounts.cache import DatabaseCache, forget_run_out
from apps.accounts.models import Remembered
from apps.core import clock
from tests.support.at_once import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_it_is_what_django_uses() -> None:
    assert isinstance(cache._connections["default"], DatabaseCache)


def test_what_is_set_is_found_changed_and_deleted() -> None:
    cache.set("colour", ["red", 1.5], 60)
    assert cache.get("colour") == ["red", 1.5]
    cache.set("colour", "blue", 60)
    assert cache.get("colour") == "blue"
    assert cache.delete("colour")
    assert cache.get("colour", "none") == "none"


def test_only_the_first_adds() -> None:
    assert cache.add("used_code", "y", 30)
    assert not cache.add("used_code", "y", 30)


def test_what_has_run_out_is_not_found_and_may_be_added_again() -> None:
    cache.set("colour", "red", 60)
    Remembered.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert cache.get("colour") is None
    assert cache.add("colour", "blue", 60)


def test_what_has_run_out_is_removed_in_time() -> None:
    cache.set("old", 1, 60)
    cache.set("kept", 1, None)
    assert forget_run_out(clock.now() + timedelta(hours=1)) == 1
    assert cache.get("kept") == 1


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_adds() -> None:
    assert at_once([lambda: cache.add("code", "y", 30)] * 6).count(True) == 1
