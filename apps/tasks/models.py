"""Runs of background tasks. One row a run; of what runs every second, one row a minute."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from apps.core.models import Identified


class TaskRun(Identified):
    """`id` is Celery's own id of the message, so that sending, starting and ending find the same row.

    Where `runs` is more than one the row is a summary: `seconds` is their median, `slow_seconds` their 95th percentile,
    `started_at` the beginning of the minute and the error the last one's.
    """

    prefix = "task"

    class Trigger(models.TextChoices):
        BEAT = "beat", "on schedule"
        NOW = "now", "by hand"
        CODE = "code", "by the grid"
        LOOP = "loop", "resident"

    class Outcome(models.TextChoices):
        SENT = "sent", "waits for a worker"
        RUNNING = "running", "running"
        OK = "ok", "done"
        FAILED = "failed", "failed"
        LOST = "lost", "never ended"  # its worker died, or no worker took it

    task = models.CharField(max_length=200)  # Celery's name of it, or that of a resident loop
    job = models.CharField(max_length=200, blank=True)  # the periodic row that sent it
    queue = models.CharField(max_length=60, blank=True)
    trigger = models.CharField(max_length=4, choices=Trigger)
    by = models.CharField(max_length=40, blank=True)  # the person who pressed "Run now"
    outcome = models.CharField(max_length=8, choices=Outcome)
    started_at = models.DateTimeField(null=True)
    seconds = models.FloatField(null=True)
    slow_seconds = models.FloatField(null=True)
    runs = models.PositiveIntegerField(default=1)
    failures = models.PositiveIntegerField(default=0)
    error_class = models.CharField(max_length=120, blank=True)
    error = models.CharField(max_length=300, blank=True)  # the first line, without secrets

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["-created_at"], name="task_runs_newest"),
            models.Index(fields=["task", "-created_at"], name="task_runs_of_task"),
            models.Index(fields=["-created_at"], condition=Q(failures__gt=0), name="task_runs_failed"),
            models.Index(fields=["created_at"], condition=Q(outcome__in=["sent", "running"]), name="task_runs_open"),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.outcome}"

    @property
    def is_summary(self) -> bool:
        return self.runs > 1

    @property
    def is_open(self) -> bool:
        return self.outcome in {self.Outcome.SENT, self.Outcome.RUNNING}
