"""Blocking work of answers that are held or streamed, off the event loop, with its database connection given back."""

import asyncio
import contextvars
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import close_old_connections

P = ParamSpec("P")
R = TypeVar("R")


async def aside(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """`work` in a thread of the common pool: it must be short, and waits for nothing but the database.

    Not by `sync_to_async`: that swallows a cancellation that comes while the thread works, and nobody would notice
    that the caller has left.
    """
    context = contextvars.copy_context()

    def step() -> R:
        try:
            return context.run(work, *args, **kwargs)
        finally:
            close_old_connections()

    return await asyncio.get_running_loop().run_in_executor(None, step)
