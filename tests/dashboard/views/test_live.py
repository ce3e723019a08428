"""The event stream of a tab."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth import SESSION_KEY
from django.test import AsyncClient

from apps.accounts.models import User
from apps.dashboard.views import live
from apps.events.dispatcher import dispatch
from tests.factories.people import make_user
from tests.factories.pools import ensure_default_pool
from tests.factories.sessions import make_claimed_session, make_ready_session

pytestmark = [pytest.mark.django_db(transaction=True)]
Message = tuple[str, dict[str, str]]


async def prepared(make: Callable[[], object]) -> object:
    def run() -> object:
        made = make()
        dispatch()
        return made

    return await sync_to_async(run)()


async def stream_of(user: User, query: str = "") -> AsyncIterator[bytes]:
    client = AsyncClient()
    await client.aforce_login(user, backend="django.contrib.auth.backends.ModelBackend")
    answer = await client.get(f"/live/{query}")
    assert answer["Content-Type"] == "text/event-stream"
    assert answer["Cache-Control"] == "no-store"
    return answer.streaming_content


async def message(stream: AsyncIterator[bytes], within: float = 5.0) -> Message:
    text = (await asyncio.wait_for(anext(stream), within)).decode()
    fields = dict(line.split(": ", 1) for line in text.strip().splitlines())
    return fields["event"], json.loads(fields["data"]) | ({"id": fields["id"]} if "id" in fields else {})


async def test_it_greets_and_then_tells_what_happens_to_my_sessions() -> None:
    ann = await sync_to_async(make_user)()
    await sync_to_async(ensure_default_pool)()
    async with aclosing(await stream_of(ann)) as stream:
        assert (await message(stream))[0] == "hello"
        session = await prepared(lambda: make_claimed_session(ann))
        name, told = await message(stream)
        assert name == "change"
        assert told["type"] == "session.claimed"
        assert told["session"] == session.public_id
        assert told["id"].isdecimal()


async def test_it_replays_what_was_missed_and_nothing_of_others() -> None:
    ann, ben = await sync_to_async(make_user)(), await sync_to_async(make_user)()
    await sync_to_async(ensure_default_pool)()
    await prepared(lambda: make_claimed_session(ben))
    mine = await prepared(lambda: make_claimed_session(ann))
    async with aclosing(await stream_of(ann, "?after=0")) as stream:
        await message(stream)
        assert (await message(stream))[1]["session"] == mine.public_id
        with pytest.raises(TimeoutError):
            await message(stream, within=1.3)


async def test_staff_hear_of_warm_browsers_too() -> None:
    staff = await sync_to_async(make_user)(staff=True)
    await sync_to_async(ensure_default_pool)()
    async with aclosing(await stream_of(staff)) as stream:
        await message(stream)
        await prepared(make_ready_session)
        assert (await message(stream))[1]["type"].startswith("session.")


async def test_too_much_at_once_is_a_reset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "BATCH", 1)
    ann = await sync_to_async(make_user)()
    await sync_to_async(ensure_default_pool)()
    await prepared(lambda: make_claimed_session(ann))
    async with aclosing(await stream_of(ann, "?after=0")) as stream:
        await message(stream)
        assert (await message(stream))[0] == "reset"


async def test_it_ends_when_the_cookie_no_longer_signs_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "BEAT_SECONDS", 0.0)
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.05)
    ann = await sync_to_async(make_user)()
    async with aclosing(await stream_of(ann)) as stream:
        assert (await message(stream))[0] == "hello"
        assert (await message(stream))[0] == "beat"
        await User.objects.filter(pk=ann.pk).aupdate(is_active=False)
        while (name := (await message(stream))[0]) == "beat":
            continue
        assert name == "bye"


async def test_a_stranger_is_told_to_sign_in() -> None:
    answer = await AsyncClient().get("/live/")
    assert SESSION_KEY not in answer.cookies
    assert answer.content.decode().startswith("event: bye")


@pytest.mark.parametrize("after", ["-1", "x", "9" * 30, "1e3"])
async def test_a_position_that_is_none_is_ignored(after: str) -> None:
    ann = await sync_to_async(make_user)()
    async with aclosing(await stream_of(ann, f"?after={after}")) as stream:
        assert (await message(stream))[0] == "hello"
