"""Hours that are over, summed up per person and pool, so that a page need not read a day of sessions."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from apps.pools.models import Pool


class HourOfUse(models.Model):
    """`waits` is a histogram of how long claims waited; see `apps.statistics.waits`."""

    id = models.BigAutoField(primary_key=True)
    hour = models.DateTimeField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="+")
    sessions = models.PositiveIntegerField()
    claims = models.PositiveIntegerField()
    errors = models.PositiveIntegerField()
    held_seconds = models.FloatField()
    active_seconds = models.FloatField()
    bytes = models.PositiveBigIntegerField()
    waits = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "hour", "pool"], name="one_row_per_hour_owner_and_pool")
        ]
        indexes: ClassVar = [models.Index(fields=["hour"], name="hours_of_use")]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H:00}"


class Progress(models.Model):
    """One row: hours before `until` are summed up. Locked by whoever does it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.until)
