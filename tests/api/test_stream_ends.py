"""A stream ends with the credential that opened it, and with the rights that it was opened with."""

import asyncio
import time
from contextlib import AsyncExitStack

import pytest

from apps.accounts.models import User
from apps.api.aside import aside
from apps.sessions.models import BrowserSession
from tests.api.stream import Stream
from tests.factories.people import make_token, make_user
from tests.factories.sessions import make_claimed_session
from tests.support.credential_ends import STATIC, WITHIN, End, Holder, Kind, ends_of, held_by

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.database,
    pytest.mark.usefixtures("thread_lets_go"),
]
OPENERS = (Kind.TOKEN, Kind.STATIC, Kind.COOKIE)


def streams(holder: Holder, session: BrowserSession) -> dict[tuple[Kind, str], Stream]:
    """Each kind of stream by each kind of credential. Of the story, which nobody goes on with, all is known."""
    everything, story = "/api/v1/events", f"/api/v1/sessions/{session.public_id}/events"
    found = {}
    for path, last in ((everything, ""), (story, str(session.sequence))):
        found[Kind.TOKEN, path] = Stream(holder.secret, path, last)
        found[Kind.STATIC, path] = Stream(STATIC, path, last)
        found[Kind.COOKIE, path] = Stream("", path, last, browser=holder.browser)
    return found


@pytest.mark.parametrize("end", ends_of(*OPENERS), ids=str)
async def test_streams_end_with_their_credential_and_no_others_do(end: End, monkeypatch: pytest.MonkeyPatch) -> None:
    user = await aside(make_user)
    session = await aside(make_claimed_session, user)
    holder = await aside(held_by, user, monkeypatch)
    async with AsyncExitStack() as stack:
        opened = {what: await stack.enter_async_context(it) for what, it in streams(holder, session).items()}
        reading = {what: asyncio.ensure_future(it.next()) for what, it in opened.items()}
        await asyncio.sleep(0)
        began = time.monotonic()
        await aside(end.happens, holder)
        doomed = [task for (kind, _), task in reading.items() if kind in end.of]
        assert await asyncio.gather(*doomed) == [{}] * len(doomed)
        assert time.monotonic() - began <= WITHIN
        spared = [task for (kind, _), task in reading.items() if kind not in end.of]
        assert not [task for task in spared if task.done()]
        for task in spared:
            task.cancel()
        await asyncio.gather(*spared, return_exceptions=True)


async def test_a_stream_of_everybodys_events_ends_when_its_reader_is_staff_no_more() -> None:
    """Their token goes on working, for less."""
    staff = await aside(make_user, staff=True)
    _, secret = await aside(make_token, staff)
    async with Stream(secret, "/api/v1/events") as stream:
        reading = asyncio.ensure_future(stream.next())
        await asyncio.sleep(0)
        await aside(_demote, staff)
        assert await asyncio.wait_for(reading, WITHIN) == {}


def _demote(person: User) -> None:
    row = User.objects.get(pk=person.pk)
    row.is_staff = False
    row.save()
