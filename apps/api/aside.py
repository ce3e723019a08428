"""Blocking work of answers that are held or streamed, off the event loop, with its database connection given back."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import close_old_connections

P = ParamSpec("P")
R = TypeVar("R")


async def aside(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """`work` in a thread of the common pool: it must be short, and waits for nothing but the database."""

    def step() -> R:
        try:
            return work(*args, **kwargs)
        finally:
            close_old_connections()

    result: R = await sync_to_async(step, thread_sensitive=False)()
    return result
