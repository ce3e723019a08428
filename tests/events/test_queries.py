"""Reading on, and who may."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from apps.access.actor import Actor
from apps.access.permissions import Scope
from apps.accounts.models import User
from apps.core import clock
from apps.core.errors import NotAllowed
from apps.events.dispatcher import dispatch
from apps.events.models import Event
from apps.events.queries import FIRST, LAST, after, between, of_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_stories(story: Callable[..., list[Event]], make_user: Callable[..., User]) -> tuple[User, User]:
    mine, theirs = make_user(), make_user()
    story(mine, 2)
    story(theirs, 3)
    story(None, 1)
    dispatch()
    return mine, theirs


def test_a_person_reads_only_what_is_their_own(two_stories: tuple[User, User], actor_for: Callable[..., Actor]) -> None:
    mine, theirs = two_stories
    assert {event.owner_id for event in after(actor_for(mine), 0)} == {mine.pk}
    assert len(after(actor_for(mine), 0)) == 2
    assert len(after(actor_for(theirs), 0)) == 3


def test_staff_read_everything(
    two_stories: tuple[User, User], make_user: Callable[..., User], actor_for: Callable[..., Actor]
) -> None:
    assert len(after(actor_for(make_user(staff=True)), 0)) == 6


def test_reading_goes_on_after_a_position_and_skips_what_has_none(
    two_stories: tuple[User, User], tell: Callable[..., Event], actor_for: Callable[..., Actor]
) -> None:
    mine, _ = two_stories
    last = after(actor_for(mine), 0)[1].position
    tell(mine)
    assert list(after(actor_for(mine), last)) == []
    dispatch()
    assert len(after(actor_for(mine), last)) == 1


def test_a_page_has_its_limit(
    story: Callable[..., list[Event]], make_user: Callable[..., User], actor_for: Callable[..., Actor]
) -> None:
    user = make_user()
    story(user, 5)
    dispatch()
    page = list(after(actor_for(user), 0, limit=2))
    assert [event.sequence for event in page] == [1, 2]


def test_a_token_without_the_scope_reads_nothing(
    make_user: Callable[..., User], actor_for: Callable[..., Actor]
) -> None:
    with pytest.raises(NotAllowed):
        after(actor_for(make_user(), scopes=[Scope.SESSIONS_READ]), 0)


def test_a_ticket_reads_its_own_session_alone(
    story: Callable[..., list[Event]], make_user: Callable[..., User]
) -> None:
    user = make_user()
    first, _ = story(user, 2), story(user, 2)
    dispatch()
    ticket = Actor(user=user, credential="tok_x", session_id=str(first[0].session_id))
    assert {event.session_id for event in after(ticket, 0)} == {first[0].session_id}


@pytest.fixture
def hours(tell: Callable[..., Event]) -> list[Event]:
    """Ten events, two hours apart, the last of them now."""
    now = clock.now()
    told = []
    for number in range(10):
        with clock.stopped_at(now - timedelta(hours=2 * (9 - number))):
            told.append(tell())
    dispatch()
    return [Event.objects.get(pk=event.pk) for event in told]


@pytest.mark.parametrize("first", range(10))
@pytest.mark.parametrize("last", range(10))
def test_a_time_has_its_events_and_no_others(first: int, last: int, hours: list[Event]) -> None:
    found = between(Event.objects.all(), hours[first].occurred_at, hours[last].occurred_at)
    assert list(found.order_by("position")) == hours[first:last]


def test_what_was_written_late_is_found_by_when_it_happened(tell: Callable[..., Event]) -> None:
    now = clock.now()
    for ago in (timedelta(hours=3), timedelta(minutes=10), timedelta(minutes=40), timedelta()):
        with clock.stopped_at(now - ago):
            tell()
    dispatch()
    late = Event.objects.get(position=3)
    assert between(Event.objects.all(), None, now - timedelta(minutes=20)).latest("position") == late
    since = between(Event.objects.all(), now - timedelta(minutes=50), None).order_by("position")
    assert [event.position for event in since] == [2, 3, 4]


def test_a_list_of_long_ago_begins_there(hours: list[Event]) -> None:
    wanted = str(between(Event.objects.all(), None, hours[2].occurred_at).query)
    assert f'"position" < {hours[3].position}' in wanted


def test_the_ends_of_time_are_times_too(hours: list[Event]) -> None:
    assert between(Event.objects.all(), FIRST, LAST).count() == len(hours)


def test_a_sessions_story_is_told_in_order(story: Callable[..., list[Event]]) -> None:
    told = story(None, 4)
    assert [event.sequence for event in of_session(told[0].session_id, after_sequence=1)] == [2, 3, 4]
