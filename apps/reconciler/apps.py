"""Periodic jobs are seeded when absent; then they are the operator's."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_migrate


class ReconcilerConfig(AppConfig):
    name = "apps.reconciler"

    def ready(self) -> None:
        post_migrate.connect(seed_periodic_tasks, sender=self)


def seed_periodic_tasks(**_: Any) -> None:
    from django_celery_beat.models import IntervalSchedule, PeriodicTask  # noqa: PLC0415 - models must be loaded first

    for job in settings.PERIODIC_JOBS:
        every, _made = IntervalSchedule.objects.get_or_create(every=job.seconds, period=IntervalSchedule.SECONDS)
        PeriodicTask.objects.get_or_create(
            name=job.name,
            defaults={
                "task": job.task,
                "interval": every,
                "queue": job.queue,
                "expire_seconds": job.seconds,
                "description": job.why,
            },
        )
