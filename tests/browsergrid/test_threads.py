"""Requests take turns on a few threads, which keep what they hold of the database."""

import asyncio
import threading

import pytest
from asgiref.sync import sync_to_async
from django.db import close_old_connections, connection, connections

from browsergrid.threads import Threads

SECONDS = 5


async def served(threads: Threads) -> int:
    """The thread on which a request was served."""
    async with threads.lend():
        return await sync_to_async(threading.get_ident)()


async def test_the_next_request_has_the_thread_of_the_last() -> None:
    threads = Threads()
    assert await served(threads) == await served(threads)


async def test_requests_at_once_do_not_wait_for_each_other() -> None:
    threads, both = Threads(), threading.Barrier(2)

    async def meets() -> None:
        async with threads.lend():
            await sync_to_async(both.wait)(SECONDS)

    await asyncio.gather(meets(), meets())


async def test_no_more_are_kept_than_are_wanted() -> None:
    threads, three = Threads(kept=1), threading.Barrier(3)

    async def meets() -> threading.Thread:
        async with threads.lend():
            await sync_to_async(three.wait)(SECONDS)
            return await sync_to_async(threading.current_thread)()

    used = await asyncio.gather(meets(), meets(), meets())
    kept = await served(threads)
    for thread in used:
        if thread.ident != kept:
            await asyncio.to_thread(thread.join, SECONDS)
    assert [thread.ident for thread in used if thread.is_alive()] == [kept]


async def test_a_caller_that_left_keeps_nobody_waiting_for_what_it_asked() -> None:
    threads, begun, may_end = Threads(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        may_end.wait(2 * SECONDS)

    async def asks() -> None:
        async with threads.lend():
            await sync_to_async(work)()

    asking = asyncio.create_task(asks())
    await asyncio.to_thread(begun.wait, SECONDS)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    async with asyncio.timeout(SECONDS):
        await served(threads)
    may_end.set()


@pytest.mark.django_db(transaction=True)
async def test_on_sqlite_the_connection_outlives_the_request() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's go back to the pool")
    threads = Threads()

    def asked() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        found = id(connection.connection)
        close_old_connections()  # as Django does after each request
        return found

    async def once() -> int:
        async with threads.lend():
            return await sync_to_async(asked)()

    first = await once()
    assert first == await once()
    async with threads.lend():
        await sync_to_async(connections.close_all)()
