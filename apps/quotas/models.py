"""What staff allow one person or one team. An empty field says nothing: the next rule applies."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.accounts.models import Team
from apps.core.models import Identified


class Quota(Identified):
    """For a person: theirs, instead of what their teams and the settings say. For a team: of its members together."""

    prefix = "quo"

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="quota"
    )
    team = models.OneToOneField(Team, null=True, blank=True, on_delete=models.CASCADE, related_name="quota")
    sessions = models.PositiveIntegerField(null=True, blank=True, help_text="Sessions in use at once. Empty: no word.")
    minutes = models.PositiveIntegerField(
        null=True, blank=True, help_text="Minutes of sessions a day (UTC). Empty: no word."
    )
    storage_bytes = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="Bytes kept: profiles, recordings, files. Empty: no word."
    )
    recording_days = models.PositiveIntegerField(
        null=True, blank=True, help_text="Most days that recordings, logs and files are kept. Empty: no word."
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, team__isnull=True) | Q(user__isnull=True, team__isnull=False),
                name="a_quota_is_of_one_person_or_team",
                violation_error_message="Choose a person or a team, and not both.",
            )
        ]

    def __str__(self) -> str:
        return f"Quota of {self.user or self.team}"
