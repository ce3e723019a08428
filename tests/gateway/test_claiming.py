"""Waiting with the caller on the line: in the queue, for a start, and what happens when it leaves or nothing comes."""

import asyncio

import pytest
from asgiref.sync import sync_to_async

from apps.pools.models import Pool
from apps.sessions.lifecycle import EndReason, Outcome
from apps.sessions.models import BrowserSession, Claim
from apps.sessions.services import stop_session
from tests.factories import people, sessions
from tests.gateway.grid import Grid, echoed, met

pytestmark = pytest.mark.database


async def test_a_client_waits_for_a_browser_that_is_started_for_it(grid: Grid) -> None:
    async def join() -> bool:
        async with grid.connect("/connect") as client:
            return await echoed(client, "{}")

    joining = asyncio.ensure_future(join())
    await met(lambda: BrowserSession.objects.filter(owner=grid.user).aexists())
    session = await grid.only_session()
    await BrowserSession.objects.filter(pk=session.pk).aupdate(node=grid.row)
    await session.arefresh_from_db()
    await sync_to_async(sessions.answer)(session)
    assert await joining


async def test_a_client_waits_its_turn_in_the_queue(grid: Grid) -> None:
    await Pool.objects.filter(pk=grid.pool.pk).aupdate(max_concurrency=1)
    await grid.warm(2)
    first = await grid.connect("/connect")

    async def join() -> bool:
        async with grid.connect("/connect") as client:
            return await echoed(client, "{}")

    joining = asyncio.ensure_future(join())
    await met(lambda: Claim.objects.filter(state="queued").aexists())
    held = await Claim.objects.aget()
    await met(lambda: Claim.objects.filter(attended_until__gt=held.attended_until).aexists(), within=3)
    await first.close()
    session = await BrowserSession.objects.exclude(owner=None).aget()
    await grid.reaches(session, "claimed")
    await sync_to_async(sessions.end)(session, actor=people.actor_for(grid.user))
    assert await joining
    assert (await Claim.objects.aget()).state == "served"


async def test_a_queue_that_does_not_move_is_503_after_its_time(grid: Grid) -> None:
    await Pool.objects.filter(pk=grid.pool.pk).aupdate(max_concurrency=0, queue_timeout_seconds=1)
    status, problem, headers = await grid.refused("/connect", open_timeout=10)
    assert (status, problem["code"]) == (503, "queue_timeout")
    assert int(headers["retry-after"]) > 0


async def test_a_client_that_leaves_the_queue_is_taken_off_it(grid: Grid) -> None:
    await Pool.objects.filter(pk=grid.pool.pk).aupdate(max_concurrency=0)
    with pytest.raises(TimeoutError):
        await grid.connect("/connect", open_timeout=0.5)
    await met(lambda: Claim.objects.filter(state="cancelled").aexists())


async def test_a_client_that_leaves_during_a_start_ends_it(grid: Grid) -> None:
    with pytest.raises(TimeoutError):
        await grid.connect("/connect", open_timeout=0.5)
    await met(lambda: BrowserSession.objects.filter(end_reason="client_disconnected").aexists())


async def test_a_claim_under_a_key_is_kept_for_the_caller_s_return(grid: Grid) -> None:
    with pytest.raises(TimeoutError):
        await grid.connect("/connect?claim=k", open_timeout=0.5)
    session = await grid.only_session()
    assert session.stop_requested_at is None
    await BrowserSession.objects.filter(pk=session.pk).aupdate(node=grid.row)
    await session.arefresh_from_db()
    await sync_to_async(sessions.answer)(session)
    async with grid.connect("/connect?claim=k") as client:
        assert await echoed(client, "{}")
    assert await BrowserSession.objects.acount() == 1


@pytest.mark.parametrize("reason", [EndReason.START_TIMEOUT, EndReason.NODE_LOST])
async def test_a_browser_that_never_comes_up_is_503_and_says_why(grid: Grid, reason: EndReason) -> None:
    joining = asyncio.ensure_future(grid.refused("/connect"))
    await met(lambda: BrowserSession.objects.filter(owner=grid.user).aexists())
    session = await grid.only_session()
    await sync_to_async(stop_session)(session, actor=people.actor_for(grid.user), reason=reason, outcome=Outcome.ERROR)
    status, problem, headers = await joining
    assert (status, problem["code"]) == (503, "start_failed")
    assert reason in problem["detail"]
    assert "retry-after" in headers


async def test_a_session_that_is_still_starting_holds_its_client_too(grid: Grid) -> None:
    session = await grid.claimed(keep_alive=True)
    await BrowserSession.objects.filter(pk=session.pk).aupdate(launch_present="another")
    joining = asyncio.ensure_future(grid.get(f"/sessions/{session.public_id}/connect/json/version"))
    await asyncio.sleep(0.1)
    assert not joining.done()
    await BrowserSession.objects.filter(pk=session.pk).aupdate(launch_present=session.launch_wanted)
    assert (await joining).status_code == 200
