"""Blocking work of the gateway off the event loop: one hop for all that one step needs of the database.

The threads are the gateway's own and keep their SQLite connection, whose opening costs more than most queries; a
PostgreSQL connection goes back to the pool after each step.
"""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import ParamSpec, TypeVar

from django.db import close_old_connections, connection

P = ParamSpec("P")
R = TypeVar("R")

THREADS = {"sqlite": 2}  # there one writes at a time anyway
MOST_THREADS = 12
NODE_THREADS = 4


async def in_database(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """`work` on a thread with a database connection. Never cancelled half-way: what was begun is finished."""
    return await _hop(_threads(), partial(work, *args, **kwargs))


async def in_database_and_node(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """The same for what may wait for a node: on other threads, or a slow node would hold up everybody's claims."""
    return await _hop(_node_threads(), partial(work, *args, **kwargs))


async def _hop(threads: ThreadPoolExecutor, work: Callable[[], R]) -> R:
    context = contextvars.copy_context()

    def step() -> R:
        try:
            return context.run(work)
        finally:
            _tidy()

    return await asyncio.get_running_loop().run_in_executor(threads, step)


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS.get(connection.vendor, MOST_THREADS), thread_name_prefix="gateway-database")


@cache
def _node_threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(NODE_THREADS, thread_name_prefix="gateway-node")


def _tidy() -> None:
    if connection.vendor == "sqlite":
        connection.close_if_unusable_or_obsolete() if connection.errors_occurred else None
    else:
        close_old_connections()
