"""Celery's doors. A message is a hint to look now; losing every one costs seconds."""

from functools import cache

from celery import shared_task

from apps.accounts.cache import forget_run_out
from apps.accounts.devices import forget_ended
from apps.core import clock
from apps.nodes.services import forget_lapsed_processes
from apps.personal.deletion import finish_deletions
from apps.reconciler.reconciler import Reconciler
from apps.sessions.idempotency import forget_old


@cache
def resident() -> Reconciler:
    """The reconciler of this process."""
    return Reconciler()


@shared_task(name="reconciler.tick", ignore_result=True)  # type: ignore[untyped-decorator]
def tick() -> None:
    resident().tick()


@shared_task(name="housekeeping.forget", ignore_result=True)  # type: ignore[untyped-decorator]
def forget() -> None:
    now = clock.now()
    forget_old(now)
    forget_lapsed_processes(now)
    forget_ended(now)
    forget_run_out(now)
    finish_deletions()
