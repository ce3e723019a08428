"""A session's story in words and spans."""

from datetime import UTC, datetime, timedelta

from apps.dashboard.endings import Limits
from apps.dashboard.timeline import moments, spans
from apps.events.catalog import EventType
from apps.events.models import Event

START = datetime(2026, 11, 21, 12, tzinfo=UTC)
LIMITS = Limits(connect_seconds=10, start_seconds=60, idle_seconds=300, timeout_minutes=60, pool="default")


def event(type_: EventType, seconds: float, **data: object) -> Event:
    return Event(type=type_, occurred_at=START + timedelta(seconds=seconds), data=data)


STORY = [
    event(EventType.SESSION_READY, -20, to="ready"),
    event(EventType.SESSION_CLAIMED, 0, to="claimed"),
    event(EventType.SESSION_CONNECTED, 0.25, to="running", connection="con_1"),
    event(EventType.SESSION_STOPPING, 60, to="stopping", end_reason="client_disconnected"),
    event(EventType.SESSION_ENDED, 60.5, to="completed", end_reason="client_disconnected"),
]


def test_each_event_is_told_with_its_distance_from_the_claim() -> None:
    told = moments(STORY, START, LIMITS)
    assert [moment.offset for moment in told] == ["−20.0 s", "+0.00 s", "+0.25 s", "+1:00", "+1:00"]
    assert [moment.what for moment in told][-1] == "Completed"
    assert told[-1].why == "Your client disconnected"


def test_every_type_of_session_event_has_words() -> None:
    for type_ in EventType:
        if type_.startswith(("session.", "takeover.")):
            told = moments([event(type_, 1, to="completed")], START, LIMITS)[0]
            assert told.what != type_
            assert told.state or told.icon


def test_a_takeover_tells_why_it_was_asked_for_and_how_it_ended() -> None:
    asked = event(EventType.TAKEOVER_REQUESTED, 1, reason="A code was sent.")
    left = event(EventType.TAKEOVER_FINISHED, 9, ending="left")
    told = moments([asked, left], START, LIMITS)
    assert (told[0].why, told[1].what) == ("A code was sent.", "The person left")


def test_spans_cover_the_line_from_claim_to_end() -> None:
    drawn = spans(STORY, START, START + timedelta(seconds=60.5))
    assert [span.state for span in drawn] == ["claimed", "running", "stopping"]
    assert drawn[0].x == 0
    assert drawn[1].label == "Running for 0:59"
    assert drawn[-1].x + drawn[-1].width <= 1000.01


def test_a_moment_is_visible_however_short_it_was() -> None:
    story = [event(EventType.SESSION_CLAIMED, 0, to="claimed"), event(EventType.SESSION_CONNECTED, 0.001, to="running")]
    assert spans(story, START, START + timedelta(hours=1))[0].width == 2.0
