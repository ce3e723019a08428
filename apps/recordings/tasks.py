"""Celery's doors of this app."""

from uuid import UUID

from celery import shared_task

from apps.core import clock
from apps.recordings.finalising import finalise, finalise_waiting
from apps.recordings.purging import finish_purges, forget_expired


@shared_task(name="recordings.finalise", ignore_result=True)  # type: ignore[untyped-decorator] # celery is untyped
def finalise_one(key: str) -> None:
    finalise(UUID(key))


@shared_task(name="recordings.finalise_waiting", ignore_result=True)  # type: ignore[untyped-decorator]
def finalise_all() -> None:
    finalise_waiting()


@shared_task(name="recordings.forget", ignore_result=True)  # type: ignore[untyped-decorator]
def forget() -> None:
    forget_expired(clock.now())
    finish_purges()
