"""Events over the API: lists and streams that miss nothing."""

import asyncio
import json

import pytest

from apps.api.aside import aside
from apps.events.dispatcher import dispatch
from apps.sessions.models import BrowserSession
from tests.api.stream import Stream
from tests.factories.people import actor_for, make_token, make_user
from tests.factories.sessions import end, make_claimed_session
from tests.support.eventually import eventually

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.database,
    pytest.mark.usefixtures("thread_lets_go"),
]


@pytest.fixture
def told(user, claimed_session):
    """A session of Ada's, its events numbered."""
    session = claimed_session(user)
    eventually(lambda: dispatch() == 0, what="all events numbered")
    return session


def test_a_sessions_story_is_gapless_from_its_beginning(caller, told):
    rows = caller.get(f"/api/v1/sessions/{told.public_id}/events").json()["results"]
    assert [row["sequence"] for row in rows] == [1, 2, 3, 4]
    assert [row["type"] for row in rows] == [
        "session.created", "session.starting", "session.ready", "session.claimed",
    ]  # fmt: skip
    assert rows[-1]["data"]["session"] == told.public_id


def test_a_story_comes_in_pages(caller, told):
    path = f"/api/v1/sessions/{told.public_id}/events"
    first = caller.get(f"{path}?limit=3").json()
    second = caller.get(first["next"].removeprefix("http://testserver")).json()
    assert [row["sequence"] for row in first["results"] + second["results"]] == [1, 2, 3, 4]
    assert second["next"] is None


def test_events_are_mine_alone_newest_first_and_narrowed(caller, calls_as, make_user, told):
    types = [row["type"] for row in caller.get("/api/v1/events").json()["results"]]
    assert types == ["session.claimed", "token.created"]  # the warm session was nobody's
    assert len(caller.get("/api/v1/events?type=session.claimed").json()["results"]) == 1
    assert len(caller.get(f"/api/v1/events?session={told.public_id}").json()["results"]) == 1
    assert caller.get("/api/v1/events?since=2100-01-01T00:00:00Z").json()["results"] == []
    assert caller.get("/api/v1/events?until=2000-01-01T00:00:00Z").json()["results"] == []
    assert calls_as(make_user()).get("/api/v1/events?type=session.claimed").json()["results"] == []


@pytest.mark.parametrize(
    "query", ["type=session.slept", "session=x", "since=yesterday", "until=2026-01-01", "since=%00"]
)
def test_a_bad_filter_is_422(caller, query):
    assert caller.get(f"/api/v1/events?{query}").status_code == 422


@pytest.mark.parametrize("last", ["x", "-1", "9" * 30, "٣"])
def test_a_bad_last_event_id_is_422(caller, last):
    response = caller.client.get(
        "/api/v1/events", headers=caller.headers | {"Accept": "text/event-stream", "Last-Event-ID": last}
    )
    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"


def _story():
    user = make_user()
    token = make_token(user)
    session = make_claimed_session(user)
    _dispatched()
    return user, token, session


async def test_a_sessions_stream_tells_what_was_and_what_comes_and_ends_with_the_session():
    user, (_, secret), session = await aside(_story)
    async with Stream(secret, f"/api/v1/sessions/{session.public_id}/events", last="2") as stream:
        assert [(await stream.next())["id"] for _ in range(2)] == ["3", "4"]
        await aside(end, session, actor=actor_for(user))
        assert (await stream.next())["event"] == "session.stopping"
        last = await stream.next()
        assert last["event"] == "session.ended"
        assert json.loads(last["data"])["sequence"] == int(last["id"]) == 6
        assert await stream.next() == {}


async def test_a_stream_of_an_ended_session_ends_at_once_for_who_knows_it_all():
    user, (_, secret), session = await aside(_story)
    await aside(end, session, actor=actor_for(user))
    async with Stream(secret, f"/api/v1/sessions/{session.public_id}/events", last="6") as stream:
        assert await stream.next() == {}


async def test_a_sessions_stream_ends_when_its_row_is_deleted():
    _, (_, secret), session = await aside(_story)
    async with Stream(secret, f"/api/v1/sessions/{session.public_id}/events", last=str(session.sequence)) as stream:
        reading = asyncio.ensure_future(stream.next())
        await asyncio.sleep(0)
        await aside(BrowserSession.objects.filter(pk=session.pk).delete)
        assert await asyncio.wait_for(reading, 5) == {}


async def test_a_stream_of_everything_begins_now_and_resumes_after_the_last_one_seen():
    user, (_, secret), session = await aside(_story)
    async with Stream(secret, "/api/v1/events") as stream:
        reading = asyncio.ensure_future(stream.next())
        await asyncio.sleep(0)
        await aside(end, session, actor=actor_for(user))
        await aside(_dispatched)
        first = await reading
        assert first["event"] == "session.stopping"
    async with Stream(secret, "/api/v1/events", last=first["id"]) as stream:
        assert (await stream.next())["event"] == "session.ended"
    async with Stream(secret, "/api/v1/events?type=session.ended", last="0") as stream:
        assert (await stream.next())["event"] == "session.ended"


async def test_a_stream_tells_nothing_of_other_people():
    await aside(_story)
    stranger = await aside(make_user)
    _, secret = await aside(make_token, stranger)
    async with Stream(secret, "/api/v1/events?type=session.claimed", last="0") as stream:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(stream.next(), 1.5)


def _dispatched() -> None:
    while dispatch():
        pass
