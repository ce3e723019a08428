"""The thread on which a request does what may wait: lent to one request at a time, then kept for the next.

Left alone, Django makes one for each request under ASGI, and with it a new connection. On SQLite that reads the whole
schema and forgets every prepared statement, which costs more than most requests ask of it.
"""

from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import ParamSpec, TypeVar

from asgiref.sync import ThreadSensitiveContext
from django.db import connections

KEPT = 4  # that no request has; each may remember 8 MB of the database

P = ParamSpec("P")
R = TypeVar("R")


class Thread(ThreadPoolExecutor):
    """One thread, which knows whether it is through with all that it was given."""

    def __init__(self) -> None:
        super().__init__(max_workers=1, thread_name_prefix="request")
        self._given: set[Future[object]] = set()

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> "Future[R]":
        future = super().submit(fn, *args, **kwargs)
        self._given.add(future)  # type: ignore[arg-type] # only whether it is done matters
        future.add_done_callback(self._given.discard)
        return future

    @property
    def is_free(self) -> bool:
        return not self._given

    def end(self) -> None:
        """Once it is through."""
        self.submit(connections.close_all)
        self.shutdown(wait=False)


class Threads:
    """As many as requests need at once; the first that are free again are kept."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._idle: list[Thread] = []

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[None]:
        """What Django runs inside on the request's thread runs on one of these."""
        thread = self._idle.pop() if self._idle else Thread()
        try:
            async with ThreadSensitiveContext(executor=thread):
                yield
        finally:
            # A caller that left may leave work behind, for which the next one shall not wait.
            if thread.is_free and len(self._idle) < self._kept:
                self._idle.append(thread)
            else:
                thread.end()
