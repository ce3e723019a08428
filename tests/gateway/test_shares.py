"""Sockets of people to whom a session was shared: let in by `use`, and cut within two seconds of its end."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from apps.access.permissions import Level
from apps.accounts.models import Team, User
from apps.accounts.teams import delete_team, remove_member
from apps.sessions.models import BrowserSession
from apps.sessions.sharing import unshare_session
from apps.sessions.transfer import transfer_session
from tests.factories import people
from tests.factories.teams import make_team, share
from tests.gateway.grid import Grid, echoed

pytestmark = pytest.mark.database


async def code_of(client: ClientConnection) -> tuple[int, float]:
    """The code with which it closes, and after how many seconds."""
    began = time.monotonic()
    try:
        async with asyncio.timeout(4):
            while True:
                await client.recv()
    except ConnectionClosed as end:
        return (end.rcvd.code if end.rcvd else 1006), time.monotonic() - began


@pytest.fixture
async def shared(grid: Grid) -> tuple[BrowserSession, User, Team]:
    """A session of the grid's person, a friend, and the team of both."""
    session = await grid.claimed(keep_alive=True)
    friend = await sync_to_async(people.make_user)("friend@example.com")
    team = await sync_to_async(make_team)(grid.user, friend)
    return session, friend, team


async def token_of(user: User) -> str:
    return (await sync_to_async(people.make_token)(user))[1]


async def test_a_view_share_is_403_and_a_use_share_lets_in(
    grid: Grid, shared: tuple[BrowserSession, User, Team]
) -> None:
    session, friend, _ = shared
    token, path = await token_of(friend), f"/sessions/{session.public_id}/connect"
    assert (await grid.refused(path, token=token))[0] == 404
    await sync_to_async(share)(session, friend, Level.VIEW)
    assert (await grid.refused(path, token=token))[0] == 403
    await sync_to_async(share)(session, friend, Level.USE)
    async with grid.connect(path, token=token) as client:
        assert await echoed(client, "{}")


def withdrawn(grid: Grid, session: BrowserSession, team: Team, friend: User, given: str) -> None:
    unshare_session(session, given, actor=people.actor_for(grid.user))


def made_less(grid: Grid, session: BrowserSession, team: Team, friend: User, given: str) -> None:
    share(session, team, Level.VIEW)


def removed(grid: Grid, session: BrowserSession, team: Team, friend: User, given: str) -> None:
    remove_member(team, friend, actor=people.actor_for(grid.user))


def left(grid: Grid, session: BrowserSession, team: Team, friend: User, given: str) -> None:
    remove_member(team, friend, actor=people.actor_for(friend))


def deleted(grid: Grid, session: BrowserSession, team: Team, friend: User, given: str) -> None:
    delete_team(team, actor=people.actor_for(grid.user))


@pytest.mark.parametrize("end", [withdrawn, made_less, removed, left, deleted])
async def test_a_share_that_ends_closes_its_sockets_within_two_seconds_and_nobody_elses(
    end: Callable[..., Any], grid: Grid, shared: tuple[BrowserSession, User, Team]
) -> None:
    session, friend, team = shared
    given = await sync_to_async(share)(session, team, Level.USE)
    path = f"/sessions/{session.public_id}/connect"
    ticket = (await grid.get(f"{path}/json/version", token=await token_of(friend))).json()["webSocketDebuggerUrl"]
    async with (
        grid.connect(path) as own,
        grid.connect(path, token=await token_of(friend)) as by_token,
        grid.connect(ticket, token=None) as by_ticket,
    ):
        await sync_to_async(end)(grid, session, team, friend, given)
        for code, seconds in await asyncio.gather(code_of(by_token), code_of(by_ticket)):
            assert code == 4001
            assert seconds <= 2.0
        assert await echoed(own, "{}")
    assert (await grid.refused(ticket, token=None))[0] == 401


async def test_a_transfer_closes_the_former_owners_sockets_and_lets_the_new_one_in(
    grid: Grid, shared: tuple[BrowserSession, User, Team]
) -> None:
    session, friend, _ = shared
    path = f"/sessions/{session.public_id}/connect"
    async with grid.connect(path) as former:
        transfer: Callable[..., Awaitable[BrowserSession]] = sync_to_async(transfer_session)
        await transfer(session, "friend@example.com", actor=people.actor_for(grid.user))
        code, seconds = await code_of(former)
        assert (code, seconds <= 2.0) == (4001, True)
    assert (await grid.refused(path))[0] == 404
    async with grid.connect(path, token=await token_of(friend)) as client:
        assert await echoed(client, "{}")
