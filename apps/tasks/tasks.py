"""Celery's doors of this app. Imported by workers alone, so that they alone hear of runs."""

from celery import shared_task

from apps.core import clock
from apps.tasks import services, signals

signals.listen()


@shared_task(name="tasks.forget", ignore_result=True)  # type: ignore[untyped-decorator] # celery is untyped
def forget() -> None:
    services.forget_old_runs(clock.now())
