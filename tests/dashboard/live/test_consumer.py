"""The one socket of a tab: what it tells, to whom, and when it closes."""

import asyncio
import threading

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings

from apps.accounts.models import Team, User
from apps.accounts.teams import remove_member
from apps.core.models import Identified
from apps.dashboard.live import consumer, reading, watch
from apps.events.queries import last_position
from apps.sessions.models import BrowserSession
from tests.dashboard.live.tabs import OURS, happens, signed_in, socket_of, tab_of
from tests.factories.people import actor_for, make_user
from tests.factories.pools import ensure_default_pool, make_pool
from tests.factories.sessions import make_claimed_session, make_ready_session
from tests.factories.teams import make_team, share, withdraw
from tests.support.credential_ends import WITHIN, End, Kind, ends_of, held_by

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
async def ann() -> User:
    await sync_to_async(ensure_default_pool)()
    return await sync_to_async(make_user)()


def shared_with(user: User, kind: str) -> Identified:
    thing = make_claimed_session(make_user()) if kind == "session" else make_pool(make_user())
    share(thing, user)
    return thing


def shared_by_team(user: User) -> tuple[Team, BrowserSession]:
    mate = make_user()
    team, session = make_team(mate, user), make_claimed_session(mate)
    share(session, team)
    return team, session


async def test_it_tells_what_happens_to_my_sessions(ann: User) -> None:
    async with tab_of(ann) as tab:
        await tab.ask("session", after=await sync_to_async(last_position)())
        session = await happens(lambda: make_claimed_session(ann))
        told = await tab.hears()
    assert told["is"] == "change"
    assert told["type"] == "session.claimed"
    assert told["session"] == session.public_id
    assert told["position"] > 0


async def test_after_a_gap_it_replays_what_was_missed_and_nothing_of_others(ann: User) -> None:
    ben = await sync_to_async(make_user)()
    before = await sync_to_async(last_position)()
    await happens(lambda: make_claimed_session(ben))
    mine = await happens(lambda: make_claimed_session(ann))
    async with tab_of(ann) as tab:
        await tab.ask("session", after=before)
        assert (await tab.hears())["session"] == mine.public_id
        assert await tab.socket.receive_nothing(timeout=1.3)


async def test_a_topic_that_the_page_does_not_show_is_not_told(ann: User) -> None:
    async with tab_of(ann) as tab:
        await tab.ask("token", after=await sync_to_async(last_position)())
        await happens(lambda: make_claimed_session(ann))
        assert await tab.socket.receive_nothing(timeout=1.3)


async def test_staff_hear_of_warm_browsers_too(ann: User) -> None:
    staff = await sync_to_async(make_user)(staff=True)
    async with tab_of(staff) as tab:
        await tab.ask("session", after=await sync_to_async(last_position)())
        await happens(make_ready_session)
        assert (await tab.hears())["type"].startswith("session.")


