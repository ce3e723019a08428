"""Searching a list for text: how far one answer looks, and that nothing else is bounded by it."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.core import clock
from apps.pools.models import Pool
from apps.sessions import wording
from apps.sessions.filters import filters_from
from apps.sessions.queries import visible_sessions
from apps.sessions.wording import Found
from tests.factories.people import actor_for
from tests.factories.sessions import end, made_at, make_claimed_session, write_sessions

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def ann(pool: Pool, make_user: Callable[..., User]) -> User:
    return make_user("ann@example.com")


@pytest.fixture
def staff(make_user: Callable[..., User]) -> User:
    return make_user("staff@example.com", staff=True)


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wording, "SCAN", 3)


def answer(user: User, query: str, *, most: int = 50, after: UUID | None = None) -> Found:
    actor, filters = actor_for(user), filters_from(QueryDict(query))
    rows = filters.narrow_beside_text(visible_sessions(actor), actor)
    return filters.search(rows.filter(pk__lt=after) if after else rows, most)


def test_one_answer_looks_through_a_stretch_and_says_where_it_ends(ann: User, staff: User) -> None:
    (old,) = write_sessions(ann, 1, name="needle")
    newer = write_sessions(ann, 5)
    first = answer(staff, "q=needle")
    assert first == ([], newer[-3].pk)
    assert answer(staff, "q=needle", after=first.end) == ([old], None)


def test_the_end_of_the_list_is_no_place_to_go_on_from(ann: User, staff: User) -> None:
    write_sessions(ann, 3)
    assert answer(staff, "q=needle") == ([], None)


def test_a_full_page_goes_on_behind_its_last_row(ann: User, staff: User) -> None:
    made = write_sessions(ann, 3, name="needle")[::-1]
    assert answer(staff, "q=needle", most=2) == (made[:2], made[1].pk)
    assert answer(staff, "q=needle", most=2, after=made[1].pk) == (made[2:], None)


def test_what_others_have_made_since_is_not_counted_in_ones_own_search(
    ann: User, make_user: Callable[..., User]
) -> None:
    mine = write_sessions(ann, 1, name="needle")
    write_sessions(make_user("ben@example.com"), 9)
    assert answer(ann, "q=needle") == (mine, None)


@pytest.mark.parametrize("query", ["owner=ann@example.com", "metadata.order=42", "state=ended", "pool=mine"])
def test_what_other_filters_leave_out_is_not_counted(
    query: str, ann: User, staff: User, make_pool: Callable[..., Pool]
) -> None:
    wanted = make_claimed_session(ann, make_pool(ann), name="needle", metadata={"order": "42"})
    end(wanted, actor=actor_for(ann))
    write_sessions(staff, 9)
    assert answer(staff, f"q=needle&{query}") == ([wanted], None)


def test_what_is_newer_than_asked_for_is_not_counted(ann: User, staff: User) -> None:
    wanted = made_at(make_claimed_session(ann, name="needle"), clock.now() - timedelta(days=3))
    write_sessions(staff, 9)
    assert answer(staff, "q=needle&until=1d") == ([wanted], None)


@pytest.mark.parametrize("cut", [30, 12])
def test_an_id_and_its_beginning_are_found_at_any_distance(cut: int, ann: User, staff: User) -> None:
    (old,) = write_sessions(ann, 1)
    write_sessions(ann, 5)
    found, end = answer(staff, f"q={old.public_id[:cut]}")
    assert old in found
    assert end is None


def test_without_text_a_list_is_as_long_as_it_is(ann: User, staff: User) -> None:
    made = write_sessions(ann, 5)[::-1]
    assert answer(staff, "", most=4) == (made[:4], made[3].pk)
    assert answer(staff, "", most=5) == (made, None)


def test_an_answer_asks_no_more_than_twice(ann: User, staff: User) -> None:
    write_sessions(ann, 9, name="needle")
    actor, filters = actor_for(staff), filters_from(QueryDict("q=needle"))
    rows = filters.narrow_beside_text(visible_sessions(actor), actor)
    with CaptureQueriesContext(connection) as asked:
        filters.search(rows, 2)
    assert len(asked) <= 2
