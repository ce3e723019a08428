"""Celery's door."""

from celery import shared_task

from apps.core import clock
from apps.statistics.services import roll_up as sum_up_hours


@shared_task(name="statistics.roll_up", ignore_result=True)  # type: ignore[untyped-decorator]
def roll_up() -> None:
    sum_up_hours(clock.now())