async def test_too_much_at_once_asks_the_page_for_everything(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BATCH", 1)
    await happens(lambda: make_claimed_session(ann))
    async with tab_of(ann) as tab:
        await tab.ask("session", after=0)
        told = await tab.hears()
    assert told == {"is": "reload", "position": await sync_to_async(last_position)()}


async def test_a_page_that_knows_more_than_there_is_asks_for_everything(ann: User) -> None:
    async with tab_of(ann) as tab:
        await tab.ask("session", after=10**9)
        assert (await tab.hears())["is"] == "reload"


async def test_it_beats_where_nothing_happens(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer, "BEAT_SECONDS", 0.2)
    async with tab_of(ann) as tab:
        beat = await tab.hears()
    assert beat["is"] == "beat"
    assert beat["position"] == await sync_to_async(last_position)()


@pytest.mark.parametrize("kind", ["session", "pool"])
async def test_what_is_not_shared_any_more_is_told_in_time_to_a_page_that_shows_it(kind: str, ann: User) -> None:
    thing = await happens(lambda: shared_with(ann, kind))
    async with tab_of(ann) as tab:
        await tab.ask(thing.public_id, after=await sync_to_async(last_position)())
        assert await tab.socket.receive_nothing(timeout=0.3)
        await happens(lambda: withdraw(thing))
        change, toast = await tab.hears(WITHIN), await tab.hears(WITHIN)
        assert (change["is"], change["type"], change[kind]) == ("change", f"{kind}.unshared", thing.public_id)
        assert toast["message"] == f"You can no longer see a {kind} that was shared with you."
        assert await tab.socket.receive_nothing(timeout=1.3)


async def test_who_leaves_a_team_is_told_of_what_they_lose_without_an_event(
    ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "BEAT_SECONDS", 0.3)  # without Redis it is the next beat that looks
    team, session = await happens(lambda: shared_by_team(ann))
    async with tab_of(ann) as tab:
        await tab.ask(session.public_id)
        assert (await tab.hears())["is"] == "beat"
        await sync_to_async(remove_member)(team, ann, actor=actor_for(ann))
        async with asyncio.timeout(WITHIN):
            while (told := await tab.hears(WITHIN))["is"] == "beat":
                pass
    assert (told["type"], told["session"]) == ("session.unshared", session.public_id)


async def test_a_page_that_opens_its_socket_too_late_is_told_what_is_gone(ann: User) -> None:
    session = await happens(lambda: shared_with(ann, "session"))
    await happens(lambda: withdraw(session))
    async with tab_of(ann) as tab:
        await tab.ask(session.public_id, after=await sync_to_async(last_position)())
        told = await tab.hears(WITHIN)
        assert (told["is"], told["session"]) == ("change", session.public_id)
        await tab.ask(session.public_id, "session")
        assert await tab.socket.receive_nothing(timeout=1.3)  # once is enough


@pytest.mark.parametrize("end", ends_of(Kind.COOKIE), ids=str)
async def test_it_closes_in_time_when_the_cookie_no_longer_signs_in(
    end: End, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with tab_of(ann) as tab:
        holder = await sync_to_async(held_by)(ann, monkeypatch, tab.client)
        await sync_to_async(end.happens)(holder)
        assert await tab.closes(WITHIN) == consumer.SIGNED_OUT


async def test_another_person_signed_in_stays(ann: User) -> None:
    ben = await sync_to_async(make_user)()
    async with tab_of(ann) as gone, tab_of(ben) as stays:
        await sync_to_async(gone.client.logout)()
        await gone.closes(within=2.0)
        await stays.ask("session")
        await happens(lambda: make_claimed_session(ben))
        assert (await stays.hears())["is"] == "change"


@pytest.mark.parametrize(
    "origin",
    [None, "null", "", "http://evil.example", "https://localhost", "http://localhost:81", "http://localhost.evil"],
)
async def test_a_page_that_is_not_ours_may_not_open_it(origin: str | None, ann: User) -> None:
    client = await sync_to_async(signed_in)(ann)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert (await socket_of(cookie, origin).connect())[0] is False


async def test_a_host_that_is_not_ours_is_refused(ann: User) -> None:
    client = await sync_to_async(signed_in)(ann)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert (await socket_of(cookie, "http://evil.example", "evil.example").connect())[0] is False


@pytest.mark.parametrize("cookie", ["", "x", "0" * 32, "é"])
async def test_nobody_and_a_made_up_cookie_are_refused(cookie: str, ann: User) -> None:
    assert (await socket_of(cookie.encode("ascii", "ignore").decode(), OURS).connect())[0] is False


async def test_what_it_does_not_understand_closes_it(ann: User) -> None:
    async with tab_of(ann) as tab:
        await tab.socket.send_to(text_data="{")
        assert await tab.closes() == consumer.NOT_UNDERSTOOD


async def test_a_message_of_more_than_a_mebibyte_closes_it(ann: User) -> None:
    async with tab_of(ann) as tab:
        await tab.socket.send_to(text_data="x" * (consumer.MOST_BYTES + 1))
        assert await tab.closes() == consumer.TOO_BIG


async def test_a_person_has_a_hundred_tabs_and_no_more(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer, "MOST_TABS", 1)
    async with tab_of(ann) as tab:
        cookie = tab.client.cookies[settings.SESSION_COOKIE_NAME].value
        assert (await socket_of(cookie).connect())[0] is False


async def test_when_the_server_goes_it_says_so(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    going = threading.Event()
    for module in (consumer, watch):
        monkeypatch.setattr(module, "closing", going)
    async with tab_of(ann) as tab:
        going.set()
        assert await tab.closes(within=3.0) == consumer.GOING
