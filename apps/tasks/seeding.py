"""The table of periodic jobs becomes rows, each where it is absent; from then on the row is the operator's."""

from typing import Any

from django.conf import settings
from django.db import connections


def seed(using: str = "default", **_: Any) -> None:
    """After every migrate. Does nothing while the scheduler's own tables are not there."""
    from django_celery_beat.models import IntervalSchedule, PeriodicTask  # noqa: PLC0415 - models must be loaded first

    tables = connections[using].introspection.table_names()
    if PeriodicTask._meta.db_table not in tables:  # noqa: SLF001 - Django's documented name
        return
    known = set(PeriodicTask.objects.using(using).values_list("name", flat=True))
    for job in settings.PERIODIC_JOBS:
        if job.name in known:
            continue
        rows = IntervalSchedule.objects.using(using)
        wanted = {"every": job.seconds, "period": IntervalSchedule.SECONDS}
        every = rows.filter(**wanted).order_by("pk").first() or rows.create(**wanted)
        PeriodicTask.objects.using(using).create(
            name=job.name,
            task=job.task,
            interval=every,
            queue=job.queue,
            expire_seconds=job.seconds,
            description=job.why,
        )
